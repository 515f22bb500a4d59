"""When a campaign may stop, and the words that say why."""

from collections.abc import Sequence
from dataclasses import dataclass

from learn.errors import InvalidSettingError


@dataclass(frozen=True)
class RoundSummary:
    """What a finished round says to the stop rule.

    Parameters
    ----------
    points : int
        Points used so far.
    budget : int
        Points that may be used.
    regimes : int
        Number of regimes on the map.
    wrong_area : float
        Expected share of the search space with a wrong label (`RegimeMap.wrong_area`).
    changed_area : float or None
        Share whose label changed since the round before (`changed_area`); None in the first round.
    """

    points: int
    budget: int
    regimes: int
    wrong_area: float
    changed_area: float | None = None


@dataclass(frozen=True)
class StopRule:
    """Stop at the target, or when the map no longer changes, or when the budget is used.

    Parameters
    ----------
    target_wrong_area : float
        Stop when the expected wrong area is at most this share, on a map of two regimes or more: a map of one
        has no boundary whose error could be told. The map before must bear it out: where the two differ by
        more than both together are expected to be wrong, at least one of them is not what it claims to be.
    stable_rounds : int
        Stop when this many rounds in a row changed the map by less than `stable_area`, on such a map too.
    stable_area : float
        Share of the search space.

    Raises
    ------
    InvalidSettingError
        If a share is not between 0 and 1, or `stable_rounds` is below 1.
    """

    target_wrong_area: float
    stable_rounds: int = 3
    stable_area: float = 0.005

    def __post_init__(self) -> None:
        for name in ("target_wrong_area", "stable_area"):
            share = getattr(self, name)
            if not 0 <= share <= 1:
                raise InvalidSettingError(
                    f"expected {name} between 0 and 1, got {share}; it is a share of the area"
                )
        if self.stable_rounds < 1:
            raise InvalidSettingError(
                f"expected stable_rounds >= 1, got {self.stable_rounds}; 3 is a good one"
            )

    def reason(self, history: Sequence[RoundSummary]) -> str | None:
        """Say why to stop after these rounds, oldest first; None to go on."""
        if not history:
            return None
        last = history[-1]
        # One regime says only that no other was met yet.
        if last.regimes > 1 and last.wrong_area <= self.target_wrong_area and _is_borne_out(history):
            return (
                f"target reached: expected wrong area {last.wrong_area:.2%} <= {self.target_wrong_area:.2%}"
            )
        if last.regimes > 1 and self._is_stable(history):
            return f"map stable: changed by less than {self.stable_area:.2%} in {self.stable_rounds} rounds"
        if last.points >= last.budget:
            return f"budget used: {last.points} of {last.budget} points"
        return None

    def _is_stable(self, history: Sequence[RoundSummary]) -> bool:
        recent = history[-self.stable_rounds :]
        quiet = (past.changed_area is not None and past.changed_area < self.stable_area for past in recent)
        return len(recent) == self.stable_rounds and all(quiet)


def _is_borne_out(history: Sequence[RoundSummary]) -> bool:
    """Whether the last map differs from the one before by no more than what both admit."""
    if len(history) < 2:
        return False
    before, last = history[-2:]
    admitted = before.wrong_area + last.wrong_area
    return last.changed_area is not None and last.changed_area <= admitted
