"""A user's function: found, imported and called, and what goes wrong in it told as the user's."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, final

from sweep.errors import SpecError, SweepError

# What says where a module is, for messages.
SPEC_KEY = "model_path in [sweep]"


@final
class OwnModelError(SweepError):
    """What a user's function raised, or returned and cannot be stored.

    Parameters
    ----------
    reason : str
        For the trial's row.
    trace : str or None
        The user's part of the traceback.
    """

    def __init__(self, reason: str, trace: str | None = None) -> None:
        super().__init__(reason, trace)
        self.reason, self.trace = reason, trace

    def __str__(self) -> str:
        return self.reason


@final
@dataclass(frozen=True)
class OwnFunction:
    """A function that was imported.

    Attributes
    ----------
    place : str
        "package.module:function".
    function : callable
        Of a point (mapping of parameter to value) and a seed (int).
    """

    place: str
    function: Callable[[dict[str, Any], int], object]

    @classmethod
    def load(cls, place: str, directories: Sequence[str], key: str = SPEC_KEY) -> OwnFunction:
        """Import a function.

        Parameters
        ----------
        place : str
        directories : sequence of str
            Where its module is looked for besides what is installed.
        key : str
            How the caller's user says where that is, for the message.

        Raises
        ------
        SpecError
            If it cannot be had, with what was looked for, and where; or if it cannot be called with a point
            and a seed.
        """
        module, _, name = place.partition(":")
        # At the end: a user's file must not take the place of a library that has its name.
        sys.path.extend(directory for directory in directories if directory not in sys.path)
        try:
            with told_on_stderr():
                imported = import_module(module)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise SpecError(_not_imported(place, directories, key, error)) from None
        try:
            function = reduce(getattr, name.split("."), imported)
        except AttributeError:
            raise SpecError(
                f"[sweep] model: expected a function {name} in the module {module}, got none in "
                f"{_whereabouts(imported)}; "
                "check the name, or rename the module if another one was meant"
            ) from None
        if not callable(function):
            raise SpecError(f"[sweep] model: expected a function, got {place} = {function!r}")
        _check_call(place, name, function)
        return cls(place, function)

    def __call__(self, point: Mapping[str, Any], seed: int) -> object:
        """What the function returns; what it prints goes to standard error.

        Raises
        ------
        OwnModelError
            If it raises, with the point and where in the user's code. Only too little memory is left to the
            engine: it may be there on another worker.
        """
        try:
            with told_on_stderr():
                return self.function(dict(point), seed)
        except (MemoryError, KeyboardInterrupt):
            raise
        except BaseException as error:
            # Not only what is an Exception: a trial's end is no worker's.
            raise self._error(error, point, seed) from None

    def _error(self, error: BaseException, point: Mapping[str, Any], seed: int) -> OwnModelError:
        at = called_with(point, seed)
        frames = own_frames(error)
        where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
        trace = "".join(
            [
                f"{self.place} was called at {at}\n",
                "Traceback of the user's code (most recent call last):\n",
                *traceback.format_list(frames),
                *traceback.format_exception_only(error),
            ]
        )
        return OwnModelError(f"{_said(error)}{where}; {self.place} at {at}", trace)


def called_with(point: Mapping[str, Any], seed: int) -> str:
    """A point and a seed in words."""
    return ", ".join([*(f"{name}={_short(value)}" for name, value in point.items()), f"seed={seed}"])


def own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Frames of a traceback from the first one that is not ours on."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if frame.filename != __file__]


@contextlib.contextmanager
def told_on_stderr() -> Iterator[None]:
    """Standard output led to standard error: that of Python, of C, and of programs that are started."""
    sys.stdout.flush()
    saved = os.dup(1)
    try:
        os.dup2(2, 1)
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)


def _check_call(place: str, name: str, function: Callable[..., object]) -> None:
    """Refuse a function that no trial could call; of some that are written in C nobody knows."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind({}, 0)
    except TypeError as error:
        raise SpecError(
            f"[sweep] model: expected {place} to take a point and a seed, got {name}{signature}: {error}; "
            "give it these two arguments, in that order, and the others defaults"
        ) from None


def _whereabouts(module: ModuleType) -> str:
    """File of a module; of one without, such as a directory that happens to have its name, that directory."""
    if getattr(module, "__file__", None):
        return str(module.__file__)
    places = [str(place) for place in getattr(module, "__path__", ())]
    return f"{', '.join(places)}, a directory of that name" if places else "what is built into Python"


def _not_imported(place: str, places: Sequence[str], key: str, error: BaseException) -> str:
    module = place.partition(":")[0]
    looked = f"looked in {', '.join(places)} and in what is installed"
    if isinstance(error, ModuleNotFoundError) and error.name and module.startswith(error.name):
        return (
            f"[sweep] model: expected a module {module}, found no {error.name}; {looked}; check the name, or "
            f"give {key}, the directory that it is in"
        )
    frames = [frame for frame in own_frames(error) if "importlib" not in frame.filename]
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return f"[sweep] model: expected to import {module}, got {_said(error)}{where}; {looked}"


def _said(error: BaseException) -> str:
    """Kind and text of an exception, whatever its text is."""
    try:
        text = str(error)
    except Exception:
        text = "(its text cannot be had)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)
