"""What is asked of every candidate, and the SQL that asks it."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from benchmarks.store_data import HIGH, LOW, Data

QUANTILES = (0.1, 0.5, 0.9)
TOP = 10


class Question(StrEnum):
    """What is asked, in the order of asking."""

    OPEN = "session open, SELECT 1"
    CELLS = "mean MSD(t) by cell, 10 % of disorder"
    OTHER_CELLS = "mean MSD(t) by cell, 10 % of sound speed"
    QUANTILES = "quantiles of MSD(t), 10 % of disorder"
    FULL = "full scan: mean MSD(t)"
    ONE = "one trial's series by id"
    TOP = f"top {TOP} trials by diffusion"
    LISTING = "resume listing: ids that are done"


def tenth(axis: int) -> tuple[float, float]:
    """The middle tenth of an axis in the logarithm: of disorder (0) or sound speed (1)."""
    low, high = np.log(LOW[axis]), np.log(HIGH[axis])
    return float(np.exp(low + 0.45 * (high - low))), float(np.exp(low + 0.55 * (high - low)))


def wanted(data: Data) -> str:
    """Id of the trial that is asked for: one in the middle."""
    return data.trial_id(data.trials // 2)


def sql(question: Question, data: Data) -> str:
    """SQL of a question for DuckDB, on the tables `trials` and `series`.

    The last column is a number wherever there is one: candidates are compared by its sum.
    """
    low, high = tenth(0)
    other_low, other_high = tenth(1)
    cells = "SELECT disorder, sound_speed, t, avg(msd) FROM series WHERE {} GROUP BY disorder, sound_speed, t"
    return {
        Question.OPEN: "SELECT 1",
        Question.CELLS: cells.format(f"disorder BETWEEN {low} AND {high}"),
        Question.OTHER_CELLS: cells.format(f"sound_speed BETWEEN {other_low} AND {other_high}"),
        Question.QUANTILES: f"""
            SELECT t, unnest(quantile_cont(msd, {list(QUANTILES)})) FROM series
            WHERE disorder BETWEEN {low} AND {high} GROUP BY t""",
        Question.FULL: "SELECT t, avg(msd) FROM series GROUP BY t",
        Question.ONE: f"SELECT t, msd FROM series WHERE trial_id = '{wanted(data)}' ORDER BY t",
        Question.TOP: f"SELECT trial_id, diffusion FROM trials ORDER BY diffusion DESC LIMIT {TOP}",
        Question.LISTING: "SELECT trial_id FROM trials",
    }[question]
