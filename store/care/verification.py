"""Reading a whole store and saying what in it is not as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from store import layout
from store.care.apart import Decoder
from store.care.checking import Checking, Findings
from store.care.findings import Checked
from store.care.head import check_identity, check_schema, check_strangers, check_views
from store.care.inspection import Identification
from store.care.loose import check_fragment, check_uncommitted
from store.care.merged import (
    check_choice,
    check_compacted,
    check_manifest,
    check_repeated,
    manifest_keys,
    standing,
)
from store.care.small import check_kept, check_ledger
from store.identity import TABLES, check_versions, read_identity
from store.layout import schema_versions
from store.ledgers import LEDGERS
from store.local import LocalMedium
from store.medium import Medium

# What it looks at, and the look.
Step = tuple[str, Callable[[Checking, str], Findings]]


def verify(medium: Medium, identification: Identification | None = None) -> Iterator[Checked]:
    """Look at every file of a store; nothing is written.

    Memory is bounded by a row group of the largest file and by the ids of one file, on an object store by the
    largest file.

    Parameters
    ----------
    medium : Medium
        The store; other processes may read and write it meanwhile.
    identification : Identification, optional
        What recomputes the ids of the store's model; without it ids are taken as they are.

    Yields
    ------
    Checked
        One for each file or directory, with what was found there.

    Raises
    ------
    StoreNotFoundError
        If there is no store, nor what is left of one.
    VersionError
        If the store was written by a version that this one cannot read.
    """
    _refuse_others(medium)
    with Decoder() as decoder:
        checking = Checking(medium, identification, decoder)
        planned = steps(medium)
        for number, (key, look) in enumerate(planned, 1):
            checking.trials = 0
            found = tuple(look(checking, key))
            place = medium.place(key) if key else medium.url
            yield Checked(place, number, len(planned), checking.trials, found)


def _refuse_others(medium: Medium) -> None:
    """Tell a store that has lost its identity from a place that never was a store."""
    remains = {layout.FRAGMENTS, layout.SCHEMA} <= set(medium.names(""))
    if not medium.exists(layout.IDENTITY) and not remains:
        check_versions(read_identity(medium), medium)


def steps(medium: Medium) -> list[Step]:
    """List what there is to look at, in order: files or directories by their keys, each with its look."""
    # The fragments first, as readers do: what is absorbed meanwhile is in the manifest that is read after.
    loose = list(_loose(medium))
    return [*_head(medium), *_small(medium), *_merged(medium), *loose]


def _head(medium: Medium) -> Iterator[Step]:
    yield layout.IDENTITY, check_identity
    if isinstance(medium, LocalMedium):
        yield layout.VIEWS, check_views
    yield "", check_strangers
    for version in schema_versions(medium):
        for table in TABLES:
            yield layout.schema_file(version, table.name), check_schema


def _small(medium: Medium) -> Iterator[Step]:
    for table in LEDGERS:
        for name in medium.names(layout.ledger(table)):
            look = check_ledger if name.endswith(".parquet") else Checking.stranger
            yield f"{layout.ledger(table)}/{name}", look
    for name in medium.names(layout.KEPT):
        yield f"{layout.KEPT}/{name}", check_kept


def _merged(medium: Medium) -> Iterator[Step]:
    for key in manifest_keys(medium):
        yield key, check_manifest
    manifest = standing(medium)
    if manifest is None:
        return
    yield layout.MANIFESTS, partial(check_choice, manifest=manifest)
    for file in manifest.files:
        yield file.key, partial(check_compacted, file=file)
    yield layout.COMPACTED, partial(check_repeated, manifest=manifest)


def _loose(medium: Medium) -> Iterator[Step]:
    whole = {fragment.name: fragment for fragment in medium.fragments()}
    for name in medium.names(layout.FRAGMENTS):
        key = f"{layout.FRAGMENTS}/{name}"
        if name in whole:
            yield key, partial(check_fragment, fragment=whole[name])
        else:
            yield key, check_uncommitted if layout.is_fragment(name) else Checking.stranger
