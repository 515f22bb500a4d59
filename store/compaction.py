"""Compaction: many small fragments become few large sorted files, while others write and read.

Each step writes new files, publishes a manifest that names them in place of what they were made of, and
changes nothing else. Killed anywhere it leaves at most files that no manifest names; of two at once the later
one gives way. What was replaced is removed only after a grace period, for the sessions that read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from store import layout
from store.checkpoints import drop_finished
from store.durable import staged, write_errors
from store.errors import QueryError, StoreError, WriteError
from store.local import LocalMedium
from store.manifests import CompactedFile, Manifest, newest_number, publish
from store.medium import Fragment, Medium
from store.removal import remove_replaced
from store.results import query_errors
from store.rewriting import rewrite
from store.session import open_snapshot
from store.snapshot import Snapshot, take_snapshot
from store.steps import Extent, Step, next_step
from store.views import literal, quoted

GRACE_S = 3600.0
"""Longest time that a session is expected to last."""
_MEMORY = "1GB"


@dataclass(frozen=True)
class Compacted:
    """What a compaction has done so far.

    Attributes
    ----------
    fragments : int
        Fragments whose rows are in compacted files now.
    trials, samples, bytes : int
        Written, in compacted files; more than once where files were merged.
    files : int
        Compacted files written.
    removed_fragments, removed_files : int
        Removed, for they had been replaced longer than the grace period ago.
    removed_checkpoints : int
        Removed, for their trials have ended.
    gave_way : bool
        Whether another compaction published first; this one stopped then.
    """

    fragments: int = 0
    trials: int = 0
    samples: int = 0
    bytes: int = 0
    files: int = 0
    removed_fragments: int = 0
    removed_files: int = 0
    removed_checkpoints: int = 0
    gave_way: bool = False

    def with_file(self, file: CompactedFile) -> Compacted:
        """Return the account with one more file written."""
        return replace(
            self,
            trials=self.trials + file.trials,
            samples=self.samples + file.samples,
            bytes=self.bytes + file.bytes,
            files=self.files + 1,
        )


def compacting(medium: Medium, *, grace: float = GRACE_S, full: bool = False) -> Iterator[Compacted]:
    """Compact the fragments that are there now, and say after each file what was done so far.

    Parameters
    ----------
    medium : Medium
        The store.
    grace : float
        Seconds after which what was replaced is removed; longer than any session lasts.
    full : bool
        Sort everything as one, however large.

    Yields
    ------
    Compacted
        The last one tells of all.

    Raises
    ------
    DamagedStoreError
        If a file cannot be read; nothing has changed then but for what was yielded.
    WriteError
        If the medium refuses.
    """
    done = Compacted()
    first: frozenset[str] | None = None
    extents: dict[Fragment, Extent] = {}
    while not done.gave_way:
        snapshot = take_snapshot(medium)
        names = frozenset(fragment.name for fragment in snapshot.loose)
        first = names if first is None else first
        with _session(medium, snapshot) as session:
            loose = tuple(fragment for fragment in snapshot.loose if fragment.name in first)
            unknown = [fragment for fragment in loose if fragment not in extents]
            extents |= _extents(medium, session, unknown)
            step = next_step(snapshot.manifest, {f: extents[f] for f in loose}, full=full)
            if step is None:
                break
            for account in _take(medium, session, snapshot, step, done):
                yield account
            done = account
    removed = remove_replaced(medium, grace)
    yield replace(
        done,
        removed_fragments=removed.fragments,
        removed_files=removed.files,
        removed_checkpoints=drop_finished(medium),
    )


@contextmanager
def _session(medium: Medium, snapshot: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    with _spill(medium) as directory, closing(open_snapshot(medium, snapshot, unsafe=True)) as session:
        session.execute(f"SET temp_directory = {quoted(str(directory))}")
        session.execute(f"SET memory_limit = '{_MEMORY}'")
        session.execute("SET preserve_insertion_order = false")
        yield session


@contextmanager
def _spill(medium: Medium) -> Iterator[Path]:
    """Give a directory to sort in: where the store has its room, and where writers sweep if this one dies."""
    if isinstance(medium, LocalMedium):
        with staged(medium.root / layout.STAGING) as path:
            with write_errors(path):
                path.mkdir()
            yield path
    else:
        with TemporaryDirectory() as name:
            yield Path(name)


def _extents(
    medium: Medium, session: duckdb.DuckDBPyConnection, fragments: Sequence[Fragment]
) -> dict[Fragment, Extent]:
    """Count the rows of fragments from the footers of their files."""
    places = [medium.place(key) for fragment in fragments for key in (fragment.trials, fragment.series)]
    if not places:
        return {}
    query = "SELECT file_name, num_rows FROM parquet_file_metadata(?)"
    with query_errors(medium):
        rows = dict(session.execute(query, [[literal(place) for place in places]]).fetchall())
    return {f: Extent(rows[medium.place(f.trials)], rows[medium.place(f.series)]) for f in fragments}


def _take(
    medium: Medium, session: duckdb.DuckDBPyConnection, snapshot: Snapshot, step: Step, done: Compacted
) -> Iterator[Compacted]:
    """Do one step, and account for each file and for the manifest that makes them stand."""
    hidden = _hidden(medium, session)
    _narrow(medium, session, step)
    files: list[CompactedFile] = []
    before = done
    try:
        with _sorting_errors(medium):
            for file in rewrite(medium, session, f"{snapshot.newest + 1:08d}"):
                files.append(file)
                done = done.with_file(file)
                yield done
        _check_present(medium, files)
    except BaseException as error:
        _discard(medium, files)
        if isinstance(error, StoreError) and newest_number(medium) != snapshot.newest:
            yield replace(before, gave_way=True)  # another compaction removed what was to be read here
            return
        raise
    # From here on the files may be named by a manifest that stands: no error removes them.
    if publish(medium, _following(snapshot, step, files, hidden)):
        yield replace(done, fragments=done.fragments + len(step.fragments))
    else:
        _discard(medium, files)
        yield replace(before, gave_way=True)


def _hidden(medium: Medium, session: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """List the superseded trials of compacted files, by the key of the file's trials."""
    query = "SELECT trials_file, list(trial_id) FROM superseded WHERE kind = 'compacted' GROUP BY ALL"
    prefix = medium.place("")
    return {file.removeprefix(prefix): frozenset(ids) for file, ids in session.execute(query).fetchall()}


