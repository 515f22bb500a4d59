"""One bar for a whole sweep: done, failed, rate and time left; plain lines where stderr is no terminal."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import TextIO, final

from tqdm import tqdm

LINE_SECONDS = 10.0
FAILURES = ("invalid", "error", "timeout", "lost")
BAR = (
    "{desc} {percentage:3.0f}%|{bar:24}| {n_fmt}/{total_fmt} trials "
    "[{elapsed}<{remaining}, {rate_fmt}]{postfix}"
)


@final
class Progress:
    """Counts trials as they land.

    Parameters
    ----------
    label : str
    total : int
        Trials to expect; an upper bound where a campaign may stop early.
    done : int
        Trials that the store held already.
    file : text file, optional
        Where to write; standard error by default.
    """

    def __init__(self, label: str, total: int, done: int = 0, file: TextIO | None = None) -> None:
        self._file = file if file is not None else sys.stderr
        self._terminal = self._file.isatty()
        self._bar = tqdm(
            total=total,
            initial=done,
            desc=label,
            unit="trial",
            file=self._file,
            bar_format=BAR,
            disable=not self._terminal,
            smoothing=0.1,
        )
        self._label, self._total, self._done, self._first = label, total, done, done
        self._failed: Counter[str] = Counter()
        self._started = self._spoken = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
        if not self._terminal:
            self._line()

    def landed(self, statuses: Iterable[str], reason: str | None) -> None:
        """Count trials that were committed; `reason` is of the last one that failed."""
        statuses = list(statuses)
        self._done += len(statuses)
        self._failed.update(status for status in statuses if status in FAILURES)
        self._bar.update(len(statuses))
        if self._failed:
            counts = ", ".join(f"{count} {status}" for status, count in sorted(self._failed.items()))
            self._bar.set_postfix_str(f"{counts}{': ' + reason[:60] if reason else ''}")
        if not self._terminal and time.monotonic() - self._spoken > LINE_SECONDS:
            self._line()

    def expect(self, total: int) -> None:
        """Set the total anew, once a campaign knows where it stops."""
        if total != self._total:
            self._total = self._bar.total = total
            self._bar.refresh()

    def _line(self) -> None:
        self._spoken = time.monotonic()
        elapsed = self._spoken - self._started
        rate = (self._done - self._first) / elapsed if elapsed > 0.0 else 0.0
        left = f"{(self._total - self._done) / rate:.0f} s left" if rate > 0.0 else "time left unknown"
        failed = f", {self._failed.total()} failed" if self._failed else ""
        print(
            f"{self._label}: {self._done}/{self._total} trials{failed}, {rate:.2f}/s, {left}",
            file=self._file,
            flush=True,
        )
