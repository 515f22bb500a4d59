"""Fragments that come into a store from another one: which are taken, and under which name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import pyarrow as pa

from store import layout
from store.digests import sha256
from store.layout import fragment_name
from store.medium import Medium
from store.parquet import encode_table
from store.schema import FINAL_STATUSES, Schema
from store.session import open_snapshot
from store.snapshot import take_snapshot

COPIED = "copied"
HELD = "held"
RENAMED = "renamed"
KEPT_OURS = "kept ours"
OUTCOMES = (COPIED, RENAMED, HELD, KEPT_OURS)
"""Taken as it is; taken under another name, for its own stands for other content; not taken, for all of it is
here; not taken, for what stands here under its name differs."""
_DIGITS = 12
_NEVER = (False, 0)


@final
class Arrivals:
    """Takes fragments into a store by trial: what it has in as good a state already is not taken.

    Parameters
    ----------
    medium : Medium
        The store they come to.
    writing : bool
        Whether to write at all; else only the outcome is told.
    """

    def __init__(self, medium: Medium, *, writing: bool) -> None:
        self._medium = medium
        self._writing = writing
        snapshot = take_snapshot(medium)
        # A name that compaction has absorbed stands for what was absorbed, for ever.
        self._names = {fragment.name for fragment in snapshot.loose} | snapshot.manifest.absorbed
        with open_snapshot(medium, snapshot, grown=True) as session:
            held = session.execute("SELECT trial_id, status, attempt FROM trials").fetchall()
        self._ranks = {trial_id: _rank(status, attempt) for trial_id, status, attempt in held}

    def stands(self, name: str) -> bool:
        """Whether the store has, or had, a fragment of this name."""
        return name in self._names

    def outcome(self, name: str, statuses: Mapping[str, str]) -> str:
        """Return what becomes of the fragment `name`, whose trials have `statuses` by their ids."""
        attempt = int(name.rpartition("-a")[2])
        ranks = {trial_id: _rank(status, attempt) for trial_id, status in statuses.items()}
        if all(self._ranks.get(trial_id, _NEVER) >= rank for trial_id, rank in ranks.items()):
            return HELD
        return RENAMED if name in self._names else COPIED

    def take(
        self, chunk: str, attempt: int, trials: pa.Table, series: pa.Table, schema: Schema
    ) -> tuple[str, int]:
        """Take a fragment by its rows, which are of `schema`; return the outcome, and the trials gained."""
        statuses = _statuses(trials)
        outcome = self.outcome(fragment_name(chunk, attempt), statuses)
        if outcome == RENAMED:
            chunk = _other_name(chunk, trials)
            trials, series = _of_chunk(trials, chunk), _of_chunk(series, chunk)
            if fragment_name(chunk, attempt) in self._names:
                return HELD, 0
        if outcome == HELD:
            return HELD, 0
        encoded = encode_table(schema.series, series)
        stated = trials.replace_schema_metadata({layout.SERIES_DIGEST: sha256(encoded)})
        name = fragment_name(chunk, attempt)
        return outcome, self.put(name, encode_table(schema.trials, stated), encoded, statuses)

    def put(self, name: str, trials: bytes, series: bytes, statuses: Mapping[str, str]) -> int:
        """Take a fragment byte for byte; return how many of its trials were not here, or had failed here."""
        if self._writing:
            self._medium.put_fragment(name, trials, series)
        self._names.add(name)
        attempt, gained = int(name.rpartition("-a")[2]), 0
        for trial_id, status in statuses.items():
            held, rank = self._ranks.get(trial_id), _rank(status, attempt)
            gained += held is None or held[0] < rank[0]
            self._ranks[trial_id] = max(held or _NEVER, rank)
        return gained


def _rank(status: str, attempt: int) -> tuple[bool, int]:
    """Order results of one trial as readers admit them."""
    return status in FINAL_STATUSES, attempt


def _statuses(trials: pa.Table) -> dict[str, str]:
    ids, statuses = trials.column("trial_id").to_pylist(), trials.column("status").to_pylist()
    return dict(zip(ids, statuses, strict=True))


def _other_name(chunk: str, trials: pa.Table) -> str:
    """Name a chunk by its content too, so that a second merge finds it."""
    content = "\n".join(f"{trial_id} {status}" for trial_id, status in sorted(_statuses(trials).items()))
    digits = sha256(content.encode())[:_DIGITS]
    name = f"{chunk}+{digits}"
    return name if layout.is_fragment(f"{name}-a1") else f"merged-{digits}"


def _of_chunk(rows: pa.Table, chunk: str) -> pa.Table:
    place = rows.schema.get_field_index("chunk")
    return rows.set_column(place, rows.schema.field(place), pa.array([chunk] * rows.num_rows, pa.string()))
