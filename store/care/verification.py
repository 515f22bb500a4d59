"""Reading a whole store and saying what in it is not as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from store import layout
from store.care.apart import Decoder
from store.care.checking import Checking, Findings
from store.care.findings import TORN, Checked
from store.care.head import check_identity, check_schema, check_strangers, check_views
from store.care.inspection import Identification
from store.care.loose import check_fragment, check_uncommitted
from store.care.merged import (
    check_choice,
    check_compacted,
    check_manifest,
    check_repeated,
    check_unnamed,
    compacted_keys,
    manifest_keys,
    named,
    standing,
)
from store.care.small import check_kept, check_ledger
from store.care.underway import check_checkpoint, check_finished, check_hold
from store.errors import StoreError, UnreachableError, VersionError
from store.identity import check_versions, read_identity
from store.layout import schema_versions, version_key
from store.ledgers import LEDGERS
from store.local import LocalMedium
from store.manifests import Manifest
from store.medium import Fragment, Medium
from store.schema import BUILT_IN, SCHEMA_VERSION

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
    whole, names = medium.fragments(), medium.names(layout.FRAGMENTS)
    manifest = standing(medium)
    loose = _loose(whole, names, manifest)
    looks = [*_head(medium), *_small(medium), *_underway(medium), *_merged(medium, manifest), *loose]
    return [(key, partial(_guarded, look=look)) for key, look in looks]


def _guarded(checking: Checking, key: str, look: Callable[[Checking, str], Findings]) -> Findings:
    """Look at a place; that it cannot be read is a finding too."""
    try:
        yield from look(checking, key)
    except (UnreachableError, VersionError):
        raise
    except (StoreError, OSError) as error:
        yield checking.finding(key, TORN, str(error), "see to it that it can be read, and verify again")


def _head(medium: Medium) -> Iterator[Step]:
    yield layout.IDENTITY, check_identity
    if isinstance(medium, LocalMedium):
        yield layout.VIEWS, check_views
    yield "", check_strangers
    for version in _versions(medium):
        for table in (each for each in BUILT_IN.tables if version_key(each.since) <= version_key(version)):
            yield layout.schema_file(version, table.name), check_schema


def _versions(medium: Medium) -> list[str]:
    """List the schema versions that should be there: what is, and what the store was made with."""
    found = set(schema_versions(medium))
    try:
        made_with = read_identity(medium).schema
        version_key(made_with)
    except (StoreError, ValueError):  # found where the identity is looked at
        made_with = SCHEMA_VERSION
    return sorted(found | {made_with}, key=version_key)


def _small(medium: Medium) -> Iterator[Step]:
    for table in LEDGERS:
        for name in medium.names(layout.ledger(table)):
            look = check_ledger if name.endswith(".parquet") else Checking.stranger
            yield f"{layout.ledger(table)}/{name}", look
    for name in medium.names(layout.KEPT):
        yield f"{layout.KEPT}/{name}", check_kept


def _underway(medium: Medium) -> Iterator[Step]:
    for name in medium.names(layout.HOLDS):
        yield f"{layout.HOLDS}/{name}", check_hold
    checkpoints = medium.names(layout.CHECKPOINTS)
    for name in checkpoints:
        yield f"{layout.CHECKPOINTS}/{name}", check_checkpoint
    if checkpoints:
        yield layout.CHECKPOINTS, check_finished


def _merged(medium: Medium, manifest: Manifest | None) -> Iterator[Step]:
    for key in manifest_keys(medium):
        yield key, check_manifest
    names = named(medium)
    for key in compacted_keys(medium):
        if key.rpartition("/")[2] not in names:
            yield key, check_unnamed
    if manifest is None:
        return
    yield layout.MANIFESTS, partial(check_choice, manifest=manifest)
    for file in manifest.files:
        yield file.key, partial(check_compacted, file=file)
    yield layout.COMPACTED, partial(check_repeated, manifest=manifest)


def _loose(fragments: Sequence[Fragment], names: Sequence[str], manifest: Manifest | None) -> Iterator[Step]:
    whole = {fragment.name: fragment for fragment in fragments}
    absorbed = manifest.absorbed if manifest is not None else frozenset[str]()
    for name in names:
        key = f"{layout.FRAGMENTS}/{name}"
        if name in whole:
            yield key, partial(check_fragment, fragment=whole[name], counted=name not in absorbed)
        else:
            yield key, check_uncommitted if layout.is_fragment(name) else Checking.stranger
