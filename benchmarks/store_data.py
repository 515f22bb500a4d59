"""Trials like those of a real two-dimensional sweep, made up quickly: same columns, invented numbers.

Points lie on a Sobol design over disorder and sound speed, both in the logarithm; each is run at three
temperatures, four realizations and with its frozen twin. Every observable carries 1 % of noise to the last
bit, which no compression can remove: a fair worst case. One chunk in a hundred comes twice, as two attempts,
as after a worker that was taken for dead.
"""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.stats import qmc

CHUNK_TRIALS = 64
REPEATED_EVERY = 100
SAMPLES = 128
T_FINAL = 150.0
TEMPERATURES = (0.5, 1.0, 2.0)
REALIZATIONS = 4
PER_POINT = len(TEMPERATURES) * REALIZATIONS * 2
LOW, HIGH = (0.2, 0.05), (4.0, 1.0)  # disorder, sound speed

# Observables that a run in two dimensions writes besides t and msd, and the power of t each follows.
POWERS = MappingProxyType(
    {
        "norm": 0.0,
        "mean_x": 0.5,
        "mean_y": 0.4,
        "msd_raw": 1.0,
        "variance_x": 1.0,
        "variance_y": 1.0,
        "participation_ratio": 0.8,
        "autocorrelation_re": -0.5,
        "autocorrelation_im": -0.6,
        "return_probability": -1.0,
        "kinetic_energy": 0.1,
        "potential_energy": 0.05,
        "momentum_x": -0.3,
        "momentum_y": -0.2,
        "momentum_spread": 0.2,
        "entropy": 0.3,
        "edge_probability": 0.7,
        "spectral_tail": 0.0,
    }
)
SCALARS = (
    *("diffusion", "planckian_alpha", "diffusion_dip", "msd_exponent_late", "participation_growth"),
    *("energy_gain", "momentum_relaxation_time", "position_return", "mean_squared_acceleration"),
)
_MEASURED = (
    *("norm_drift", "absorbed", "edge_probability", "spectral_tail", "time_step_error", "vrms_realised"),
    *("energy", "energy_width", "inverse_kl", "omega_tau", "t_heat", "potential_over_quantum"),
)
_PROVENANCE = MappingProxyType(
    {
        "physics_version": "2",
        "regimap_version": "0.1.0",
        "git_commit": "0123456789abcdef0123456789abcdef01234567",
        "git_dirty": False,
        "host": "node-17.cluster",
        "processor": "x86_64 avx512 24 cores",
        "python": "3.12.4",
        "libraries": json.dumps(
            {"numpy": "2.3.1", "scipy": "1.16.0", "pyfftw": "0.15.0", "pyarrow": "26.0.1"}
        ),
    }
)

Records = tuple[list[dict[str, Any]], dict[str, dict[str, np.ndarray]]]


@dataclass(frozen=True)
class Chunk:
    """One commit: trials and their series, as a worker hands them over.

    Attributes
    ----------
    name : str
    attempts : tuple of int
        Usually (1,); (1, 2) where the chunk comes twice.
    trials : list of dict
        Column name to scalar.
    series : dict of trial_id to dict of column name to ndarray, (SAMPLES,)
    """

    name: str
    attempts: tuple[int, ...]
    trials: list[dict[str, Any]]
    series: dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True)
