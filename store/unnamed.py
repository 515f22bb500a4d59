"""Compacted directories that no manifest names: of an unfinished compaction, or of a manifest that was lost.

Which of the two it is, the rows tell: those of an unfinished compaction are in fragments that stand.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from store import layout
from store.errors import DamagedStoreError
from store.local import LocalMedium, reading
from store.manifests import manifest_numbers, read_manifest
from store.medium import Medium
from store.parquet import whole

_NUMBERED = re.compile(r"(\d{8,})-.+")


def number_of(name: str) -> int | None:
    """Return the number of the manifest that the directory `name` was written for; None if it has none."""
    found = _NUMBERED.fullmatch(name)
    return int(found[1]) if found else None


def lost_fragments(medium: Medium, name: str) -> list[str]:
    """List the fragments with rows in the compacted directory `name` that neither stand nor are absorbed.

    Memory is bounded by a row group; nothing is lost in a directory without trials.

    Raises
    ------
    DamagedStoreError
        If its trials cannot be read.
    """
    key = f"{layout.COMPACTED}/{name}/{layout.TRIALS_FILE}"
    try:
        held = frozenset(_held(medium, key)) if medium.exists(key) else frozenset[str]()
    except DamagedStoreError:
        if medium.exists(key):
            raise
        return []  # removed meanwhile
    # Fragments first: those that a compaction removes meanwhile are in the manifest that is read after.
    standing = {fragment.name for fragment in medium.fragments()}
    return sorted(held - standing - _absorbed(medium))


def opened(medium: Medium, key: str) -> BinaryIO:
    """Open a file that may be large; of an object store it is fetched whole.

    Raises
    ------
    FileNotFoundError
        If there is none.
    StoreError
        If it cannot be read.
    """
    if isinstance(medium, LocalMedium):
        with reading(medium.root / key):
            return (medium.root / key).open("rb")
    return io.BytesIO(medium.read(key))


def _held(medium: Medium, key: str) -> Iterator[str]:
    with whole(medium.place(key)), opened(medium, key) as content, pq.ParquetFile(content) as file:
        for group in range(file.num_row_groups):
            yield from _names(file.read_row_group(group, columns=["chunk", "attempt"]))


def _names(rows: pa.Table) -> Iterator[str]:
    for row in rows.group_by(["chunk", "attempt"]).aggregate([]).to_pylist():
        yield layout.fragment_name(row["chunk"], row["attempt"])


def _absorbed(medium: Medium) -> frozenset[str]:
    absorbed: frozenset[str] = frozenset()
    for number in manifest_numbers(medium):
        try:
            absorbed |= read_manifest(medium, number).absorbed
        except (DamagedStoreError, FileNotFoundError):  # what it alone names counts as lost
            continue
    return absorbed
