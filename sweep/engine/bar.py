"""One bar for a whole job, as wide as the terminal."""

from __future__ import annotations

from typing import Any, TextIO, final

from tqdm import tqdm

from store.textbox import text_width
from sweep.engine.standing import Standing
from sweep.engine.voices import Voice
from sweep.engine.wording import clock, pace

REFRESH_SECONDS = 0.2
# Columns of a terminal that does not say, and the least for the bar, on narrow ones, and for a reason.
WIDTH, LEAST_BAR, NARROW_BAR, LEAST_REASON = 80, 8, 3, 18
NARROW = 60
FORMAT = "{desc} {percentage:3.0f}%|{bar}| {told}"
# What FORMAT takes besides the label, the bar and what is told.
FRAME = len(" 100%|| ")


@final
class Bar(Voice):
    """Done, running, failed, rate, time left and the last failure's reason, as far as the width allows.

    Parameters
    ----------
    label : str
    file : text file
        A terminal.
    """

    def __init__(self, label: str, file: TextIO) -> None:
        self._label, self._file = label, file
        self._line: _Line | None = None

    def pause(self, elapsed: float) -> float:
        """A fifth of a second."""
        return REFRESH_SECONDS

    def show(self, standing: Standing) -> None:
        """Draw the bar."""
        if self._line is None:
            self._line = _Line(standing, self._label, self._file)
        else:
            self._line.standing = standing
            self._line.refresh()

    def say(self, event: str, text: str, **fields: Any) -> None:  # noqa: ANN401
        """Write a line above the bar; a failure is in the bar."""
        if event not in ("failure", "started"):
            tqdm.write(f"{self._label}: {text}", file=self._file)

    def end(self, standing: Standing, stopped: str | None) -> None:
        """Leave the bar as it is; why it ended was said above it."""
        self.show(standing)
        if self._line is not None:
            self._line.close()


@final
class _Line(tqdm):  # type: ignore[type-arg]  # it iterates over nothing
    """tqdm's line, with our words in it."""

    # No thread of its own: the job refreshes it.
    monitor_interval = 0

    def __init__(self, standing: Standing, label: str, file: TextIO) -> None:
        self.standing = standing
        super().__init__(desc=label, file=file, bar_format=FORMAT, dynamic_ncols=True)

    @property
    def format_dict(self) -> dict[str, Any]:
        """What FORMAT is filled from."""
        entries, standing = dict(super().format_dict), self.standing
        # A terminal without a size has -1 rows and columns, and tqdm draws nothing there.
        self.nrows = max(2, self.nrows or 0)
        columns = entries["ncols"] if (entries["ncols"] or 0) > 0 else WIDTH - 1
        bar = LEAST_BAR if columns >= NARROW else NARROW_BAR
        told = fitted(standing, columns - text_width(self.desc) - FRAME - bar)
        # tqdm draws no bar without a total.
        return entries | {
            "told": told,
            "ncols": columns,
            "total": max(1, standing.expected),
            "n": standing.done,
        }


def fitted(standing: Standing, width: int) -> str:
    """What there is to say, the most important first to find room, in the order of reading.

    Parameters
    ----------
    standing : Standing
    width : int
        Columns that there are for it; the counts of trials are given in any case.
    """
    failed = sum(standing.failed.values())
    left = "" if not standing.eta_s else clock(standing.eta_s)
    told = {"done": f"{standing.done}/{standing.expected}"}
    wanted = (
        ("failed", f"{failed} failed" if failed else "", 0),
        ("left", left and f"{left} left", 0),
        ("left", left, 0),
        ("running", f"{standing.running} running" if standing.running else "", LEAST_REASON),
        ("rate", pace(standing.rate) if standing.rate is not None else "", LEAST_REASON),
    )
    for name, text, kept in wanted:
        room = width - (kept if failed else 0)
        if text and name not in told and len(_joined(told | {name: text})) <= room:
            told[name] = text
    line = _joined(told)
    return line + _cut(standing.last_failure, width - len(line)) if failed else line


def _joined(told: dict[str, str]) -> str:
    return ", ".join(told[name] for name in ("done", "running", "failed", "rate", "left") if name in told)


def _cut(reason: str | None, width: int) -> str:
    """The reason after a colon, in at most `width` columns; nothing where they are too few."""
    text = ": " + " ".join((reason or "").split())
    if len(text) <= width:
        return text if reason else ""
    return text[: width - 1] + "…" if width >= LEAST_REASON else ""
