"""Up to when a trajectory may be believed, and whether its numerics held."""

from __future__ import annotations

import numpy as np

from physics.grid import FloatArray
from physics.resolution import TAIL_SHARE
from physics.scenario import Numerics

# Unitary steps in double precision lose no more than rounding.
NORM_TOLERANCE = 1e-9


def valid_samples(series: dict[str, FloatArray], length: float, edge_tolerance: float) -> int:
    """Number of leading samples whose MSD the box's edge cannot have faked by more than the tolerance.

    A sample counts as long as ``(p_edge - p_edge(0)) (L / 2)^2 <= edge_tolerance MSD``: the tail that
    was there at launch is in the MSD's own zero. The MSD is the largest so far, so that a packet that
    contracts does not shorten its own record. The first sample always counts.
    """
    arrived = series["edge_probability"] - series["edge_probability"][0]
    faked = arrived * (length / 2.0) ** 2
    allowed = edge_tolerance * np.maximum.accumulate(series["msd_raw"] - series["msd_raw"][0])
    beyond = np.flatnonzero(faked[1:] > allowed[1:])
    return int(beyond[0]) + 1 if beyond.size else faked.size


def guards(series: dict[str, FloatArray], coarse: dict[str, FloatArray]) -> dict[str, float]:
    """Numbers that a trial is judged by.

    Parameters
    ----------
    series : dict of str to ndarray, (n,)
        Recorded series, valid samples only.
    coarse : dict of str to ndarray, (n,)
        Some of them at twice the time step.
    """
    # Richardson: a second-order step errs by a third of its difference from the doubled step.
    changes = [np.abs(coarse[name] / series[name] - 1.0).max() / 3.0 for name in coarse]
    return {
        "norm_drift": float(np.abs(series["norm"] - series["norm"][0]).max()),
        "edge_probability": float(series["edge_probability"].max()),
        "spectral_tail": float(series["spectral_tail"].max()),
        "time_step_error": float(max(changes)),
        "t_valid": float(series["t"][-1]),
    }


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
    limits = {
        "norm_drift": NORM_TOLERANCE,
        "spectral_tail": TAIL_SHARE * numerics.tolerance,
        "time_step_error": numerics.tolerance,
    }
    for name, limit in limits.items():
        if not guards[name] <= limit:
            return "invalid", f"{name} above {limit:.2g}"
    if escaped:
        return "escaped", "the packet reached the box's edge before t_final"
    return "complete", None
