"""A world for the scheduler alone: workers that exist on paper, and a clock that moves when it is told to."""

from collections import Counter
from dataclasses import dataclass, field, replace

from physics import Numerics, Scenario
from sweep.chunk import Chunk
from sweep.engine.causes import Cause
from sweep.engine.commands import GiveUp, Kill, Record, Run, Start
from sweep.engine.policy import Policy
from sweep.engine.scheduler import Scheduler
from sweep.trial import Trial

BASE = Trial(Scenario(disorder=1.0, wavenumber=0.4), Numerics(t_final=10.0))
TRIALS = [replace(BASE, scenario=replace(BASE.scenario, realization=r)) for r in range(24)]
NUMBERS = {trial.trial_id: number for number, trial in enumerate(TRIALS)}

CRASHES = (Cause.CRASH, Cause.MEMORY, Cause.RAISED, Cause.TIMEOUT)
HARMLESS = (Cause.ELSEWHERE,)


def chunk(*numbers: int) -> Chunk:
    return Chunk.of([TRIALS[number] for number in numbers])


def numbers(of: Chunk) -> list[int]:
    return [NUMBERS[trial.trial_id] for trial in of.trials]


@dataclass
class World:
    """Obeys a scheduler, and checks that what it says can be done."""

    scheduler: Scheduler
    now: float = 0.0
    starting: set[int] = field(default_factory=set)
    idle: set[int] = field(default_factory=set)
    busy: dict[int, Run] = field(default_factory=dict)
    started: set[int] = field(default_factory=set)
    landed: Counter[int] = field(default_factory=Counter)
    recorded: dict[int, Record] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    given_up: str | None = None

    @classmethod
    def of(cls, chunks: list[Chunk], workers: int = 1, policy: Policy | None = None) -> "World":
        world = cls(Scheduler(policy or Policy(), workers))
        world.scheduler.offer(chunks)
        return world

    def obey(self) -> None:
        for command in self.scheduler.commands(self.now):
            match command:
                case Start(worker):
                    assert worker not in self.started
                    self.started.add(worker)
                    self.starting.add(worker)
                case Run(worker, _, _):
                    self.idle.remove(worker)
                    self.busy[worker] = command
                    self.runs.append(command)
                case Kill(worker):
                    assert worker in self.starting | self.idle | self.busy.keys()
                    self.forget(worker)
                case Record(of, _, _, _, _):
                    for number in numbers(of):
                        self.landed[number] += 1
                        self.recorded[number] = command
                case GiveUp(reason):
                    self.given_up = reason
        alive = self.starting | self.idle | self.busy.keys()
        assert len(alive) <= max(self.scheduler.workers, len(self.busy))
        assert self.scheduler.running.keys() == self.busy.keys()

    def forget(self, worker: int) -> None:
        self.starting.discard(worker)
        self.idle.discard(worker)
        self.busy.pop(worker, None)

    def wake(self) -> None:
        """All workers that were started come up."""
        for worker in sorted(self.starting):
            self.scheduler.up(worker)
        self.idle |= self.starting
        self.starting = set()
        self.obey()

    def finish(self, worker: int, failures: bool = False) -> None:
        run = self.busy.pop(worker)
        self.idle.add(worker)
        assert self.scheduler.finished(worker, self.now, failures) == run.chunk
        self.landed.update(numbers(run.chunk))
        self.obey()

    def fail(self, worker: int, cause: Cause, reason: str = "told so") -> None:
        if cause is Cause.FAULT:
            self.busy.pop(worker)
            self.idle.add(worker)
        else:
            self.forget(worker)
        self.scheduler.failed(worker, self.now, cause, reason, "a traceback")
        self.obey()

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.obey()

    def to_the_end(self, poison: dict[int, Cause] | None = None, limit: int = 2000) -> None:
        """Bring all to its end; a chunk with a poisoned trial fails by that trial's cause."""
        poison = poison or {}
        for _ in range(limit):
            self.obey()
            self.wake()
            if self.given_up or self.scheduler.done:
                return
            if not self.busy:
                self.wait(61.0)
                continue
            worker = min(self.busy)
            bad = [number for number in numbers(self.busy[worker].chunk) if number in poison]
            if bad:
                self.fail(worker, poison[bad[0]], f"trial {bad[0]}")
            else:
                self.finish(worker)
        raise AssertionError("no end")
