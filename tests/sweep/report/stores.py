"""Stores with sweeps to report on, made in a moment: campaigns whose rounds nobody had to decide."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from learn import Proposal
from store import ExperimentStore
from sweep import Engine, SweepSpec, run
from sweep.campaign_ledger import CampaignLedger
from sweep.design import design_points
from sweep.simulators import Records
from sweep.trial import Trial
from tests.sweep.campaigns import TEXT
from tests.sweep.shapes import two

HERE = "tests.sweep.report.stores"
ISLAND = "tests.sweep.shapes:island"
TWINS = TEXT.replace("twin = false", "twin = true").replace("realizations = 2", "realizations = 1")
HOSTILE = "<img src=x onerror=alert(1)> & \"quotes\" </script><script>alert('x')</script>"
BATCH = 5


def fixed(path: Path, text: str, simulator: str = ISLAND) -> ExperimentStore:
    """A store with a fixed design that was run."""
    run(SweepSpec.from_text(text), path, engine=Engine(backend="serial", simulator=simulator))
    return ExperimentStore(path)


def mapped(path: Path, text: str = TWINS, n: int = 25, simulator: str = ISLAND) -> ExperimentStore:
    """A store with a campaign of n points in rounds of five: its trials are those of a fixed design."""
    text = text.replace("n = 6", f"n = {n}").replace("budget = 12", f"budget = {n}")
    store, spec = fixed(path, text, simulator), SweepSpec.from_text(text)
    ledger, design = CampaignLedger(store, spec), list(design_points(spec))
    for number, first in enumerate(range(0, n, BATCH)):
        why = "startup" if number < 2 else "boundary"
        known: dict[str, Any] = {"conditioned_on": number - 2, "pending": [], "label_version": None}
        proposals = [Proposal(point, why, 0.5, (0.4, 0.6)) for point in design[first : first + BATCH]]
        ledger.propose(number, proposals, **known)
        ledger.decided(number, decision(number, n))
    ledger.decided(number + 1, decision(number + 1, n) | {"stop_reason": f"of a reason: {HOSTILE}"})
    campaign = {"sweep": f"campaign-{spec.campaign_identity}", "name": spec.name, "command": "campaign"}
    begun = {"spec": spec.to_text(), "started_at": datetime.now(UTC), "trials": n, "chunks": None}
    store.append("sweeps", campaign["sweep"], [campaign | begun])
    return store


def decision(number: int, budget: int) -> dict[str, Any]:
    """What a campaign would have known before a round."""
    return {
        "budget": budget,
        "points": number * BATCH,
        "regimes": 2,
        "wrong_area": 0.2 / (number + 1),
        "changed_area": 0.1 / (number + 1),
        "label_version": "none",
    }


def hostile(trial: Trial) -> Records:
    """Fails where disorder is strong, with a reason that would rather be a part of the page."""
    if trial.scenario.disorder > 1.0:
        raise ValueError(HOSTILE)
    return two(trial)


def failing(trial: Trial) -> Records:
    """Always fails."""
    raise ValueError(f"nothing at {trial.scenario.disorder}")


def spiral(point: Mapping[str, float], seed: int) -> dict[str, Any]:
    """A model of somebody's own, whose names are like nothing here."""
    t = np.linspace(0.0, 1.0, 30)
    phase = 6.0 * point["how_fast"] * t + 0.01 * (seed % 7)
    return {"t": t, "winding": np.exp(-point["b"] * t) * np.cos(phase), "turns": float(phase[-1])}


def burst(point: Mapping[str, float], seed: int) -> dict[str, Any]:
    """One that dies out, to nearly nothing, or grows large; strong damping is too much for it."""
    if point["damping"] > 0.6:
        raise ValueError("it does not converge")
    t = np.linspace(0.0, 10.0, 20)
    size = 200.0 * (1.0 - np.exp(-t)) if point["kick"] > 1.0 else np.exp(-7.0 * t)
    return {"t": t, "first": t, "second": t, "third": t, "size": size * (1.0 + 0.01 * point["damping"])}
