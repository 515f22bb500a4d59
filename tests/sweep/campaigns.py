"""Campaigns of simulators whose trials take no time."""

from pathlib import Path
from typing import Any

from store import ExperimentStore
from sweep import Engine, Outcome, SweepSpec, campaign, run
from tests.sweep.shapes import TWO

TEXT = """
[sweep]
name = "shapes"
realizations = 2
twin = false

[axes]
disorder = { low = 0.2, high = 3.0, scale = "log" }
sound_speed = { low = 0.05, high = 1.0, scale = "log" }

[fixed]
wavenumber = 0.5
dimension = 1

[numerics]
t_final = 40.0
samples = 16
tolerance = 0.05
max_grid = 2048

[design]
kind = "sobol"
n = 6

[campaign]
budget = 12
batch = 3
startup = 6
target_wrong_area = 0.0
"""
SPEC = SweepSpec.from_text(TEXT)


def explored(store: ExperimentStore | Path, spec: SweepSpec = SPEC, **options: Any) -> Outcome:
    """Run a campaign to its end."""
    engine = {"backend": "serial", "simulator": TWO} | options
    budget = engine.pop("budget", None)
    outcome, _ = campaign(spec, store, budget=budget, engine=Engine(**engine))
    return outcome


def designed(store: ExperimentStore | Path, text: str = TEXT) -> None:
    """Run the fixed design of the same trials."""
    run(SweepSpec.from_text(text), store, engine=Engine(backend="serial", simulator=TWO))


def proposals(store: ExperimentStore) -> list[dict[str, Any]]:
    """Proposals in the order of rounds and slots."""
    return sorted(store.rows("proposals"), key=lambda row: (row["round"], row["slot"]))
