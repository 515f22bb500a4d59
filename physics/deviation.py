"""How far two recordings of one trajectory lie apart, in the units that a tolerance is stated in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from physics.grid import FloatArray
from physics.scenario import Scenario

# Compared as they are: probabilities, and the entropy, whose change is a relative one of the volume.
ABSOLUTE = (
    "norm",
    "return_probability",
    "edge_probability",
    "momentum_spread",
    "entropy",
)
ENERGIES = ("kinetic_energy", "potential_energy")


def deviations(
    series: Mapping[str, FloatArray], other: Mapping[str, FloatArray], scenario: Scenario
) -> dict[str, FloatArray]:
    """Distance of `other` from `series`, by observable and sample.

    Probabilities, autocorrelation, momentum spread and entropy are absolute; momentum is in units
    of the launch wavenumber; MSD and participation ratio are relative, the MSD to the largest so far (a
    packet that contracts brings it through 0), variances to the raw MSD and mean positions to its
    square root; energies are in units of E_F + V_rms.

    Parameters
    ----------
    series, other : mapping of str to ndarray, (n,)
        Recorded at the same times, the first at launch; an observable counts where both have it.
    scenario : Scenario

    Returns
    -------
    dict of str to ndarray, (n,)
        At 0 or above.
    """
    units = _units(series, scenario)
    series, other = ({**each, "msd": each["msd_raw"] - each["msd_raw"][0]} for each in (series, other))
    apart = {
        name: np.abs(other[name] - series[name]) / unit
        for name, unit in units.items()
        if name in series and name in other
    }
    if "autocorrelation_re" in other:
        apart["autocorrelation"] = np.hypot(
            *(other[f"autocorrelation_{part}"] - series[f"autocorrelation_{part}"] for part in ("re", "im"))
        )
    return apart


def largest(apart: Mapping[str, FloatArray]) -> tuple[str, float]:
    """The observable that is furthest apart at any sample, and how far; NaN counts as infinitely far."""
    furthest = {
        name: float(np.where(np.isnan(values), np.inf, values).max()) for name, values in apart.items()
    }
    name = max(furthest, key=furthest.__getitem__)
    return name, furthest[name]


def _units(series: Mapping[str, FloatArray], scenario: Scenario) -> dict[str, FloatArray | float]:
    raw = series["msd_raw"]
    msd = np.maximum.accumulate(np.abs(raw - raw[0]))
    units: dict[str, FloatArray | float] = dict.fromkeys(ABSOLUTE, 1.0)
    units |= dict.fromkeys(ENERGIES, scenario.fermi_energy + scenario.rms)
    # At launch the MSD is 0 in both.
    units["msd"] = np.where(msd > 0.0, msd, 1.0)
    units["msd_raw"] = raw
    units["participation_ratio"] = series["participation_ratio"]
    for axis in "xy"[: scenario.dimension]:
        units[f"momentum_{axis}"] = scenario.wavenumber
        units[f"variance_{axis}"] = raw
        units[f"mean_{axis}"] = np.sqrt(raw)
    return units
