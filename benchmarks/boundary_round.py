"""How long does a round take? Rebuilding a study, choosing a batch, and drawing the map, at growing n.

python -m benchmarks.boundary_round
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.boundary_maps import MAPS, Floats, KnownMap
from learn import Axis, BoundarySampler, Observation, SearchSpace, propose, rebuild_study
from learn.space import unit_sobol

SIZES = (100, 300, 1000, 3000)
BATCH = 4
NAMES = ("curve", "three", "five", "hypersurface")
# A third of the points all over the box, the others within the eighth of it that is nearest to a boundary.
POOL, SPREAD, NEAR = 8192, 1 / 3, 1 / 8


def crowded(known: KnownMap, n: int) -> Floats:
    """Points (n, d) as a search would have them."""
    pool = unit_sobol(known.dimension, POOL, [1])
    scores = np.sort(known.scores(pool), axis=1)
    near = pool[np.argsort(scores[:, -1] - scores[:, -2])[: int(NEAR * POOL)]]
    chosen = np.resize(np.random.default_rng(0).permutation(len(near)), n - int(SPREAD * n))
    jitter = 0.01 * np.random.default_rng(1).standard_normal((len(chosen), known.dimension))
    return np.vstack(
        [unit_sobol(known.dimension, int(SPREAD * n), [2]), np.clip(near[chosen] + jitter, 0, 1)]
    )


def timed(known: KnownMap, n: int) -> list[float]:
    """Seconds of processor time: of a round from the ledger alone, of the next one, of map and areas."""
    space = SearchSpace([Axis(f"x{axis}", 0.0, 1.0) for axis in range(known.dimension)])
    points = crowded(known, n)
    ledger = [
        Observation(space.point(point), membership)
        for point, membership in zip(points, known.observe(points, 0), strict=True)
    ]
    sampler, clocks = BoundarySampler(space, seed=0), [time.process_time()]
    for members in (ledger[:-BATCH], ledger):
        study = rebuild_study(sampler, members)
        propose(study, BATCH)
        clocks.append(time.process_time())
    sampler.classify(study).wrong_area()
    clocks.append(time.process_time())
    return np.diff(clocks).tolist()


def main() -> None:
    """Print a table, in seconds of one core."""
    print("| map | regimes | points | first round | next round | wrong area |\n|---|---|---|---|---|---|")
    for known in MAPS:
        if known.name not in NAMES:
            continue
        for n in SIZES:
            figures = " | ".join(f"{seconds:.2f}" for seconds in timed(known, n))
            print(f"| {known.name} | {known.regimes} | {n} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
