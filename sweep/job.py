"""One job: a source of chunks driven under its hold, told as it goes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import final

from store import ExperimentStore, Hold
from sweep.backends import make_backend
from sweep.engine.choosing import make_voice
from sweep.engine.driver import drive
from sweep.engine.happenings import Happening, Stopped
from sweep.engine.policy import Policy
from sweep.engine.progress import Progress
from sweep.engine.settings import Engine
from sweep.engine.source import Source
from sweep.engine.stopping import raise_for
from sweep.engine.stops import Stop
from sweep.engine.voices import Voice
from sweep.provenance import Provenance
from sweep.worker import Assignment

# Kept from the end of the walltime to end workers and say how to go on, of a short one a tenth.
MARGIN_SECONDS = 30.0


@final
@dataclass(frozen=True)
class Job:
    """What is to be run, and how.

    Attributes
    ----------
    source : Source
    store : ExperimentStore
    label : str
        For people to read.
    name : str
        Of the hold: no two drivers have the same at work.
    engine : Engine
    memory : int
        Bytes that a worker needs at most.
    directories : tuple of str
        Where workers look for the user's code.
    """

    source: Source
    store: ExperimentStore
    label: str
    name: str
    engine: Engine
    memory: int
    directories: tuple[str, ...] = ()

    def finish(self) -> Stop | None:
        """Run it to its end, with progress on standard error; why it ended with work left, if it did.

        Raises
        ------
        KeyboardInterrupt, SystemExit
            After Ctrl-C and SIGTERM.
        """
        return finish(self.happenings())

    def happenings(self) -> Generator[Happening]:
        """Run it, telling what happens as it does.

        Raises
        ------
        HeldError
            If another driver is at it.
        """
        voice = make_voice(self.label, self.engine.log)
        with self._hold(voice) as hold, Progress(self.source, hold, voice) as progress:
            provenance = Provenance.collect()
            assignment = Assignment(
                self.store.url,
                hold.name,
                hold.token,
                provenance.regimap_version,
                simulator=self.engine.simulator,
                directories=self.directories,
            )
            backend = make_backend(self.engine, assignment, self.memory)
            for happening in drive(
                self.source, self.store, backend, policy_of(self.engine), provenance, hold
            ):
                progress.hear(happening)
                backend.hear(happening)
                yield happening

    def _hold(self, voice: Voice) -> Hold:
        note = {"sweep": self.label, "command": shlex.join(sys.argv)}
        steps = self.store.holding(self.name, note)
        while True:
            try:
                waiting = next(steps)
            except StopIteration as end:
                hold: Hold = end.value
                return hold
            voice.say("waiting", str(waiting))


def finish(happenings: Generator[Happening]) -> Stop | None:
    """Let a job come to its end; why it ended with work left, if it did.

    Raises
    ------
    KeyboardInterrupt, SystemExit
        After Ctrl-C and SIGTERM.
    """
    stopped = None
    with closing(happenings):
        for happening in happenings:
            if isinstance(happening, Stopped):
                stopped = happening.reason
    if stopped is not None:
        raise_for(stopped)
    return stopped


def policy_of(engine: Engine) -> Policy:
    """Limits that follow from what was asked for, the walltime counted from now."""
    last_moment = None
    if engine.walltime is not None:
        margin = min(MARGIN_SECONDS, engine.walltime / 10.0)
        last_moment = engine.began + engine.walltime - margin
    return Policy(
        timeout=engine.timeout,
        recycle=engine.recycle,
        fail_fast=engine.fail_fast,
        last_moment=last_moment,
        start_timeout=600.0 if engine.elastic else 120.0,
    )
