"""Where things are inside a store, and which names may go there.

A key is a path relative to the store, with forward slashes, whatever holds the store.
"""

from __future__ import annotations

import re

from store.errors import RecordError
from store.medium import Medium

IDENTITY = "store.json"
"""What the store is; the last file that creation writes."""
VIEWS = "views.sql"
"""SQL that makes the store readable by the plain duckdb command."""
SCHEMA = "schema"
"""Holds an empty file of every table for each schema version written here."""
FRAGMENTS = "fragments"
"""Committed chunks, a directory each."""
COMPACTED = "compacted"
"""Fragments merged into larger files, a directory for each compaction."""
MANIFESTS = "manifests"
"""Which compacted files stand, and which fragments they replace: numbered, the newest counts."""
KEPT = "kept"
"""Small immutable files."""
HOLDS = "holds"
"""Who drives a plan: a directory for each, files that the driver replaces while it lives."""
CHECKPOINTS = "checkpoints"
"""Where long trials have come to: a file for each, replaced as it goes on, removed when it has ended."""
LEDGER = "ledger"
"""Holds a directory for each ledger table."""
STAGING = "staging"
"""Unfinished writes; outside every pattern that a reader lists."""

SERIES_DIGEST = "series_sha256"
"""Key in the footer of a fragment's trials: the SHA-256 of its series file."""

TRIALS_FILE = "trials.parquet"
SERIES_FILE = "series.parquet"

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


def fragment_name(chunk: str, attempt: int) -> str:
    """Name of the fragment that a chunk's attempt commits as."""
    return f"{chunk}-a{attempt}"


def is_fragment(name: str) -> bool:
    """Whether `name` can be that of a fragment."""
    return _FRAGMENT.fullmatch(name) is not None


def ledger(table: str) -> str:
    """Directory of a ledger table."""
    return f"{LEDGER}/{table}"


def schema_file(version: str, table: str) -> str:
    """Key of the empty file of a table in a schema version."""
    return f"{SCHEMA}/{version}/{table}.parquet"


def schema_versions(medium: Medium) -> list[str]:
    """List the schema versions that have been written to a store, oldest first."""
    names = (name for name in medium.names(SCHEMA) if re.fullmatch(r"\d+\.\d+", name))
    return sorted(names, key=version_key)


def version_key(version: str) -> tuple[int, ...]:
    """Order versions by number: ``"1.10"`` comes after ``"1.9"``."""
    return tuple(int(part) for part in version.split("."))