class Data:
    """A made-up sweep, the same for the same seed, in any order and in any process.

    Parameters
    ----------
    trials : int
        Trials in all; a multiple of the chunk is not needed.
    seed : int
    """

    trials: int
    seed: int = 0

    @property
    def chunks(self) -> int:
        """Chunks in all."""
        return math.ceil(self.trials / CHUNK_TRIALS)

    @cached_property
    def points(self) -> np.ndarray:
        """Disorder and sound speed of every point, shape (points, 2)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the count is no power of two
            draws = qmc.Sobol(2, seed=self.seed).random(math.ceil(self.trials / PER_POINT))
        return np.exp(qmc.scale(draws, np.log(LOW), np.log(HIGH)))

    def trial_id(self, number: int) -> str:
        """Id of a trial: it looks like a hash and is one."""
        return hashlib.sha256(f"{self.seed} {number}".encode()).hexdigest()[:20]

    def part(self, writer: int, writers: int) -> Iterator[Chunk]:
        """Chunks of one of several writers."""
        return (self.chunk(number) for number in range(writer, self.chunks, writers))

    def chunk(self, number: int) -> Chunk:
        """Chunk of the given number."""
        rng = np.random.default_rng((self.seed, number))
        first = number * CHUNK_TRIALS
        numbers = range(first, min(first + CHUNK_TRIALS, self.trials))
        trials = [self._trial(n, rng) for n in numbers]
        diffusion = np.array([trial["diffusion"] for trial in trials])
        blocks = _series(diffusion, rng)
        series = {
            trial["trial_id"]: {name: block[place] for name, block in blocks.items()}
            for place, trial in enumerate(trials)
        }
        name = "c" + hashlib.sha256(f"chunk {self.seed} {number}".encode()).hexdigest()[:20]
        attempts = (1, 2) if number % REPEATED_EVERY == 1 else (1,)
        return Chunk(name, attempts, trials, series)

    def _trial(self, number: int, rng: np.random.Generator) -> dict[str, Any]:
        point, member = divmod(number, PER_POINT)
        draw, frozen = divmod(member, 2)
        temperature, realization = divmod(draw, REALIZATIONS)
        disorder, speed = self.points[point]
        noise = rng.random(2 * len(SCALARS) + len(_MEASURED) + 3).tolist()
        diffusion = (1.0 + noise[0]) / disorder * (speed if not frozen else 0.3 * speed)
        content = f"point {self.seed} {point} {temperature}"
        return {
            "trial_id": self.trial_id(number),
            "point_id": hashlib.sha256(content.encode()).hexdigest()[:20],
            "status": "complete" if noise[1] < 0.98 else "escaped",
            "reason": None if noise[1] < 0.98 else "left the box before t_final",
            "disorder": float(disorder),
            "sound_speed": float(speed),
            "temperature": TEMPERATURES[temperature],
            "wavenumber": 0.4,
            "packet_width": 3.0,
            "dimension": 2,
            "direction": 0.0,
            "realization": realization,
            "packet": 0,
            "frozen": bool(frozen),
            "twin_of": self.trial_id(number - 1) if frozen else None,
            "seed": self.seed,
            "classical": False,
            "amplitudes": "mean",
            "zero_point": False,
            "boundary": "periodic",
            "grid_points": 256,
            "box_length": 142.17225402106772,
            "dt": 0.25,
            "field_interval": 1.0,
            "integrator": "takahashi-imada",
            "precision": "double",
            "tolerance": 1e-3,
            "t_final": T_FINAL,
            "samples": SAMPLES,
            "t_valid": T_FINAL,
            **dict(zip(_MEASURED, noise[2:], strict=False)),
            **dict(zip(SCALARS, noise[14:], strict=False)),
            **dict(zip([f"{name}_err" for name in SCALARS], noise[23:], strict=False)),
            "diffusion": diffusion,
            **_PROVENANCE,
            "started_at": datetime(2026, 1, 1),
            "wall_s": 10.0 * noise[-1],
            "cpu_s": 10.0 * noise[-2],
            "peak_rss_mb": 300.0 + noise[-3],
        }


def _series(diffusion: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Observables by name, each of shape (trials, SAMPLES)."""
    t = np.linspace(0.0, T_FINAL, SAMPLES)
    noise = 0.99 + 0.02 * rng.random((len(POWERS) + 1, diffusion.size, SAMPLES))
    blocks = {name: (1.0 + t) ** power * noise[place] for place, (name, power) in enumerate(POWERS.items())}
    return {
        "t": np.broadcast_to(t, (diffusion.size, SAMPLES)),
        "msd": 4.0 * diffusion[:, None] * t * noise[-1],
        **blocks,
    }
