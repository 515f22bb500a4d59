"""What a compaction does next: which fragments it absorbs, or which compacted files it makes one of.

Loose fragments become files of their own; when eight of about one size stand, they become one, up to the
largest. So there are at most seven files of each of three smaller sizes beside the largest ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil

from store.manifests import CompactedFile, Manifest
from store.medium import Fragment

MERGED_AT_ONCE = 8
LARGEST_TRIALS = 65_536
LARGEST_SAMPLES = 8_388_608
"""Rows of the largest compacted file; about 1 GB."""
_HIDDEN_SHARE = 0.01


@dataclass(frozen=True)
class Extent:
    """Rows of the two tables.

    Attributes
    ----------
    trials, samples : int
        Rows of `trials` and of `series`.
    """

    trials: int
    samples: int

    def __add__(self, other: Extent) -> Extent:
        return Extent(self.trials + other.trials, self.samples + other.samples)

    @property
    def weight(self) -> float:
        """How much of a largest file they fill."""
        return max(self.trials / LARGEST_TRIALS, self.samples / LARGEST_SAMPLES)


@dataclass(frozen=True)
class Step:
    """What one manifest replaces.

    Attributes
    ----------
    fragments : tuple of Fragment
        Absorbed.
    files : tuple of CompactedFile
        Rewritten.
    """

    fragments: tuple[Fragment, ...] = ()
    files: tuple[CompactedFile, ...] = ()


def next_step(manifest: Manifest, loose: Mapping[Fragment, Extent], *, full: bool) -> Step | None:
    """Choose the next step; None if nothing is left to do.

    Parameters
    ----------
    manifest : Manifest
        The newest.
    loose : mapping of Fragment to Extent
        The fragments to absorb, and their rows.
    full : bool
        Whether everything is to be sorted as one.
    """
    if full:
        hidden = any(file.hidden for file in manifest.files)
        return Step(tuple(loose), manifest.files) if loose or hidden or not manifest.whole else None
    if loose:
        return Step(_batch(loose))
    for size, group in groupby(sorted(manifest.files, key=_size), key=_size):
        files = tuple(group)
        if size > 0 and len(files) >= MERGED_AT_ONCE:
            return Step(files=files)
    # Every query of a file with hidden rows compares each of its rows with them.
    worn = [file for file in manifest.files if len(file.hidden) > _HIDDEN_SHARE * file.trials]
    return Step(files=(worn[0],)) if worn else None


def _size(file: CompactedFile) -> int:
    """Size class of a file: 0 for the largest, then each an eighth of the one before, 3 for the rest."""
    weight = Extent(file.trials, file.samples).weight
    return sum(weight < 0.5 / MERGED_AT_ONCE**power for power in range(3))


def _batch(loose: Mapping[Fragment, Extent]) -> tuple[Fragment, ...]:
    """Take as many fragments as fit into a largest file, and one at least."""
    taken: list[Fragment] = []
    total = Extent(0, 0)
    for fragment, extent in loose.items():
        total += extent
        if taken and total.weight > 1.0:
            break
        taken.append(fragment)
    return tuple(taken)


def pieces(whole: Extent) -> Sequence[tuple[int, int]]:
    """Cut so many trials into the fewest files of about equal size: ranges of their places."""
    count = max(ceil(whole.weight), 1)
    cuts = [whole.trials * number // count for number in range(count + 1)]
    return [(begin, end) for begin, end in pairwise(cuts) if begin < end]
