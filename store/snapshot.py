"""One state of a store: the compacted files of a manifest, and the fragments that it has not absorbed.

The order of the listings makes it whole, whatever runs meanwhile: fragments first, then manifests, then
compacted files. A fragment that the first listing lacks is absorbed in the second, or came later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from store import layout
from store.errors import DamagedStoreError
from store.manifests import BEFORE_THE_FIRST, Manifest, manifest_numbers, newest_number, read_manifest
from store.medium import Fragment, Medium
from store.unnamed import lost_fragments, number_of

_TRIES = 10


@dataclass(frozen=True)
class Snapshot:
    """What a session reads.

    Attributes
    ----------
    manifest : Manifest
        The newest whose files are all there.
    loose : tuple of Fragment
        The fragments that it has not absorbed.
    newest : int
        Number of the newest manifest, which is another in the copy of a store that was written meanwhile.
    """

    manifest: Manifest
    loose: tuple[Fragment, ...]
    newest: int


def take_snapshot(medium: Medium) -> Snapshot:
    """List the store once.

    Raises
    ------
    DamagedStoreError
        If compacted files are missing, or the manifests that name them, and the fragments they were made of
        are gone as well.
    """
    for _ in range(_TRIES):
        fragments, numbers = medium.fragments(), [BEFORE_THE_FIRST.number, *manifest_numbers(medium)]
        present = frozenset(medium.keys(layout.COMPACTED))
        try:
            _refuse_lost(medium, present, numbers[-1])
            return _newest_usable(medium, fragments, numbers, present)
        except (DamagedStoreError, FileNotFoundError):
            # With a short grace, what was listed first may be gone before the rest is listed.
            if manifest_numbers(medium) == numbers[1:]:
                raise
    raise DamagedStoreError(
        f"expected the manifests of {medium.url} to rest for a moment; got a new one at each of {_TRIES} "
        "tries; compact with a longer grace"
    )


def _newest_usable(
    medium: Medium, fragments: Sequence[Fragment], numbers: Sequence[int], present: frozenset[str]
) -> Snapshot:
    newest = read_manifest(medium, numbers[-1])
    names = {fragment.name for fragment in fragments}
    for number in reversed(numbers):
        manifest = newest if number == newest.number else read_manifest(medium, number)
        # An older one will do in a copy, where fragments stand for the files that it lacks.
        if present.issuperset(manifest.keys) and names >= newest.absorbed - manifest.absorbed:
            loose = tuple(fragment for fragment in fragments if fragment.name not in manifest.absorbed)
            return Snapshot(manifest, loose, newest.number)
    missing = sorted(set(newest.keys) - present)
    raise DamagedStoreError(
        f"expected {medium.place(missing[0])}, as manifest {newest.number} says; got no such file; restore it"
    )


def _refuse_lost(medium: Medium, present: frozenset[str], newest: int) -> None:
    """Raise if files newer than the manifests hold rows that no fragment does: a manifest was lost."""
    for name in sorted({key.split("/")[1] for key in present}):
        if (number_of(name) or newest) <= newest:
            continue
        if lost := lost_fragments(medium, name):
            place = medium.place(layout.COMPACTED)
            raise DamagedStoreError(
                f"expected a manifest of {place}/{name} in {medium.place(layout.MANIFESTS)}; got none, and "
                f"{len(lost)} fragments stand in it alone, such as {lost[0]}; restore the manifest "
                "from a copy"
            )


@final
class Absorbed:
    """The names of the fragments that were absorbed; read again only when there is a newer manifest."""

    def __init__(self, medium: Medium) -> None:
        self._medium = medium
        self._manifest = BEFORE_THE_FIRST

    def names(self) -> frozenset[str]:
        """Return the names as the newest manifest has them."""
        for _ in range(_TRIES):
            newest = newest_number(self._medium)
            if newest == self._manifest.number:
                break
            try:
                self._manifest = read_manifest(self._medium, newest)
            except FileNotFoundError:  # an even newer one has come
                continue
        return self._manifest.absorbed
