"""Regimes by rules on physical exponents: names for clusters, and a cross-check of them.

The words say what was seen: "held" (MSD and participation ratio hardly grow; whether by localization or by a
classical trap is not decided here), "ballistic", "lattice-driven" (the field has given more energy than E_F),
"spreading" for what lies between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from sweep.regimes import Regimes

SCALARS = ("msd_exponent_late", "participation_growth", "energy_gain")
UNNAMED = "unnamed"

Row = Mapping[str, Any]


def rule_name(trials: Sequence[Row], regimes: Regimes) -> str:
    """Regime of trials by the means of their late exponents and of their energy gain.

    Parameters
    ----------
    trials : sequence of mapping
        Rows with SCALARS and the wavenumber; of one point, or of all points of a cluster.
    regimes : Regimes
        The thresholds.

    Returns
    -------
    str
        "unnamed" where no trial has a late exponent.
    """
    exponent, growth = (_mean(trial[name] for trial in trials) for name in SCALARS[:2])
    if exponent is None:
        return UNNAMED
    gain = _mean(
        trial["energy_gain"] / (trial["wavenumber"] ** 2 / 2.0)
        for trial in trials
        if trial["energy_gain"] is not None
    )
    if gain is not None and gain > regimes.driven_gain:
        return "lattice-driven"
    if exponent > regimes.ballistic_exponent:
        return "ballistic"
    if exponent < regimes.held_exponent and (growth is None or growth < regimes.held_growth):
        return "held"
    return "spreading"


def regime_names(
    clusters: Sequence[int], groups: Sequence[Sequence[Row]], k: int, regimes: Regimes
) -> tuple[str, ...]:
    """Name each of k clusters by what the rules say of all its members' trials.

    Parameters
    ----------
    clusters : sequence of int
        Of each point.
    groups : sequence of sequence of mapping
        Trials of each point.
    k : int
    regimes : Regimes
    """
    members = [
        [
            trial
            for cluster, group in zip(clusters, groups, strict=True)
            if cluster == number
            for trial in group
        ]
        for number in range(k)
    ]
    return told_apart(rule_name(trials, regimes) if trials else "empty" for trials in members)


def told_apart(names: Iterable[str]) -> tuple[str, ...]:
    """Names of which each is one of a kind: "held", "held 2", ..."""
    bases = [name.split(" ")[0] for name in names]
    before = [bases[:place].count(base) for place, base in enumerate(bases)]
    return tuple(f"{base} {n + 1}" if n else base for base, n in zip(bases, before, strict=True))


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
