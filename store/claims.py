"""Claims and their beats: the files by which a driver holds a name.

Each claim has the next number of its name, its generation, and is put if absent: of two that are made at once
one stands. The beat beside it is replaced for as long as the driver lives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, final

from store import layout
from store.digests import json_is_sealed, sealed_json
from store.errors import DamagedStoreError
from store.medium import Medium
from store.processes import Process

_FILE = re.compile(r"(\d{8,})\.(json|beat)")


@final
@dataclass(frozen=True)
class Claim:
    """What a driver says once, when it takes hold.

    Attributes
    ----------
    generation : int
        From 1.
    token : str
        Unique.
    process : Process
        The driver.
    place : str
        The store as the driver calls it.
    since : datetime
        UTC.
    beat_s : float
        Seconds between its beats.
    note : dict of str to str
        What the driver says of itself.
    """

    generation: int
    token: str
    process: Process
    place: str
    since: datetime
    beat_s: float
    note: dict[str, str]

    def to_json(self) -> bytes:
        """Return the bytes of its file."""
        return _encoded({**asdict(self), "since": self.since.isoformat()})


@final
@dataclass(frozen=True)
class Beat:
    """What a driver says again and again.

    Attributes
    ----------
    counter : int
        One more each time; 0 before the first.
    ended : bool
        Whether the driver has let go.
    state : dict
        What the driver says of its work.
    """

    counter: int = 0
    ended: bool = False
    state: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return the bytes of its file."""
        return _encoded(asdict(self))


def directory(name: str) -> str:
    """Directory of a name's claims and beats."""
    return f"{layout.HOLDS}/{name}"


def claim_key(name: str, generation: int) -> str:
    """Key of a claim's file."""
    return f"{directory(name)}/{generation:08d}.json"


def beat_key(name: str, generation: int) -> str:
    """Key of a beat's file."""
    return f"{directory(name)}/{generation:08d}.beat"


def generation_of(file: str) -> int | None:
    """Return the generation that a file of a name's directory belongs to; None if it is not ours."""
    found = _FILE.fullmatch(file)
    return int(found[1]) if found else None


def is_whole(text: bytes) -> bool:
    """Whether the bytes of a claim or a beat are what was written."""
    try:
        return bool(json_is_sealed(text))
    except (ValueError, TypeError, AttributeError):
        return False


def newest_claim(medium: Medium, name: str) -> Claim | None:
    """Return the claim that counts, or None.

    Raises
    ------
    DamagedStoreError
        If its file is not what was written.
    """
    tried = None
    while True:
        numbers = [
            generation_of(file) or 0 for file in medium.names(directory(name)) if file.endswith(".json")
        ]
        newest = max(numbers, default=0)
        if newest in (0, tried):
            return None
        try:
            return _claim(medium, claim_key(name, newest))
        except FileNotFoundError:  # removed by a newer holder
            tried = newest


def last_generation(medium: Medium, name: str) -> int:
    """Return the largest number in use; 0 if there is none."""
    return max((generation_of(file) or 0 for file in medium.names(directory(name))), default=0)


def read_beat(medium: Medium, name: str, claim: Claim) -> Beat:
    """Return the last beat of a claim; what cannot be read is no beat."""
    try:
        text = medium.read(beat_key(name, claim.generation))
    except FileNotFoundError:
        return Beat()
    if not is_whole(text):
        return Beat()
    content = json.loads(text)
    return Beat(int(content["counter"]), bool(content["ended"]), dict(content["state"]))


def _encoded(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(sealed_json(content)) + "\n").encode()


def _claim(medium: Medium, key: str) -> Claim:
    text = medium.read(key)
    if not is_whole(text):
        raise DamagedStoreError(
            f"expected a driver's claim in {medium.place(key)}; got other content than its digest is of; "
            "remove that file when no driver runs"
        )
    content = json.loads(text)
    process, since = Process(**content["process"]), datetime.fromisoformat(content["since"])
    values = {**content, "process": process, "since": since}
    del values["sha256"]
    return Claim(**values)
