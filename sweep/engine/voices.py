"""How a job speaks on standard error: what every voice can do, and lines for a log."""

from __future__ import annotations

import abc
from datetime import datetime
from typing import Any, TextIO, final

from sweep.engine.standing import Standing
from sweep.engine.wording import last_words, parts

# Between two lines, and from when on they come more seldom.
LINE_SECONDS, SELDOM_SECONDS, SELDOM_AFTER = 10.0, 60.0, 600.0


class Voice(abc.ABC):
    """Says what happens, and shows now and then how the job stands."""

    @abc.abstractmethod
    def pause(self, elapsed: float) -> float:
        """Seconds from one showing to the next, so long after the start."""

    @abc.abstractmethod
    def show(self, standing: Standing) -> None:
        """Show how the job stands."""

    @abc.abstractmethod
    def say(self, event: str, text: str, **fields: Any) -> None:  # noqa: ANN401  # what JSON can hold
        """Say that something happened: in words, or by its name and its fields."""

    @abc.abstractmethod
    def end(self, standing: Standing, stopped: str | None) -> None:
        """Show how the job ended; `stopped` is why, where work may be left."""


def line_pause(elapsed: float) -> float:
    """Seconds between two lines of a log, so long after the start."""
    return LINE_SECONDS if elapsed < SELDOM_AFTER else SELDOM_SECONDS


@final
class Lines(Voice):
    """Lines with the time: every ten seconds, after ten minutes every minute.

    Parameters
    ----------
    label : str
        Before each line's text.
    file : text file
    """

    def __init__(self, label: str, file: TextIO) -> None:
        self._label, self._file = label, file

    def pause(self, elapsed: float) -> float:
        """Ten seconds or a minute."""
        return line_pause(elapsed)

    def show(self, standing: Standing) -> None:
        """Write a line of counts."""
        self._write(", ".join(parts(standing)))

    def say(self, event: str, text: str, **fields: Any) -> None:  # noqa: ANN401
        """Write a line."""
        self._write(text)

    def end(self, standing: Standing, stopped: str | None) -> None:
        """Write the last line."""
        self._write(last_words(standing) + (f"; stopped: {stopped}" if stopped else ""))

    def _write(self, text: str) -> None:
        now = datetime.now().strftime("%Y-%m-%d %H:%M:%S")
        print(f"{now} {self._label}: {text}", file=self._file, flush=True)
