"""Why a chunk did not finish, and what follows for it: a death is charged only to what can have caused it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import final

from sweep.engine.agenda import Task


@final
class Cause(Enum):
    """Why a worker did not finish a chunk."""

    CRASH = "its process died"
    MEMORY = "it ran out of memory"
    RAISED = "it met a fault of the machine"
    TIMEOUT = "it took too long"
    FAULT = "the store or the machine failed outside of the trials"
    START = "the worker died before it was up"
    ELSEWHERE = "its node was lost"


# Status of a lone trial that did it, and how often it may before that is written down.
_CHARGED = MappingProxyType(
    {
        Cause.CRASH: ("lost", 2),
        Cause.MEMORY: ("lost", 2),
        Cause.RAISED: ("error", 3),
        Cause.TIMEOUT: ("timeout", 1),
        Cause.FAULT: ("error", 8),
    }
)


# Times that a chunk is moved at once before it waits.
FREE_MOVES = 3


@final
@dataclass(frozen=True)
class Verdict:
    """What becomes of a task.

    Attributes
    ----------
    again : tuple of Task
        To be run again.
    delay : int
        How many tries it has failed: later tries wait longer. 0 waits not at all.
    status : str or None
        Of the rows to write, where that is the end.
    reason : str
    """

    again: tuple[Task, ...] = ()
    delay: int = 0
    status: str | None = None
    reason: str = ""


def charge(task: Task, cause: Cause, reason: str) -> Verdict:
    """Decide what becomes of a task that did not finish.

    Several trials are told apart by running them in halves; a lone one may try again a few times, each after
    a longer wait where the machine was in trouble.
    """
    if cause not in _CHARGED:
        # Not charged, but what brings down its node again and again shall not keep all others from working.
        return Verdict((replace(task, moved=task.moved + 1),), max(0, task.moved - FREE_MOVES))
    status, most = _CHARGED[cause]
    waits = cause in (Cause.FAULT, Cause.RAISED)
    tried = replace(task, tries=task.tries + 1, alone=task.alone + 1)
    if len(task.chunk.trials) > 1 and not (cause is Cause.FAULT and tried.alone < most):
        halves = (replace(task, chunk=half, tries=task.tries + 1, alone=0) for half in task.chunk.halves())
        return Verdict(tuple(halves), tried.alone if waits else 0)
    if tried.alone < most:
        return Verdict((tried,), tried.alone if waits else 0)
    times = "once" if tried.alone == 1 else f"{tried.alone} times"
    return Verdict(status=status, reason=f"{cause.value}, {times} when it ran alone: {reason}")
