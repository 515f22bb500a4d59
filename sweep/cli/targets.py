"""Pictures that a command is to write: whether they can be, and errors of writing them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CalledProcessError

from sweep.errors import SweepError

PICTURES = (".png", ".svg", ".pdf")
WIDTH_HELP = "Width of the picture in print: 86 for a column, 178 for a page."


def check_picture(name: str, path: Path) -> None:
    """Refuse a format that no figure is written in, and a place as `check_place` does.

    Parameters
    ----------
    name : str
        Of the option, for the text.
    path : Path

    Raises
    ------
    SweepError
        Saying what was expected.
    """
    if path.suffix not in PICTURES:
        raise SweepError(f"{name}: expected a name ending in {', '.join(PICTURES)}, got {path.name!r}")
    check_place(name, path)


def check_width(width: float | None, plot: Path | None) -> None:
    """Refuse a width where nothing is drawn.

    Raises
    ------
    SweepError
        Saying what was expected.
    """
    if width is not None and plot is None:
        raise SweepError("width: expected a picture to be so wide, got none; name it with --plot")


def check_place(name: str, path: Path) -> None:
    """Refuse a place that cannot be written to.

    Raises
    ------
    SweepError
        Saying what was expected.
    """
    if path.is_dir():
        raise SweepError(f"{name}: expected a file name, got the directory {path}")
    if not path.parent.is_dir():
        raise SweepError(f"{name}: expected an existing directory for {path}, got none; make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise SweepError(f"{name}: expected a directory that can be written to, got {path.parent}")


@contextmanager
def written(name: str, path: Path) -> Iterator[None]:
    """Errors of writing a file as the user's, with its path.

    Raises
    ------
    SweepError
        In place of them.
    """
    try:
        yield
    except Exception as error:
        fault = _fault_of_writing(error)
        if fault is None:
            raise
        reason = (fault.strerror if isinstance(fault, OSError) else None) or fault
        raise SweepError(
            f"{name}: expected to write {path}, got: {reason}; make room or name another place"
        ) from None


def _fault_of_writing(error: BaseException | None) -> BaseException | None:
    """The error of the file or of ffmpeg; a library that closes its file after one may raise another."""
    while error is not None and not isinstance(error, (OSError, CalledProcessError)):
        error = error.__context__
    return error
