"""Options of the commands that run trials, read into one value."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from sweep.cli.json_log import in_json
from sweep.engine.settings import BACKENDS, LOGS, Engine

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float:
    """Seconds of "90", "30s", "45m", "3.5h", "1d", "3:55:00", "55:00" or, as Slurm has it, "1-12:00:00".

    Raises
    ------
    ValueError
        If the text is none of these.
    """
    plain = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if plain:
        return float(plain[1]) * _UNITS[plain[2] or "s"]
    clock = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d\d)", text)
    if clock is None:
        raise ValueError(f"expected a time such as 3:55:00, 45m or 3.5h, got {text!r}")
    days, hours, minutes, rest = (int(part or 0) for part in clock.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60.0 + rest


class Duration(click.ParamType[float]):
    """A length of time, in seconds once read."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Read the text."""
        if isinstance(value, float):
            return value
        try:
            return seconds(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Part(click.ParamType[tuple[int, int]]):
    """The k-th of n parts."""

    name = "k/n"

    def convert(
        self,
        value: Any,  # noqa: ANN401  # click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[int, int]:
        """Read "2/8"."""
        if isinstance(value, tuple):
            return value[0], value[1]
        found = re.fullmatch(r"(\d+)/(\d+)", str(value))
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            self.fail(f"expected k/n with k from 1 to n, such as 2/8, got {value!r}", param, ctx)
        return int(found[1]), int(found[2])


PLACES = (
    click.option("--workers", type=click.IntRange(min=1), help="Workers; one per core by default."),
    click.option("--address", help="Ray cluster to join; RAY_ADDRESS, or this machine, by default."),
    click.option("--elastic", is_flag=True, help="Start with the CPUs there are; add workers as nodes join."),
    click.option("--backend", type=click.Choice(BACKENDS), default="ray", show_default=True),
)
LIMITS = (
    click.option("--strict", is_flag=True, help="Refuse to run code with uncommitted changes."),
    click.option(
        "--recycle", type=click.IntRange(min=1), default=10_000, show_default=True,
        help="Trials after which a worker's process is replaced.",
    ),
    click.option("--fail-fast", is_flag=True, help="Stop at the first failed trial."),
    click.option("--timeout", type=Duration(), help="Longest for a trial; 25 times its prediction else."),
    click.option(
        "--walltime", type=Duration(),
        help="Stop in time for this limit, such as 3:55:00; in a Slurm job, what it has left by default.",
    ),
    click.option(
        "--log", type=click.Choice(LOGS), default="text", show_default=True,
        help="Progress on stderr: text, or a JSON object a line: time, event (started, progress, failure, "
        "failures, moved, request, stopping, ended, message, refused, crashed) and its fields.",
    ),
)  # fmt: skip
NAMES = ("workers", "address", "elastic", "backend", "strict", "recycle", "fail_fast", "timeout", "log")
PART = click.option(
    "--part", type=Part(), default=(1, 1), help="Do the k-th of n parts, as one task of a job array."
)


def engine_options(*, parts: bool = False) -> Callable[[Decorated], Decorated]:
    """Add the options, and pass them on as one `engine`."""

    def decorate(function: Decorated) -> Decorated:
        @wraps(function)
        def command(**options: Any) -> Any:  # noqa: ANN401  # what click passes and a command returns
            chosen = {name: options.pop(name) for name in NAMES}
            chosen["walltime"] = _walltime(options.pop("walltime"))
            chosen["part"] = options.pop("part", (1, 1))
            if chosen["log"] == "json":
                return in_json(lambda: function(**options, engine=Engine(**chosen)))
            return function(**options, engine=Engine(**chosen))

        # The last one applied comes first in the help.
        for option in reversed((*PLACES, *LIMITS, *((PART,) if parts else ()))):
            command = option(command)
        return command  # type: ignore[return-value]  # the decorated command takes the options in its place

    return decorate


def _walltime(asked: float | None) -> float | None:
    return _left_in_slurm() if asked is None else asked


def _left_in_slurm() -> float | None:
    """Seconds that the Slurm job has left, in one that says so."""
    end = os.environ.get("SLURM_JOB_END_TIME", "")
    return max(1.0, float(end) - time.time()) if end.isdigit() else None
