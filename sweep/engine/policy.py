"""How patient a run is: deadlines, retries, the end of its walltime."""

from __future__ import annotations

from dataclasses import dataclass
from math import isinf
from typing import final

# A trial that takes longer saves where it is, so that it may start although the end of the walltime cuts it.
CHECKPOINT_SECONDS = 600.0
# Times its prediction that a chunk may take before its trials are told apart.
SLACK = 10.0
# And that a lone trial may: halving its step twice takes it seven times its prediction, which is within a
# factor of 2.3 where it was measured.
LONE_SLACK = 25.0
# Time that must be left for such a trial to get anywhere.
LEAST_START = 900.0


@final
@dataclass(frozen=True)
class Policy:
    """Limits of a run; all times in seconds.

    Attributes
    ----------
    timeout : float or None
        Longest that a trial may take; None takes 25 times what is predicted, where that is known.
    floor : float
        Shortest deadline of a chunk where none was asked for.
    recycle : int
        Trials after which a worker's process is replaced, against what libraries leak.
    fail_fast : bool
        Whether the first failed trial stops the run.
    grace : float
        What running chunks get to finish when the run stops.
    last_moment : float or None
        Time of the clock after which nothing may run.
    start_timeout : float
        Longest without any worker up.
    patience : float
        Longest that everything fails outside of the trials, as with a full store, before the run gives up.
    first_wait : float
        Before the second try after such a failure; it doubles with each, up to half of the patience.
    """

    timeout: float | None = None
    floor: float = 60.0
    recycle: int = 10_000
    fail_fast: bool = False
    grace: float = 10.0
    last_moment: float | None = None
    start_timeout: float = 120.0
    patience: float = 120.0
    first_wait: float = 1.0

    def allowance(self, predicted: float, trials: int) -> float:
        """Longest that a chunk of `trials` may take, `predicted` being what it should, or infinite."""
        if isinf(predicted):
            # Nobody knows: only what was asked for ends it.
            return predicted if self.timeout is None else self.timeout * trials
        expected = (SLACK if trials > 1 else LONE_SLACK) * predicted
        if self.timeout is None:
            return max(self.floor, expected)
        # One trial that hangs shall not hide behind the time that its neighbours may take.
        return self.timeout + (expected if trials > 1 else 0.0)

    def largest_cost(self, now: float, pace: float) -> float:
        """Largest predicted cost that ends in time, at `pace` seconds for each of its seconds."""
        if self.last_moment is None:
            return float("inf")
        left = self.last_moment - now
        if left > LEAST_START:
            # Anything: what is longer than the rest of the time continues from its checkpoint.
            return float("inf")
        return max(0.0, left / (1.2 * pace))

    def backoff(self, failures: int) -> float:
        """How long to wait after so many failures."""
        if failures == 0:
            return 0.0
        return min(0.5 * self.patience, self.first_wait * 2.0 ** min(failures - 1, 30))
