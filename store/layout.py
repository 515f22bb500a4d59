"""Where things are inside a store's directory, and which names may go there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from store.errors import RecordError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=,-]{0,179}")
_FRAGMENT = re.compile(rf"{_NAME.pattern}-a[1-9][0-9]*")


def checked_name(what: str, name: object) -> str:
    """Return `name` if it can be a file name on any file system.

    Raises
    ------
    RecordError
        If it is not a string of at most 180 letters, digits and ``. _ + = , -``, or begins with another
        character than a letter or a digit.
    """
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise RecordError(
        f"expected a {what} of 1 to 180 letters, digits or . _ + = , - that begins with a letter or digit; "
        f"got {name!r}; rename it"
    )


@dataclass(frozen=True)
class Layout:
    """Paths inside a store.

    Attributes
    ----------
    root : Path
        The store's directory, absolute.
    """

    root: Path

    @property
    def identity(self) -> Path:
        """What the store is; the last file that creation writes."""
        return self.root / "store.json"

    @property
    def views(self) -> Path:
        """SQL that makes the directory readable by the plain duckdb command."""
        return self.root / "views.sql"

    @property
    def schema(self) -> Path:
        """Holds an empty file of every table for each schema version written here."""
        return self.root / "schema"

    @property
    def fragments(self) -> Path:
        """Committed chunks, a directory each."""
        return self.root / "fragments"

    @property
    def staging(self) -> Path:
        """Unfinished writes; outside every pattern that a reader lists."""
        return self.root / "staging"

    @property
    def kept(self) -> Path:
        """Small immutable files."""
        return self.root / "kept"

    @property
    def ledgers(self) -> Path:
        """Holds a directory for each ledger table."""
        return self.root / "ledger"

    def ledger(self, table: str) -> Path:
        """Directory of a ledger table."""
        return self.ledgers / table

    def fragment(self, chunk: str, attempt: int) -> Path:
        """Directory of the fragment that a chunk's attempt commits as."""
        return self.fragments / f"{chunk}-a{attempt}"

    def fragment_names(self) -> list[str]:
        """Names of the committed fragments, sorted."""
        return sorted(entry.name for entry in self.fragments.iterdir() if _FRAGMENT.fullmatch(entry.name))

    def schema_versions(self) -> list[str]:
        """Schema versions that have been written here, oldest first."""
        names = (entry.name for entry in self.schema.iterdir() if re.fullmatch(r"\d+\.\d+", entry.name))
        return sorted(names, key=version_key)


def version_key(version: str) -> tuple[int, ...]:
    """Order versions by number: ``"1.10"`` comes after ``"1.9"``."""
    return tuple(int(part) for part in version.split("."))
