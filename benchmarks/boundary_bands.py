"""Do band and expected wrong area hold what they say? On the maps of two axes, after so many points.

python -m benchmarks.boundary_bands
"""

from __future__ import annotations

import contourpy
import numpy as np
import optuna

from benchmarks.boundary_maps import MAPS, Floats, KnownMap
from benchmarks.boundary_methods import Method, Ours, Simulator, Sobol
from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace
from learn.space import unit_sobol

POINTS, SEEDS, BATCH = 64, 5, 4
LEVEL = 0.9
NODES = 256  # per axis, of the grid on which the true boundary is found
SPACE = SearchSpace([Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0)])


def true_boundary(known: KnownMap) -> Floats:
    """Points (m, 2), a pixel apart, on the boundary of a map."""
    nodes = np.linspace(0.0, 1.0, NODES)
    scores = known.scores(np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2))
    pieces = []
    for regime in range(known.regimes):
        excess = scores[:, regime] - np.delete(scores, regime, axis=1).max(axis=1)
        lines = contourpy.contour_generator(nodes, nodes, excess.reshape(NODES, NODES)).lines(0.0)
        pieces += [(line[1:] + line[:-1]) / 2 for line in map(np.asarray, lines)]
    return np.concatenate(pieces)


def judged(known: KnownMap, design: type[Method], seed: int) -> tuple[float, float, float]:
    """Share of the true boundary within the band, expected wrong area, true wrong area."""
    method, simulate = design(known, seed), Simulator(known, seed)
    reading = list(method.readings(simulate, [POINTS], BATCH))[-1]
    assert isinstance(method, Ours | Sobol)  # both keep the points that they chose
    counts = np.full(POINTS, float(known.realizations))
    drawn = RegimeMap(SPACE, RegimeClassifier.fit(method.points, method.memberships, counts))
    reference = unit_sobol(2, 4096, [9])
    labels = next(iter(reading.maps.values()))(reference).argmax(axis=1)
    covered = np.mean(drawn.uncertainty(true_boundary(known)) > (1 - LEVEL) / 2)
    return float(covered), drawn.wrong_area(), float(np.mean(labels != known.truth(reference)))


def main() -> None:
    """Print a table of means over seeds, in percent."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    print(f"{POINTS} points, {SEEDS} seeds, percent\n")
    print("| map | design | boundary within the band of 90 | wrong area expected | wrong area |")
    print("|---|---|---|---|---|")
    for known in MAPS:
        for design in (Sobol, Ours) if known.dimension == 2 else ():
            figures = 100 * np.mean([judged(known, design, seed) for seed in range(SEEDS)], axis=0)
            covered, expected, wrong = figures
            print(f"| {known.name} | {design.name} | {covered:.0f} | {expected:.1f} | {wrong:.1f} |")


if __name__ == "__main__":
    main()
