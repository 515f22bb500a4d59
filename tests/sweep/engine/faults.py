"""Chunks with a guilty trial in the middle, run for real, and the table of what became of them."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from physics import Numerics, Scenario
from store import ExperimentStore
from sweep.backends import make_backend
from sweep.chunk import Chunk
from sweep.engine.driver import drive
from sweep.engine.happenings import Happening, Landed
from sweep.engine.policy import Policy
from sweep.engine.settings import Engine
from sweep.engine.source import Source
from sweep.provenance import Provenance
from sweep.trial import Trial
from sweep.worker import Assignment
from tests.sweep.engine.misbehaviour import GUILTY, KINDS, PLACE

BASE = Trial(Scenario(disorder=1.0, wavenumber=0.4, dimension=1), Numerics(t_final=10.0, samples=5))
POLICY = Policy(timeout=2.0, first_wait=0.05, patience=4.0)


@dataclass(frozen=True)
class Fault:
    """What a guilty trial's row must say."""

    kind: str
    status: str
    reason: str | None
    traceback: str | None = None


def trial(number: int) -> Trial:
    return replace(BASE, scenario=replace(BASE.scenario, realization=number))


def guilty(kind: str) -> int:
    return 100 * KINDS.index(kind) + GUILTY


def chunk_of(*kinds: str) -> Chunk:
    """Two good trials, the guilty ones, two good ones."""
    first = 100 * KINDS.index(kinds[0])
    numbers = [first, first + 1, *(guilty(kind) for kind in kinds), first + 2, first + 3]
    return Chunk.of([trial(number) for number in numbers])


def good_chunk(first: int) -> Chunk:
    """Five trials that are good."""
    return Chunk.of([trial(number) for number in range(first, first + 5)])


@dataclass
class Listed(Source):
    """A list of chunks."""

    chunks: list[Chunk]
    given: bool = False

    def take(self) -> Iterable[Chunk]:
        chunks, self.given = ([] if self.given else self.chunks), True
        return chunks

    def landed(self, chunk: Chunk) -> None: ...

    @property
    def expected(self) -> int:
        return sum(len(chunk.trials) for chunk in self.chunks)

    @property
    def already(self) -> int:
        return 0

    @property
    def exhausted(self) -> bool:
        return self.given


@dataclass
class Seen:
    """A run that is over: its store, what happened, and how long each trial took to its row."""

    store: ExperimentStore
    happenings: list[Happening]
    seconds: dict[str, float]

    def row(self, kind: str) -> dict[str, object]:
        query = "SELECT status, reason, attempt, traceback FROM trials WHERE realization = ?"
        rows = list(self.store.sql(query, [guilty(kind)]).rows())
        assert len(rows) == 1, f"{kind}: {len(rows)} rows"
        return dict(zip(("status", "reason", "attempt", "traceback"), rows[0], strict=True))

    def assert_as_expected(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            seen = self.row(fault.kind)
            assert seen["status"] == fault.status, f"{fault.kind}: {seen}"
            for name, wanted in (("reason", fault.reason), ("traceback", fault.traceback)):
                if wanted is None:
                    assert name == "traceback" or seen[name] is None, f"{fault.kind}: {seen}"
                else:
                    assert re.search(wanted, str(seen[name])), f"{fault.kind}: {name} of {seen}"

    def assert_neighbours_complete(self, chunks: Iterable[Chunk]) -> None:
        """Every other trial has one row, a series and the numbers that follow from its own."""
        numbers = sorted(
            member.scenario.realization
            for chunk in chunks
            for member in chunk.trials
            if member.scenario.realization % 100 < GUILTY
        )
        query = f"""
        SELECT realization, status, reason, diffusion * 7, count(*), max(msd) / 4
        FROM trials JOIN series USING (trial_id)
        WHERE trials.realization % 100 < {GUILTY} GROUP BY ALL ORDER BY 1
        """.replace("realization,", "trials.realization,", 1)
        found = [
            (number, status, reason, round(scalar), samples, round(last))
            for number, status, reason, scalar, samples, last in self.store.sql(query).rows()
        ]
        assert found == [(number, "complete", None, number, 5, number) for number in numbers]

    def table(self, backend: str, faults: Iterable[Fault]) -> Iterator[str]:
        """Lines of the table: backend, fault, expected status, row seen, seconds from its first start."""
        for fault in faults:
            seen = self.row(fault.kind)
            row = f"{seen['status']}, attempt {seen['attempt']}"
            row += f": {str(seen['reason']).splitlines()[0][:170]}" if seen["reason"] else ""
            if seen["traceback"]:
                row += f" (traceback of {len(str(seen['traceback']).splitlines())} lines)"
            taken = self.seconds[trial(guilty(fault.kind)).trial_id]
            cells = (backend, fault.kind, fault.status, row, f"{taken:.1f}")
            yield "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def run_chunks(
    path: Path,
    chunks: list[Chunk],
    engine: Engine,
    policy: Policy = POLICY,
    watch: Callable[[Happening], None] = lambda happening: None,
    told: Callable[[Assignment], Assignment] = lambda assignment: assignment,
) -> Seen:
    """Run chunks to the end, as a job would; `told` may falsify what workers are told."""
    store, provenance = ExperimentStore.create(path), Provenance.collect()
    began: dict[str, float] = {}
    seconds: dict[str, float] = {}
    happenings = []
    with store.hold("faults", {}) as hold:
        assignment = Assignment(
            store.url, hold.name, hold.token, provenance.regimap_version, simulator=engine.simulator or PLACE
        )
        backend = make_backend(engine, told(assignment))
        submit = backend.submit

        def noted(worker: int, chunk: Chunk, attempt: int) -> None:
            for member in chunk.trials:
                began.setdefault(member.trial_id, time.monotonic())
            submit(worker, chunk, attempt)

        backend.submit = noted
        with closing(drive(Listed(chunks), store, backend, policy, provenance, hold)) as job:
            for happening in job:
                happenings.append(happening)
                watch(happening)
                if isinstance(happening, Landed):
                    for member in happening.chunk.trials:
                        seconds[member.trial_id] = time.monotonic() - began[member.trial_id]
    return Seen(store, happenings, seconds)


def descendants(pid: int) -> dict[int, str]:
    """Every process that this one started, and those started: command by number.

    The dead are left out, and the one by which Python tracks what processes share.
    """
    found = {}
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (thread / "children").read_text().split()):
            with suppress(FileNotFoundError, ProcessLookupError):
                command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                found |= ({child: command} if command else {}) | descendants(child)
    return {child: command for child, command in found.items() if "resource_tracker" not in command}


def processes(*words: str) -> list[str]:
    """Commands of this machine's processes that have all these words."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            found += [command] if all(word in command for word in words) else []
    return found


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.05)
