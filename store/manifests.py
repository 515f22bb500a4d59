"""Manifests: which compacted files stand, and which fragments they replace.

A manifest is immutable and has a number; the newest counts. It is published by put-if-absent of the next
number, so of two compactions that began with the same state one wins, and the other knows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from store import layout
from store.digests import sealed_json
from store.errors import DamagedStoreError
from store.medium import Medium

_FILE = re.compile(r"\d{8,}\.json")


@dataclass(frozen=True)
class CompactedFile:
    """Trials and their series from many fragments, sorted: a directory of two files.

    Attributes
    ----------
    name : str
        The directory in ``compacted/``; never used twice.
    trials, samples : int
        Rows of the two files.
    bytes : int
        Their size together.
    trials_sha256, series_sha256 : str
        SHA-256 of each, hexadecimal.
    hidden : frozenset of str
        Trials in it that a row elsewhere supersedes.
    """

    name: str
    trials: int
    samples: int
    bytes: int
    trials_sha256: str
    series_sha256: str
    hidden: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Key of its directory."""
        return f"{layout.COMPACTED}/{self.name}"

    @property
    def trials_key(self) -> str:
        """Key of its trials."""
        return f"{self.key}/{layout.TRIALS_FILE}"

    @property
    def series_key(self) -> str:
        """Key of its series."""
        return f"{self.key}/{layout.SERIES_FILE}"

    def to_entry(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        return {
            "name": self.name,
            "trials": self.trials,
            "samples": self.samples,
            "bytes": self.bytes,
            "trials_sha256": self.trials_sha256,
            "series_sha256": self.series_sha256,
            "hidden": sorted(self.hidden),
        }

    @classmethod
    def from_entry(cls, entry: dict[str, Any]) -> CompactedFile:
        """Return what a manifest's entry says."""
        return cls(**{**entry, "hidden": frozenset(entry["hidden"])})


@dataclass(frozen=True)
class Manifest:
    """One state of the compacted files.

    Attributes
    ----------
    number : int
        From 1; 0 is the state before the first.
    created : datetime
        When it was made, in UTC.
    files : tuple of CompactedFile
        What stands.
    absorbed : frozenset of str
        Every fragment whose rows are in compacted files, or were superseded when it would have come there.
        A name stays here for ever: whoever commits it again late changes nothing.
    whole : bool
        Whether the files are sorted as one, not each by itself.
    """

    number: int
    created: datetime
    files: tuple[CompactedFile, ...] = ()
    absorbed: frozenset[str] = frozenset()
    whole: bool = False

    @property
    def keys(self) -> list[str]:
        """Keys of all files that it names."""
        return [key for file in self.files for key in (file.trials_key, file.series_key)]

    def to_json(self) -> bytes:
        """Return the bytes of its file."""
        content = {
            "number": self.number,
            "created": self.created.isoformat(),
            "whole": self.whole,
            "files": [file.to_entry() for file in self.files],
            "absorbed": sorted(self.absorbed),
        }
        return (json.dumps(sealed_json(content), indent=1) + "\n").encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Return what the bytes of a manifest's file say."""
        content = json.loads(text)
        return cls(
            int(content["number"]),
            datetime.fromisoformat(content["created"]),
            tuple(CompactedFile.from_entry(entry) for entry in content["files"]),
            frozenset(content["absorbed"]),
            bool(content["whole"]),
        )

    def age(self, now: datetime) -> float:
        """Seconds since it was made."""
        return (now - self.created).total_seconds()


BEFORE_THE_FIRST = Manifest(0, datetime(1970, 1, 1, tzinfo=UTC))


def manifest_key(number: int) -> str:
    """Key of a manifest's file."""
    return f"{layout.MANIFESTS}/{number:08d}.json"


def is_manifest(key: str) -> bool:
    """Whether the file `key` in the directory of manifests can be one."""
    return _FILE.fullmatch(key.rpartition("/")[2]) is not None


def manifest_numbers(medium: Medium) -> list[int]:
    """List the numbers of the manifests that are there, oldest first."""
    names = medium.names(layout.MANIFESTS)
    return sorted(int(name.removesuffix(".json")) for name in names if _FILE.fullmatch(name))


def newest_number(medium: Medium) -> int:
    """Return the number of the newest manifest; 0 if there is none."""
    return max(manifest_numbers(medium), default=BEFORE_THE_FIRST.number)


def read_manifest(medium: Medium, number: int) -> Manifest:
    """Read a manifest; number 0 is always there.

    Raises
    ------
    FileNotFoundError
        If there is none of that number.
    DamagedStoreError
        If its file cannot be understood.
    """
    if number == BEFORE_THE_FIRST.number:
        return BEFORE_THE_FIRST
    key = manifest_key(number)
    try:
        return replace(Manifest.from_json(medium.read(key)), number=number)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedStoreError(
            f"expected a manifest in {medium.place(key)}; got {error!r}; restore that file"
        ) from error


def publish(medium: Medium, manifest: Manifest) -> bool:
    """Make `manifest` the newest unless its number is taken; whether it is."""
    key, payload = manifest_key(manifest.number), manifest.to_json()
    return medium.put(key, payload) or medium.read(key) == payload


def make_safe(medium: Medium) -> None:
    """Put the newest manifest on stable storage, should its writer not have come that far.

    Raises
    ------
    WriteError
        If the medium refuses.
    """
    number = newest_number(medium)
    if number == BEFORE_THE_FIRST.number:
        return
    try:
        manifest = read_manifest(medium, number)
    except FileNotFoundError:  # removed, for a newer one is safe
        return
    medium.put(manifest_key(number), manifest.to_json())
