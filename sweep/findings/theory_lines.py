"""Where closed forms say that a map ends: lines of tau_tr, w_D and xi against t_final and the box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from physics import theory
from sweep.closed_forms import golden_rule
from sweep.rounds import search_space
from sweep.spec import SweepSpec

NODES = 41
LIFETIMES = 5.0
FloatArray = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class TheoryLines:
    """Closed forms over the plane of a map, as ratios that are 1 on their line.

    Attributes
    ----------
    x, y : ndarray, (n,)
        Nodes along the two axes, in axis units.
    ratios : dict of str to ndarray, (n, n)
        By the line's name, rows along y. Infinite where nothing scatters, NaN where nothing flies.
    acceleration : ndarray, (n, n)
        Mean squared acceleration of the landscape, natural units.
    """

    x: FloatArray
    y: FloatArray
    ratios: dict[str, FloatArray]
    acceleration: FloatArray

    def crossed(self) -> dict[str, str]:
        """Of each ratio: it "crosses" 1 on the map, is "below 1" or "above 1" everywhere, or "undefined"."""
        return {name: _place(values) for name, values in self.ratios.items()}


def theory_lines(spec: SweepSpec) -> TheoryLines:
    """Evaluate closed forms of weak scattering over the two axes of a spec.

    ``tau_tr = t_final`` parts flight from scattering, and beyond ``5 tau_tr = t_final`` the run is long
    enough to tell; at ``w_D t_final = 1`` the lattice has moved by 1/q_D, and from ``w_D t_final = 5`` on
    that is enough to tell; where xi is above L / 6 the box is too small for localization. That line needs
    a box_length in the spec; in the plane xi is an estimate of order.

    Parameters
    ----------
    spec : SweepSpec
        With two axes.
    """
    nodes = np.linspace(0.0, 1.0, NODES)
    x, y = search_space(spec).from_unit(np.stack([nodes, nodes], axis=1)).T
    names, t_final, length = spec.axis_names, spec.numerics.t_final, spec.numerics.box_length
    rows = []
    for value in y:
        for other in x:
            scenario = spec.scenario({names[0]: float(other), names[1]: float(value)})
            forms = golden_rule(scenario)
            acceleration = theory.mean_squared_acceleration(
                rms=scenario.rms, temperature=scenario.temperature, dimension=scenario.dimension
            )
            # A filter at or below energy 0 leaves no plane wave that could scatter.
            tau, xi = (forms.get(name, np.nan) for name in ("transport_time", "localization_length"))
            rows.append((tau, scenario.speed, xi, acceleration))
    times, frequencies, lengths, accelerations = np.array(rows).T.reshape(4, NODES, NODES)
    ratios: dict[str, FloatArray] = {
        "tau_tr = t_final": times / t_final,
        "5 tau_tr = t_final": LIFETIMES * times / t_final,
        "w_D t_final = 1": frequencies * t_final,
        "w_D t_final = 5": frequencies * t_final / LIFETIMES,
    }
    if length is not None:
        ratios["xi = L/6"] = 6.0 * lengths / length
    return TheoryLines(x, y, ratios, accelerations)


def _place(values: FloatArray) -> str:
    if np.isnan(values).all():
        return "undefined"
    if np.all(values < 1.0):
        return "below 1"
    return "above 1" if np.all(values > 1.0) else "crosses"