def _narrow(medium: Medium, session: duckdb.DuckDBPyConnection, step: Step) -> None:
    """Let the session's views show the rows of the step's files only."""
    inputs = {medium.place(key) for part in step.fragments for key in (part.trials, part.series)}
    inputs |= {medium.place(key) for file in step.files for key in (file.trials_key, file.series_key)}
    (empty,) = session.execute(
        "SELECT list(trials_file) || list(series_file) FROM files WHERE kind = 'empty'"
    ).fetchall()
    for name in ("clean_trials", "clean_series", "dirty_trials", "dirty_series"):
        ((listed,),) = session.execute(f"SELECT getvariable('{name}')").fetchall()
        kept = [place for place in listed if place in inputs or place in empty[0]]
        session.execute(f"SET VARIABLE {name} = CAST(? AS VARCHAR[])", [kept])


def _following(
    snapshot: Snapshot, step: Step, files: Sequence[CompactedFile], hidden: Mapping[str, frozenset[str]]
) -> Manifest:
    rest = [file for file in snapshot.manifest.files if file not in step.files]
    return Manifest(
        number=snapshot.newest + 1,
        created=datetime.now(UTC),
        files=(*(replace(file, hidden=hidden.get(file.trials_key, frozenset())) for file in rest), *files),
        absorbed=snapshot.manifest.absorbed | {fragment.name for fragment in step.fragments},
        whole=not rest,
    )


def _check_present(medium: Medium, files: Sequence[CompactedFile]) -> None:
    present = set(medium.keys(layout.COMPACTED))
    missing = [key for file in files for key in (file.trials_key, file.series_key) if key not in present]
    if missing:
        raise WriteError(f"expected {medium.place(missing[0])}; got no such file; compact again")


def _discard(medium: Medium, files: Sequence[CompactedFile]) -> None:
    for file in files:
        medium.remove(file.key)


@contextmanager
def _sorting_errors(medium: Medium) -> Iterator[None]:
    try:
        with query_errors(medium):
            yield
    except QueryError as error:
        if "Out of Memory" not in str(error):
            raise
        raise WriteError(
            f"expected room to sort in {medium.url} (for a bucket, in TMPDIR); got {error}; free some space"
        ) from error
