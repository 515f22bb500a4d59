"""Functions such as a user would write."""

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

SAMPLES = 24


def growth(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """A series that grows where the drive is above 1, and a scalar; prints where it is."""
    sys.stdout.write(f"at {dict(point)}\n")
    t = np.linspace(0.0, 4.0, SAMPLES)
    noise = np.random.default_rng(seed).normal(0.0, 0.01)
    rate = 1.0 if point["drive"] > 1.0 else 0.0
    return {"rate": rate + noise, "grown": bool(rate), "t": t, "size": np.exp(rate * t) + noise**2}


def labelled(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Scalars only: which regime it is, in words and in shares."""
    high = point["drive"] > 1.0
    share = 0.9 if high else 0.2
    return {"regime": "weakly driven" if not high else "driven", "p_low": 1.0 - share, "p_high": share}


def failing(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """As `labelled` at low drive; raises at high drive, and where that is asked for at any."""
    if point["drive"] > 1.0 or point.get("never"):
        raise ValueError("too strong")
    return {"phase": "locked", "case": point["drive"]}


def strange(point: Mapping[str, Any], seed: int) -> Any:  # what a user may do by mistake
    """Something that cannot be stored, or raises, by the number of the case."""
    plain = {"x": 1.0, "y": np.arange(3.0)}
    if point["case"] == 1:
        return inner(0.0)
    cases: dict[int, Any] = {
        2: plain | {"x": float("nan")},
        3: plain | {"z": 2.0},
        4: {"x": 1.0},
        5: plain | {"y": np.zeros((2, 2))},
        6: plain | {"x": "text"},
        7: [1.0],
        8: plain | {"x": 1j},
        9: plain | {"t": np.arange(2.0)},
        10: plain | {"x": None},
    }
    if point["case"] == 11:
        raise FileNotFoundError("no input.dat")
    if point["case"] == 12:
        raise SystemExit(3)
    return cases.get(int(point["case"]), plain)


def inner(divisor: float) -> float:
    """Raise where a user's code would, a call further in."""
    return 1.0 / divisor
