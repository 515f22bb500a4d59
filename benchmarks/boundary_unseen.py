"""Maps that nothing was tuned on: random smooth scores of the first seeds.

Constants of the sampler and the classifier were settled while some of the maps of `boundary_maps` were looked
at; these were drawn afterwards, and are to stay unlooked-at whenever a constant changes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.boundary_maps import MAPS, Floats, KnownMap

WAVES = 6
# Half of the waves are longer than the cube's side.
WAVENUMBER = 2.0 * np.pi * 0.6


def _random(seed: int, dimension: int, regimes: int) -> Callable[[Floats], Floats]:
    """Scores that are sums of a few cosines, scaled to the mean slope of a distance."""
    rng = np.random.default_rng([20_240, seed])
    k = rng.normal(scale=WAVENUMBER / np.sqrt(dimension), size=(regimes, WAVES, dimension))
    phase = rng.uniform(0.0, 2.0 * np.pi, size=(regimes, WAVES))
    amplitude = rng.normal(size=(regimes, WAVES)) / (WAVENUMBER * np.sqrt(WAVES))

    def scores(U: Floats) -> Floats:
        angles = np.einsum("nd,rwd->nrw", U, k) + phase
        return np.einsum("nrw,rw->nr", np.cos(angles), amplitude)

    return scores


# The first seeds whose maps have each regime on at least a twentieth of the cube; 2 had one regime alone.
UNSEEN = (
    KnownMap("unseen two", 2, 2, _random(0, 2, 2)),
    KnownMap("unseen four", 2, 4, _random(1, 2, 4)),
    KnownMap("unseen noisy", 2, 3, _random(3, 2, 3), "drawn", width=0.03, realizations=3),
    KnownMap("unseen solid", 3, 3, _random(4, 3, 3)),
)
KNOWN = {known.name: known for known in (*MAPS, *UNSEEN)}
