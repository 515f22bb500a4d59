"""The commit of a chunk: a directory that appears whole, once, named after the chunk and its attempt."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, replace

import pyarrow as pa

from store.errors import ConflictError
from store.layout import SERIES_DIGEST, fragment_name
from store.manifests import make_safe
from store.medium import Medium
from store.parquet import encode_table, read_rows, row_count
from store.schema import Schema
from store.session import open_session
from store.snapshot import Absorbed

_KNOWN = """
SELECT (SELECT count(*) FROM trials WHERE trial_id IN (SELECT unnest($ids::VARCHAR[]))),
    (SELECT count(*) FROM series WHERE trial_id IN (SELECT unnest($ids::VARCHAR[])))
"""


@dataclass(frozen=True)
class Receipt:
    """What stands in the store after a commit.

    Attributes
    ----------
    chunk : str
        Name of the chunk.
    attempt : int
        Which try of it, from 1.
    trials, samples : int
        Rows of the two tables in the fragment that stands.
    fresh : bool
        Whether this call wrote it; False when it stood already, as after a retry.
    """

    chunk: str
    attempt: int
    trials: int
    samples: int
    fresh: bool


def commit_fragment(
    medium: Medium,
    absorbed: Absorbed,
    chunk: str,
    attempt: int,
    trials: pa.Table,
    series: pa.Table,
    schema: Schema,
) -> Receipt:
    """Make `trials` and `series` the fragment of this attempt, unless it stands already or was compacted.

    Raises
    ------
    ConflictError
        If a fragment of this name stands, or stood, and holds other trials.
    WriteError
        If the medium refuses.
    """
    name = fragment_name(chunk, attempt)
    if name in absorbed.names():
        return _compacted(medium, Receipt(chunk, attempt, trials.num_rows, 0, fresh=False), trials)
    encoded = encode_table(schema.series, series)
    digest = {SERIES_DIGEST: hashlib.sha256(encoded).hexdigest()}
    if medium.put_fragment(
        name, encode_table(schema.trials, trials.replace_schema_metadata(digest)), encoded
    ):
        return Receipt(chunk, attempt, trials.num_rows, series.num_rows, fresh=True)
    return _standing(medium, name, Receipt(chunk, attempt, trials.num_rows, 0, fresh=False), trials)


def _standing(medium: Medium, name: str, asked: Receipt, trials: pa.Table) -> Receipt:
    fragment = next((fragment for fragment in medium.fragments() if fragment.name == name), None)
    if fragment is None:  # compacted and removed meanwhile
        return _compacted(medium, asked, trials)
    stored = set(read_rows(medium, fragment.trials, ["trial_id"]).column("trial_id").to_pylist())
    if stored != set(trials.column("trial_id").to_pylist()):
        raise ConflictError(
            f"expected attempt {asked.attempt} of chunk {asked.chunk!r} to hold these {asked.trials} trials; "
            f"got a fragment of {len(stored)} others in {medium.place(fragment.trials)}; "
            "use another chunk name or the next attempt"
        )
    samples = row_count(medium, fragment.series)
    return Receipt(asked.chunk, asked.attempt, len(stored), samples, fresh=False)


def _compacted(medium: Medium, asked: Receipt, trials: pa.Table) -> Receipt:
    """Account for a fragment that compaction has absorbed: the trials as they are now stand for it."""
    ids = trials.column("trial_id").to_pylist()
    make_safe(medium)  # the fragment may not have been flushed, and the manifest is what is relied on now
    with closing(open_session(medium)) as session:
        (known, samples), *_ = session.execute(_KNOWN, {"ids": ids}).fetchall()
    if known != len(ids):
        raise ConflictError(
            f"expected attempt {asked.attempt} of chunk {asked.chunk!r} to hold these {asked.trials} trials; "
            f"got one that was compacted, and {len(ids) - known} of these are unknown in {medium.url}; "
            "use another chunk name or the next attempt"
        )
    return replace(asked, samples=int(samples))
