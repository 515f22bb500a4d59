"""What the care of a store reports, one value for each thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass

MISSING = "missing"
TORN = "torn"
CHANGED = "changed"
REPEATED = "repeated"
MISPLACED = "misplaced"
MISNAMED = "misnamed"
STATUS = "status"
ORPHAN = "orphan"
SHORT = "short"
STRANGER = "stranger"
UNDIGESTED = "undigested"
UNNAMED = "unnamed"
OTHER_VERSION = "other version"
LEFTOVER = "leftover"

DAMAGE = (MISSING, TORN, CHANGED, REPEATED, MISPLACED, MISNAMED, STATUS, ORPHAN, SHORT)
"""A file that is absent; one that cannot be read to its end; one whose bytes are not those written; a trial
twice; rows of another chunk than the file's; an id that its row does not have; a status that is none; samples
without their trial; fewer samples than a complete trial has."""
NOTES = (STRANGER, UNDIGESTED, UNNAMED, OTHER_VERSION, LEFTOVER)
"""A file that is not the store's; one without a digest, checked by decoding; trials whose ids cannot be
recomputed; a text or a description that another version wrote; what a killed driver left and nobody needs."""


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes
    ----------
    place : str
        Path or address of the file or directory.
    kind : str
        One of `DAMAGE` or `NOTES`.
    found : str
        What was found there.
    advice : str
        What to do about it.
    """

    place: str
    kind: str
    found: str
    advice: str

    @property
    def damage(self) -> bool:
        """Whether data may be wrong or lost; else it is a note."""
        return self.kind in DAMAGE


@dataclass(frozen=True)
class Checked:
    """One step of a verification.

    Attributes
    ----------
    place : str
        The file or directory that was looked at.
    number, total : int
        Which step it was, from 1, and of how many.
    trials : int
        Rows of `trials` that were read in it.
    findings : tuple of Finding
        What is not as it should be; empty for a sound place.
    """

    place: str
    number: int
    total: int
    trials: int
    findings: tuple[Finding, ...]
