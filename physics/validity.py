"""Up to when a trajectory may be believed, and whether its numerics held."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from physics.deviation import deviations, largest
from physics.grid import FloatArray
from physics.propagator import ORDER
from physics.resolution import Resolution
from physics.scenario import ABSORBING, Numerics, Scenario

# Weight near the grid's largest wavenumber over the error that it stands for: measured, the error is up to
# 35 times the weight, and 5 times in the median.
TAIL_SHARE = 0.03
# Unitary steps lose no more than rounding.
NORM_TOLERANCE = {"double": 1e-9, "single": 1e-3}


def valid_samples(series: dict[str, FloatArray], length: float, numerics: Numerics) -> int:
    """Number of leading samples whose MSD the box's edge cannot have faked by more than the tolerance.

    A sample counts as long as ``(p - p(0)) (L / 2)^2 <= edge_tolerance MSD``, where p is the
    probability near the edge, or what an absorbing edge has taken: the tail that was there at launch
    is in the MSD's own zero. The MSD is its largest change so far, either way, so that a packet that
    contracts does not shorten its own record, and no less than what the tolerance leaves unknown of the
    raw one. The first sample always counts.
    """
    absorbing = numerics.boundary == ABSORBING
    lost = -series["norm"] if absorbing else series["edge_probability"]
    faked = (lost - lost[0]) * (length / 2.0) ** 2
    raw = series["msd_raw"]
    moved = np.maximum(np.abs(raw - raw[0]), numerics.tolerance * raw[0])
    allowed = numerics.edge_tolerance * np.maximum.accumulate(moved)
    beyond = np.flatnonzero(faked[1:] > allowed[1:])
    return int(beyond[0]) + 1 if beyond.size else faked.size


def outran(rows: Sequence[dict[str, float]], length: float, numerics: Numerics) -> bool:
    """Whether the latest of the samples, and no earlier one, is beyond the valid time."""
    names = ("norm", "edge_probability", "msd_raw")
    series = {name: np.array([row[name] for row in rows]) for name in names}
    return valid_samples(series, length, numerics) < len(rows)


def guards(
    series: dict[str, FloatArray],
    coarse: dict[str, FloatArray],
    scenario: Scenario,
    numerics: Numerics,
    resolution: Resolution,
) -> dict[str, float]:
    """Numbers that a trial is judged by.

    Parameters
    ----------
    series : dict of str to ndarray, (n,)
        Recorded series, valid samples only.
    coarse : dict of str to ndarray, (m,)
        Recorded at twice the time step, "sample" saying where.
    scenario : Scenario
    numerics : Numerics
    resolution : Resolution

    Returns
    -------
    dict of str to float
        `time_step_error` is NaN where the series end before the first comparison. What an absorbing edge
        takes is `absorbed`, and the drift of the norm is then not known.
    """
    departed = float(np.abs(series["norm"] - series["norm"][0]).max())
    absorbing = numerics.boundary == ABSORBING
    return {
        "norm_drift": float("nan") if absorbing else departed,
        "absorbed": departed if absorbing else 0.0,
        "edge_probability": float(series["edge_probability"].max()),
        "spectral_tail": float(series["spectral_tail"].max()),
        "time_step_error": time_step_error(series, coarse, scenario, resolution),
        "t_valid": float(series["t"][-1]),
    }


def time_step_error(
    series: dict[str, FloatArray],
    coarse: dict[str, FloatArray],
    scenario: Scenario,
    resolution: Resolution,
) -> float:
    """Richardson's estimate: a step of order p errs by 1/(2^p - 1) of its difference from the doubled one."""
    at = coarse["sample"].astype(int)
    shared = at < series["t"].size
    if shared.sum() < 2:
        return float("nan")
    fine = {name: values[at[shared]] for name, values in series.items()}
    double = {name: values[shared] for name, values in coarse.items()}
    return largest(deviations(fine, double, scenario))[1] / (2.0 ** ORDER[resolution.integrator] - 1.0)


def limits(numerics: Numerics) -> dict[str, float]:
    """Above which a guard makes a trial invalid; the edge has no limit but t_valid."""
    found = {"spectral_tail": TAIL_SHARE * numerics.tolerance, "time_step_error": numerics.tolerance}
    if numerics.boundary != ABSORBING:
        found["norm_drift"] = NORM_TOLERANCE[numerics.precision]
    return found


def judge(guards: dict[str, float], numerics: Numerics, *, escaped: bool) -> tuple[str, str | None]:
    """Status and reason of a trial with these guards.

    Parameters
    ----------
    guards : dict of str to float
        As :func:`guards` gives them.
    numerics : Numerics
    escaped : bool
        Whether the series were cut at t_valid.
    """
    failed = []
    for name, limit in limits(numerics).items():
        # A record may end before its first comparison.
        unknown = escaped and name == "time_step_error" and np.isnan(guards[name])
        if not (guards[name] <= limit or unknown):
            failed.append(f"{name} {guards[name]:.2g}, above {limit:.2g}")
    if failed:
        return "invalid", "; ".join(failed)
    if escaped:
        return "escaped", "the packet reached the box's edge before t_final"
    return "complete", None
