"""Removing what newer manifests have replaced, after a time in which readers may finish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from store import layout
from store.debris import ABANDONED_AFTER_S
from store.manifests import Manifest, manifest_key, manifest_numbers, read_manifest
from store.medium import Medium
from store.snapshot import take_snapshot
from store.unnamed import lost_fragments, number_of

_KEPT_MANIFESTS = 3


@dataclass(frozen=True)
class Removed:
    """What was removed.

    Attributes
    ----------
    fragments : int
        Fragments whose rows are in compacted files.
    files : int
        Compacted files that stand no more.
    """

    fragments: int
    files: int


def remove_replaced(medium: Medium, grace: float, now: datetime | None = None) -> Removed:
    """Remove the fragments, compacted files and manifests that no reader of the last `grace` seconds needs.

    Parameters
    ----------
    medium : Medium
        The store.
    grace : float
        Seconds that a session may last.
    now : datetime, optional
        The time, in UTC; by default that of this machine.

    Raises
    ------
    WriteError
        If the medium refuses.
    """
    now = datetime.now(UTC) if now is None else now
    # Listed first: what is written from here on is not in the list.
    directories = medium.names(layout.COMPACTED)
    listed = {fragment.name for fragment in medium.fragments()}
    manifests = list(_manifests(medium))
    current = take_snapshot(medium).manifest
    ripe = [
        manifest for manifest in manifests if manifest.age(now) >= grace and manifest.number <= current.number
    ]
    named = {file.name for manifest in manifests for file in manifest.files}
    files = [
        name
        for name in directories
        if name not in named
        and _is_overtaken(name, current.number)
        and _age(medium, name, now) > max(grace, ABANDONED_AFTER_S)
        and not lost_fragments(medium, name)
    ]
    fragments: list[str] = []
    if ripe:
        medium.put(manifest_key(current.number), current.to_json())  # on stable storage, whoever wrote it
        needed = {
            f.name for manifest in manifests if manifest.number >= ripe[-1].number for f in manifest.files
        }
        files += [name for name in directories if name in named and name not in needed]
        # Both: a manifest that a copy lacks the files of is not the one that counts there.
        fragments = sorted(listed & ripe[-1].absorbed & current.absorbed)
    for name in fragments:
        medium.remove(f"{layout.FRAGMENTS}/{name}")
    for name in files:
        medium.remove(f"{layout.COMPACTED}/{name}")
    for manifest in manifests[:-_KEPT_MANIFESTS]:
        if ripe and manifest.number < ripe[-1].number:
            medium.remove(manifest_key(manifest.number))
    return Removed(len(fragments), len(files))


def _manifests(medium: Medium) -> Iterator[Manifest]:
    for number in manifest_numbers(medium):
        try:
            yield read_manifest(medium, number)
        except FileNotFoundError:  # removed by another compaction
            continue


def _is_overtaken(name: str, current: int) -> bool:
    """Whether a manifest stands in place of the one that the directory was written for."""
    number = number_of(name)
    return number is not None and number <= current


def _age(medium: Medium, name: str, now: datetime) -> float:
    try:
        return now.timestamp() - medium.modified(f"{layout.COMPACTED}/{name}")
    except FileNotFoundError:
        return 0.0
