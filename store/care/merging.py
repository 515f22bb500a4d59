"""Joining stores: the trials of several clusters in one place, by their ids."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import final

import duckdb
import pyarrow as pa

from store import layout
from store.care.apart import Decoder
from store.care.arrivals import COPIED, HELD, KEPT_OURS, RENAMED, Arrivals
from store.care.loose import wrong_digests
from store.care.regrouping import Chunk, chunks, members
from store.care.soundness import UnsoundError, row_groups
from store.columns import Table
from store.creation import prepare, refresh_views
from store.declarations import schema_of
from store.digests import digest_of, open_blob, sha256
from store.errors import DamagedStoreError, SameStoreError
from store.identity import check_model, check_versions, read_identity
from store.layout import schema_versions
from store.ledgers import CHUNKS, LEDGERS, REQUESTS
from store.local import DIGESTS_FILE, LocalMedium
from store.medium import Fragment, Medium
from store.session import open_snapshot
from store.snapshot import Snapshot, take_snapshot
from store.unnamed import opened

_MEMORY = "1GB"
_DIGITS = 12
_VOLATILE = ("created", "started_at")
_ADVICE = "run regimap verify on that store, repair it and merge again"


@dataclass(frozen=True)
class Merged:
    """What became of one part of a store that was merged.

    Attributes
    ----------
    source : str
        The store it comes from.
    part : str
        ``fragments``, ``kept``, or a ledger table.
    name : str
        Its name there.
    outcome : str
        One of `store.care.arrivals.OUTCOMES`.
    trials : int
        Trials in it that the store did not have, or that had failed there.
    """

    source: str
    part: str
    name: str
    outcome: str
    trials: int = 0


def merge(target: Medium, sources: Sequence[Medium], *, dry_run: bool = False) -> Iterator[Merged]:
    """Bring the trials and ledgers of `sources` into `target`; what it has already is left as it is.

    Every part is put under its own name unless that is taken, so a merge that was killed is finished by the
    same merge again, and one that is repeated changes nothing. All stores may be in use meanwhile.

    Parameters
    ----------
    target : Medium
        A store.
    sources : sequence of Medium
        Stores of the same model.
    dry_run : bool
        Only tell what would be done.

    Yields
    ------
    Merged
        One for each part.

    Raises
    ------
    SameStoreError
        If two of the stores are one, or one lies inside another; nothing is written then.
    ModelMismatchError, VersionError, StoreNotFoundError
        If a source cannot be merged; nothing is written then.
    DamagedStoreError
        If a file of a source is not what was written; what came before it is merged.
    """
    model = read_identity(target).model
    refuse_same(target, sources)
    for source in sources:
        identity = read_identity(source)
        check_versions(identity, source)
        check_model(identity, source, model)
    if not dry_run:
        prepare(target)
    arrivals = Arrivals(target, writing=not dry_run)
    with Decoder() as decoder:
        for source in sources:
            yield from _Merge(target, source, arrivals, decoder, writing=not dry_run).run()


def refuse_same(target: Medium, sources: Sequence[Medium]) -> None:
    """Raise `SameStoreError` if two of the places are one, or one lies inside another."""
    for one, other in combinations((target, *sources), 2):
        first, second = f"{_resolved(one)}/", f"{_resolved(other)}/"
        if first.startswith(second) or second.startswith(first):
            raise SameStoreError(
                f"expected stores apart from each other; got {one.url} and {other.url}; name each store once"
            )


def _resolved(medium: Medium) -> str:
    return os.path.realpath(medium.root) if isinstance(medium, LocalMedium) else medium.url


@final
class _Merge:
    def __init__(
        self, target: Medium, source: Medium, arrivals: Arrivals, decoder: Decoder, *, writing: bool
    ) -> None:
        self._target = target
        self._source = source
        self._schema = schema_of(source)
        self._arrivals = arrivals
        self._decoder = decoder
        self._writing = writing

    def run(self) -> Iterator[Merged]:
        # As readers do: what is listed later belongs to no less than these fragments.
        snapshot = take_snapshot(self._source)
        self._schemas()
        yield from self._kept()
        if self._writing and self._schema.own:
            # Columns were declared with what is kept.
            refresh_views(self._target)
        # What was asked of a driver there is not asked of the drivers here.
        for table in (each for each in LEDGERS.values() if each != REQUESTS):
            for name in self._source.names(layout.ledger(table.name)):
                if name.endswith(".parquet"):
                    yield self._ledger(table, name)
        yield from self._compacted(snapshot)
        for fragment in snapshot.loose:
            yield self._fragment(fragment)

    def _merged(self, part: str, name: str, outcome: str, trials: int = 0) -> Merged:
        return Merged(self._source.url, part, name, outcome, trials)

    def _schemas(self) -> None:
        """Bring the schema versions: readers must know that files differ in their columns."""
        for version in schema_versions(self._source):
            keys = {table.name: layout.schema_file(version, table.name) for table in self._schema.tables}
            files = {name: self._source.read(key) for name, key in keys.items() if self._source.exists(key)}
            for name, payload in files.items():
                if self._target.exists(keys[name]) and self._target.read(keys[name]) == payload:
                    continue
                table = next(table for table in self._schema.tables if table.name == name)
                self._decoded(keys[name], payload, table)
            if self._writing:
                self._target.put_schema(version, files)

    def _decoded(self, key: str, payload: bytes, table: Table) -> pa.Table:
        try:
            return self._decoder.whole_table(payload, table)
        except UnsoundError as error:
            raise self._damaged(key, str(error)) from error

    def _damaged(self, key: str, found: str) -> DamagedStoreError:
        return DamagedStoreError(
            f"expected a whole file at {self._source.place(key)}; got {found}; {_ADVICE}"
        )

    def _kept(self) -> Iterator[Merged]:
        for name in self._source.names(layout.KEPT):
            key = f"{layout.KEPT}/{name}"
            blob = self._source.read(key)
            if open_blob(blob)[1] is False:
                raise self._damaged(key, "other content than its digest is of")
            outcome = HELD if self._target.exists(key) else COPIED
            if outcome == COPIED and self._writing:
                self._target.put(key, blob)
            yield self._merged(layout.KEPT, name, outcome)

    def _ledger(self, table: Table, name: str) -> Merged:
        key = f"{layout.ledger(table.name)}/{name}"
        payload = self._source.read(key)
        ours = self._target.read(key) if self._target.exists(key) else None
        outcome = HELD if ours == payload else self._ledger_outcome(table, key, payload, ours)
        if outcome == RENAMED:
            key = f"{layout.ledger(table.name)}/merged-{sha256(payload)[:_DIGITS]}-{name}"
            outcome = HELD if self._target.exists(key) else RENAMED
        if outcome in (COPIED, RENAMED) and self._writing:
            self._target.put(key, payload)
        return self._merged(table.name, name.removesuffix(".parquet"), outcome)

    def _ledger_outcome(self, table: Table, key: str, payload: bytes, ours: bytes | None) -> str:
        rows = self._decoded(key, payload, table)
        if ours is None:
            return COPIED
        standing = self._decoder.whole_table(ours, table)
        if table == CHUNKS:
            planned = set(standing.column("trial_id").to_pylist())
            return HELD if planned.issuperset(rows.column("trial_id").to_pylist()) else RENAMED
        return HELD if _lasting(standing) == _lasting(rows) else KEPT_OURS

    # Trials

    def _compacted(self, snapshot: Snapshot) -> Iterator[Merged]:
        self._check_digests(snapshot)
        if not snapshot.manifest.files:
            return
        loose = [fragment.name for fragment in snapshot.loose]
        wanted: list[Chunk] = []
        with self._session(snapshot) as session, self._session(snapshot) as second:
            for chunk, statuses in members(session, loose):
                name = layout.fragment_name(*chunk)
                if self._arrivals.outcome(name, statuses) == HELD:
                    yield self._merged(layout.FRAGMENTS, name, HELD)
                else:
                    wanted.append(chunk)
            for chunk, trials, series in chunks(session, second, loose, wanted, self._schema):
                name = layout.fragment_name(*chunk)
                taken = self._arrivals.take(*chunk, trials, series, self._schema)
                yield self._merged(layout.FRAGMENTS, name, *taken)

    @contextmanager
    def _session(self, snapshot: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
        with closing(open_snapshot(self._source, snapshot, grown=True, unsafe=True)) as session:
            session.execute(f"SET memory_limit = '{_MEMORY}'")
            yield session

    def _check_digests(self, snapshot: Snapshot) -> None:
        for file in snapshot.manifest.files:
            for key, digest in ((file.trials_key, file.trials_sha256), (file.series_key, file.series_sha256)):
                with opened(self._source, key) as content:
                    if digest_of(content) != digest:
                        raise self._damaged(key, "other content than its digest is of")

    def _fragment(self, fragment: Fragment) -> Merged:
        if self._is_same(fragment):
            return self._merged(layout.FRAGMENTS, fragment.name, HELD)
        files = {
            layout.TRIALS_FILE: self._source.read(fragment.trials),
            layout.SERIES_FILE: self._source.read(fragment.series),
        }
        trials, series = self._rows(fragment, files)
        ids, statuses = trials.column("trial_id").to_pylist(), trials.column("status").to_pylist()
        by_id = dict(zip(ids, statuses, strict=True))
        outcome, gained = self._arrivals.outcome(fragment.name, by_id), 0
        if outcome == COPIED:
            encoded = files[layout.TRIALS_FILE], files[layout.SERIES_FILE]
            gained = self._arrivals.put(fragment.name, *encoded, by_id)
        elif outcome == RENAMED:
            chunk, _, attempt = fragment.name.rpartition("-a")
            outcome, gained = self._arrivals.take(chunk, int(attempt), trials, series, self._schema)
        return self._merged(layout.FRAGMENTS, fragment.name, outcome, gained)

    def _is_same(self, fragment: Fragment) -> bool:
        """Whether the target has this very fragment, as the two lists of digests tell."""
        key = f"{layout.FRAGMENTS}/{fragment.name}/{DIGESTS_FILE}"
        try:
            return self._arrivals.stands(fragment.name) and self._target.read(key) == self._source.read(key)
        except FileNotFoundError:
            return False

    def _rows(self, fragment: Fragment, files: dict[str, bytes]) -> tuple[pa.Table, pa.Table]:
        """Decode a fragment that is what was written."""
        keys = {layout.TRIALS_FILE: fragment.trials, layout.SERIES_FILE: fragment.series}
        try:
            text = self._source.read(f"{layout.FRAGMENTS}/{fragment.name}/{DIGESTS_FILE}")
        except FileNotFoundError:
            text = None
        if text is not None and (wrong := wrong_digests(text, files)) != []:
            key = keys[wrong[0]] if wrong else f"{layout.FRAGMENTS}/{fragment.name}/{DIGESTS_FILE}"
            raise self._damaged(key, f"other content than {DIGESTS_FILE} states")
        tables = []
        named = ((layout.TRIALS_FILE, self._schema.trials), (layout.SERIES_FILE, self._schema.series))
        for name, table in named:
            if text is None:
                tables.append(self._decoded(keys[name], files[name], table))
            else:
                tables.append(pa.concat_tables(row_groups(pa.BufferReader(files[name]), table)))
        return tables[0], tables[1]


def _lasting(rows: pa.Table) -> str:
    """Rows as text, without the columns that tell when they were written."""
    return repr(rows.select([name for name in rows.column_names if name not in _VOLATILE]).to_pylist())
