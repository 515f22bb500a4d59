"""What a worker does with a chunk: simulate, commit to the store, reply with a receipt."""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, final

from physics import PHYSICS_VERSION
from store import ExperimentStore, RecordError, StoreError, StoreNotFoundError
from sweep.any_trial import AnyTrial
from sweep.checkpointing import Checkpoints
from sweep.chunk import Chunk
from sweep.errors import SweepError, WorkerError
from sweep.outcomes import checked, failure, named, refusal, traced
from sweep.own_simulator import OwnSimulator
from sweep.provenance import Provenance
from sweep.simulators import Records, Simulator, make_simulator

# Of a reason that the driver is told; the row has all of it.
REASON_LENGTH = 300
# Columns of what a trial took.
SPENT = ("started_at", "wall_s", "cpu_s", "peak_rss_mb")


@final
@dataclass(frozen=True)
class Assignment:
    """What a worker is told before it takes up work.

    Attributes
    ----------
    store_url : str
        The store, as every worker must see it.
    hold, token : str
        What the driver wrote into the store, so that a worker can tell that its store is this very one.
    regimap_version, physics_version : str
        Of the driver.
    simulator : str
        Place of a function that simulates a trial in place of the store's model; "" for the model itself.
    directories : tuple of str
        Where the module of a user's model is looked for.
    """

    store_url: str
    hold: str
    token: str
    regimap_version: str
    physics_version: str = PHYSICS_VERSION
    simulator: str = ""
    directories: tuple[str, ...] = ()


@final
@dataclass(frozen=True)
class ChunkReport:
    """What the driver is told of a chunk: small, and nothing that the store does not hold.

    Attributes
    ----------
    statuses : tuple of str
        One per trial.
    reasons : tuple of (str or None)
        One per trial, cut to a line's length; None for one that is complete.
    seconds : tuple of float
        Wall seconds of each trial.
    """

    statuses: tuple[str, ...]
    reasons: tuple[str | None, ...]
    seconds: tuple[float, ...]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> ChunkReport:
        """Report of a chunk's rows."""
        reasons = (row.get("reason") for row in rows)
        return cls(
            tuple(str(row["status"]) for row in rows),
            tuple(None if reason is None else str(reason)[:REASON_LENGTH] for reason in reasons),
            tuple(float(row["wall_s"]) for row in rows),
        )


@final
class TrialFaultError(SweepError):
    """A fault of the machine that a trial met: it may go away, so the trial is run again.

    Parameters
    ----------
    reason : str
    trace : str
        Its traceback.
    """

    def __init__(self, reason: str, trace: str) -> None:
        super().__init__(reason, trace)
        self.reason, self.trace = reason, trace

    def __str__(self) -> str:
        return self.reason


@final
class Worker:
    """Runs chunks in one process, keeping what the simulator keeps from one to the next.

    Parameters
    ----------
    assignment : Assignment
    own_process : bool
        Whether the process is the worker's alone: then nobody but the trial can have pressed Ctrl-C there.

    Raises
    ------
    WorkerError
        If this process runs other code than the driver, or sees another store at the same place.
    StoreError
        If it cannot read the store or write to it.
    """

    def __init__(self, assignment: Assignment, *, own_process: bool = True) -> None:
        self._own_process = own_process
        self._provenance = Provenance.collect()
        host = self._provenance.host
        _check_version("regimap", assignment.regimap_version, self._provenance.regimap_version, host)
        _check_version("physics", assignment.physics_version, PHYSICS_VERSION, host)
        try:
            self._store = ExperimentStore(assignment.store_url)
        except StoreNotFoundError:
            raise WorkerError(
                f"store: expected on {host} at {assignment.store_url} the store that the driver writes to, "
                "found none; use a path on a file system that every node mounts, or s3://"
            ) from None
        if not self._store.holds_token(assignment.hold, assignment.token):
            raise WorkerError(
                f"store: expected on {host} at {assignment.store_url} the store that the driver "
                "writes to, got another one; use a path on a shared file system, or s3://"
            )
        self._store.check_writable()
        # Arrow loads half a second of libraries for its first table: not on the first chunk's account.
        refusal({"trial_id": "", "status": "lost"} | self._provenance.columns(), {})
        self._checkpoints = Checkpoints(self._store)
        self._simulate: Simulator
        if self._store.schema.own and not assignment.simulator:
            self._simulate = OwnSimulator(self._store, assignment.directories, host)
        else:
            self._simulate = make_simulator(
                assignment.simulator, self._store, self._provenance.processor_id, self._checkpoints
            )

    def run(self, chunk: Chunk, attempt: int = 1) -> ChunkReport:
        """Simulate the chunk's trials, in order, and commit them as one fragment.

        Raises
        ------
        TrialFaultError
            If a trial meets a fault of the machine, such as too little memory.
        StoreError
            If the store cannot be written to.
        """
        records = [self._trial(trial) for trial in chunk.trials]
        try:
            self._commit(chunk, records, attempt)
        except Exception as error:
            if isinstance(error, StoreError) and not isinstance(error, RecordError):
                raise
            # What a trial returned fits no row: the others of the chunk do.
            schema = self._store.schema
            refusals = [refusal(row, recorded, schema) for row, recorded in records]
            if not any(refusals):
                raise
            records = [
                self._refused(trial, row, why) if why else (row, recorded)
                for trial, (row, recorded), why in zip(chunk.trials, records, refusals, strict=True)
            ]
            self._commit(chunk, records, attempt)
        return ChunkReport.of([row for row, _ in records])

    def _commit(self, chunk: Chunk, records: Sequence[Records], attempt: int) -> None:
        rows = [row for row, _ in records]
        series = {row["trial_id"]: recorded for row, recorded in records if recorded}
        self._store.commit(chunk.name, rows, series, attempt=attempt)
        self._checkpoints.landed()

    def _trial(self, trial: AnyTrial) -> Records:
        started, wall, cpu = datetime.now(UTC), time.perf_counter(), time.process_time()
        outcome, recorded = self._outcome(trial)
        spent = {
            "started_at": started.replace(tzinfo=None),
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        }
        return trial.row() | outcome | self._provenance.columns() | spent, recorded

    def _refused(self, trial: AnyTrial, row: Mapping[str, Any], why: Exception) -> Records:
        spent = {name: row[name] for name in SPENT}
        return trial.row() | failure(why) | self._provenance.columns() | spent, {}

    def _outcome(self, trial: AnyTrial) -> Records:
        try:
            return checked(trial, self._simulate(trial))
        except StoreError:
            # Not what a trial answers for: a store in trouble fails every trial alike.
            raise
        except (MemoryError, OSError) as error:
            raise TrialFaultError(named(error), traced(error)) from None
        except Exception as error:
            # Whatever else a trial raises is its row; the neighbours go on.
            return failure(error), {}
        except KeyboardInterrupt as error:
            if not self._own_process:
                raise
            return failure(error), {}


def _check_version(what: str, expected: str, got: str, host: str) -> None:
    if expected != got:
        raise WorkerError(
            f"{what} version: expected {expected}, as the driver has, got {got} on {host}; install the same "
            "version on every node"
        )


def failed_rows(
    chunk: Chunk, status: str, reason: str, traceback: str | None, provenance: Provenance
) -> list[dict[str, Any]]:
    """Rows of trials that could not be run, or were not wanted any more."""
    outcome = {
        "status": status,
        "reason": reason,
        "traceback": traceback,
        "started_at": datetime.now(UTC).replace(tzinfo=None),
    }
    return [trial.row() | outcome | provenance.columns() for trial in chunk.trials]
