"""What a look at the machine found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

OK, NOTE, TROUBLE = "ok", "note", "trouble"


@final
@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        What.
    verdict : str
        `OK`; `NOTE`, work goes on, but worse than it could; `TROUBLE`, work stops here.
    found : str
    advice : str
        What to do; empty where nothing has to be done.
    """

    name: str
    verdict: str
    found: str
    advice: str = ""


def size(count: float) -> str:
    """Bytes in the largest unit that leaves a number above 1."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}"
    return f"{count / 1e3:.3g} kB"
