"""Makes aeon_distances.json: banded DTW of a few walks by aeon, an independent implementation.

Run with aeon 1.6 in an environment of its own, since it caps libraries that are newer here:

    pip install aeon==1.6.0 && python tests/learn/oracle/aeon_distances.py

aeon returns the sum of squares along the path, not its root, and takes the band as a share of the samples. It
cuts radius = share * samples to a whole number; half a sample more keeps that clear of rounding.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from aeon.distances import dtw_distance

CASES = ((8, 1, 0), (20, 2, 2), (64, 2, 6), (50, 3, 50), (33, 4, 1))


def walks(samples: int, channels: int, count: int = 4) -> np.ndarray:
    """Walks (count, T, C), rounded so that the file tells them exactly."""
    rng = np.random.default_rng([samples, channels])
    return rng.standard_normal((count, samples, channels)).cumsum(axis=1).round(6)


def case(samples: int, channels: int, radius: int) -> dict[str, object]:
    """Series and the distances of all pairs, divided by the root of the number of samples."""
    series = walks(samples, channels)
    window = min(1.0, (radius + 0.5) / samples) if radius else 0.0
    squares = [[dtw_distance(a.T.copy(), b.T.copy(), window=window) for b in series] for a in series]
    distances = np.sqrt(np.array(squares) / samples)
    return {"radius": radius, "series": series.tolist(), "distances": distances.tolist()}


if __name__ == "__main__":
    content = {"aeon": version("aeon"), "cases": [case(*sizes) for sizes in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(content) + "\n", encoding="utf-8")
