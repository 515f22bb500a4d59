"""How a job goes: for whoever looks at standard error, and for whoever asks the store."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import final

from store import Hold
from sweep.engine.happenings import Asked, Happening, Moved, Stopped, Stopping
from sweep.engine.source import Source
from sweep.engine.standing import Standing
from sweep.engine.tally import Tally
from sweep.engine.voices import Voice

STATE_SECONDS = 1.0
# Kinds of failures that are listed at the end.
LISTED = 10


@final
class Progress:
    """Hears what happens in a job, and has a voice say it; the hold keeps the counts for `status`.

    Parameters
    ----------
    source : Source
        Where the trials come from: it knows how many to expect, and how many were there before.
    hold : Hold
        Its state is that of `Standing.state`, with the time `at`, with `stopped` once the driver ends with
        work left, and with `stop_reason` once a campaign has decided to propose no more.
    voice : Voice
    clock : callable
        Steady seconds.
    """

    def __init__(
        self, source: Source, hold: Hold, voice: Voice, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source, self._hold, self._voice, self._clock = source, hold, voice, clock
        self._tally = Tally(source, clock)
        self._start = self._shown = self._kept = clock()
        self._stopped: str | None = None

    def __enter__(self) -> Progress:
        standing = self._tally.standing()
        self._keep(standing)
        done = f", {standing.done} of them are there already" if standing.done else ""
        self._voice.say("started", f"{standing.expected} trials{done}", **standing.state())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is GeneratorExit:
            self._stopped = self._stopped or "closed by its caller"
        elif kind is not None:
            self._stopped = self._stopped or f"{kind.__name__}: {error}"
        standing = self._tally.standing()
        self._keep(standing)
        for (status, reason), trials in self._tally.kinds.most_common(LISTED):
            text = f"{trials} {status}: {reason}"
            self._voice.say("failures", text, status=status, reason=reason, trials=trials)
        self._voice.end(standing, self._stopped)

    def hear(self, happening: Happening) -> None:
        """Count what happened, and say it if it is worth a line."""
        for status, reason in self._tally.hear(happening):
            self._voice.say("failure", f"{status}: {reason}", status=status, reason=reason)
        match happening:
            case Moved(cause, reason, trials):
                again = f"; its {trials} trials are taken up again" if trials else ""
                text = f"{cause.value} ({reason}){again}"
                self._voice.say("moved", text, cause=cause.name.lower(), reason=reason, trials=trials)
            case Asked(name, kind, trials):
                text = f"request {name}: {kind} {trials} trials"
                self._voice.say("request", text, request=name, kind=kind, trials=trials)
            case Stopping(stop, trials):
                text = f"{stop.value}: no more work is given out, {trials} trials are running"
                self._voice.say("stopping", text, reason=stop.value, trials=trials)
            case Stopped(stop):
                self._stopped = stop.value
        self._show()

    def _show(self) -> None:
        now = self._clock()
        if now - self._kept >= STATE_SECONDS:
            self._keep(self._tally.standing())
        if now - self._shown >= self._voice.pause(now - self._start):
            self._shown = now
            self._voice.show(self._tally.standing())

    def _keep(self, standing: Standing) -> None:
        self._kept = self._clock()
        self._hold.state = standing.state() | {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "stopped": self._stopped,
            "stop_reason": self._source.stop_reason,
        }
