"""Campaigns of simulators whose trials take no time."""

from pathlib import Path
from typing import Any

from store import ExperimentStore
from sweep import Engine, Outcome, SweepSpec, campaign, run
from tests.sweep.conftest import SMALL
from tests.sweep.shapes import TWO

TEXT = (
    SMALL.replace('"small"', '"shapes"')
    .replace("realizations = 2", "realizations = 2\ntwin = false")
    .replace("budget = 14\nbatch = 2", "budget = 12\nbatch = 3")
)
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
