"""A simulation's place as bytes, from which another process goes on.

A record is the line ``regimap checkpoint``, the SHA-256 of all that follows, the length of a header, the
header in JSON (format, physics version, scenario, numerics, resolution, attempt, sample) and arrays in
NumPy's own format: the states at the step and at twice the step, the table of either's observables, and
where the classical twin is under way its cloud and table.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from physics.classical import Cloud, TwinMoment
from physics.errors import CheckpointError
from physics.recording import Moment, Row
from physics.resolution import Resolution
from physics.scenario import PHYSICS_VERSION, Numerics, Scenario

# Changes whenever a record is laid out otherwise.
FORMAT = 1
MAGIC = b"regimap checkpoint\n"
DIGEST_SIZE = hashlib.sha256().digest_size
LENGTH_SIZE = 8


@final
@dataclass(frozen=True)
class Task:
    """What is simulated: a checkpoint belongs to one of these and goes on as no other.

    Parameters
    ----------
    scenario : Scenario
    numerics : Numerics
    resolution : Resolution
        Of the first attempt.
    attempts : int
        Most attempts, each at half the step of the one before.
    """

    scenario: Scenario
    numerics: Numerics
    resolution: Resolution
    attempts: int

    def at(self, attempt: int) -> Resolution:
        """Resolution of an attempt, from 0 on."""
        resolution = self.resolution
        for _ in range(attempt):
            resolution = resolution.finer()
        return resolution

    def described(self, attempt: int) -> dict[str, Any]:
        """The contents that a checkpoint of this task must have, as JSON gives them back."""
        content = {
            "format": FORMAT,
            "physics version": PHYSICS_VERSION,
            "scenario": asdict(self.scenario),
            "numerics": asdict(self.numerics),
            "resolution": asdict(self.at(attempt)),
        }
        # Numbers of NumPy's are equal to Python's, and become them.
        described: dict[str, Any] = json.loads(json.dumps(content, default=float))
        return described


@final
@dataclass(frozen=True, eq=False)
class Place:
    """Where a simulation stands.

    Attributes
    ----------
    attempt : int
        From 0.
    moment : Moment
        Of that attempt's recording.
    twin : TwinMoment or None
        Of the classical twin, once it is under way.
    """

    attempt: int
    moment: Moment
    twin: TwinMoment | None = None


def written(task: Task, place: Place) -> bytes:
    """The record of a place in a task."""
    moment, twin = place.moment, place.twin
    header = task.described(place.attempt) | {
        "attempt": place.attempt,
        "sample": moment.sample,
        "ended": moment.ended,
        "twin": twin is not None,
        "columns": list(moment.rows[0]),
        "shadow columns": list(moment.shadows[0]),
    }
    text = json.dumps(header, allow_nan=False).encode()
    record = io.BytesIO()
    record.write(MAGIC + bytes(DIGEST_SIZE) + len(text).to_bytes(LENGTH_SIZE, "little") + text)
    arrays = [moment.state, moment.shadow, _table(moment.rows), _table(moment.shadows)]
    for array in arrays + _twin_arrays(twin):
        np.lib.format.write_array(record, array, allow_pickle=False)
    seal = hashlib.sha256(record.getbuffer()[len(MAGIC) + DIGEST_SIZE :]).digest()
    record.seek(len(MAGIC))
    record.write(seal)
    return record.getvalue()


def read(record: bytes, task: Task) -> Place:
    """The place in this task that a record holds.

    Raises
    ------
    CheckpointError
        If the record is damaged, or of another task, physics version or format.
    """
    body = io.BytesIO(_sound(record))
    header = json.loads(body.read(int.from_bytes(body.read(LENGTH_SIZE), "little")))
    _check_task(header, task)
    state, shadow, rows, shadows = _arrays(body, 4)
    moment = Moment(
        header["sample"],
        state,
        shadow,
        _rows(header["columns"], rows),
        _rows(header["shadow columns"], shadows),
        header["ended"],
    )
    return Place(header["attempt"], moment, _twin(body) if header["twin"] else None)


def _arrays(body: io.BytesIO, count: int) -> list[NDArray[Any]]:
    return [np.lib.format.read_array(body, allow_pickle=False) for _ in range(count)]


def _twin_arrays(twin: TwinMoment | None) -> list[NDArray[Any]]:
    if twin is None:
        return []
    assert twin.cloud.force is not None
    return [twin.cloud.position, twin.cloud.momentum, twin.cloud.force, np.array(twin.rows)]


def _twin(body: io.BytesIO) -> TwinMoment:
    position, momentum, force, rows = _arrays(body, 4)
    return TwinMoment(Cloud(position, momentum, force), tuple((msd, error) for msd, error in rows.tolist()))


def _sound(record: bytes) -> memoryview:
    """What the digest vouches for."""
    if not isinstance(record, (bytes, bytearray, memoryview)):
        raise CheckpointError(f"checkpoint: expected bytes, got {type(record).__name__}; start anew")
    start = len(MAGIC) + DIGEST_SIZE
    view = memoryview(record)
    if bytes(view[: len(MAGIC)]) != MAGIC:
        raise CheckpointError(
            f"checkpoint: expected a record that begins with {MAGIC!r}, got {bytes(view[: len(MAGIC)])!r}; "
            "start anew"
        )
    found = hashlib.sha256(view[start:]).digest()
    if found != view[len(MAGIC) : start]:
        raise CheckpointError(
            f"checkpoint: expected contents of digest {view[len(MAGIC) : start].hex()[:16]}, got "
            f"{found.hex()[:16]}: it is damaged; start anew"
        )
    return view[start:]


def _check_task(header: dict[str, Any], task: Task) -> None:
    if header["format"] == FORMAT and not header["attempt"] < task.attempts:
        raise CheckpointError(
            f"checkpoint: expected one of {task.attempts} attempts, got attempt {header['attempt'] + 1}; "
            "start anew"
        )
    expected = task.described(header["attempt"]) if header["format"] == FORMAT else {"format": FORMAT}
    for name, wanted in expected.items():
        if header[name] != wanted:
            raise CheckpointError(
                f"checkpoint: expected {name} {_difference(wanted, header[name])}; start anew, or continue "
                "it as what it was saved from"
            )


def _difference(wanted: Any, got: Any) -> str:  # noqa: ANN401  # values as JSON has them
    """``wanted, got got``, of a record only the parts that differ."""
    if isinstance(wanted, dict):
        names = [name for name in wanted if wanted[name] != got.get(name)]
        wanted, got = ({name: side.get(name) for name in names} for side in (wanted, got))
    return f"{wanted}, got {got}"


def _table(rows: tuple[Row, ...]) -> NDArray[np.float64]:
    return np.array([tuple(row.values()) for row in rows])


def _rows(columns: list[str], table: NDArray[np.float64]) -> tuple[Row, ...]:
    return tuple(dict(zip(columns, values, strict=True)) for values in table.tolist())
