"""Sweeps: physics, store and learn joined over Ray, processes or a single core.

The composition layer: everything that needs two of the other packages lives here. A name is imported when it
is first asked for, so that a command that only reads a store does not wait for the learner.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweep.adding import Added, add_points
    from sweep.analysis import CampaignResult, latest_campaign
    from sweep.engine.settings import Engine
    from sweep.engine.stops import Stop
    from sweep.errors import BackendError, DirtyTreeError, EngineError, SpecError, SweepError
    from sweep.outcome import Outcome
    from sweep.planning import Plan, plan_campaign, plan_design
    from sweep.running import campaign, run, stream
    from sweep.spec import SweepSpec
    from sweep.trial import Trial

_HOMES = {
    "Added": "adding",
    "BackendError": "errors",
    "Engine": "engine.settings",
    "EngineError": "errors",
    "DirtyTreeError": "errors",
    "Stop": "engine.stops",
    "CampaignResult": "analysis",
    "Outcome": "outcome",
    "Plan": "planning",
    "SpecError": "errors",
    "SweepError": "errors",
    "SweepSpec": "spec",
    "Trial": "trial",
    "add_points": "adding",
    "campaign": "running",
    "latest_campaign": "analysis",
    "plan_campaign": "planning",
    "plan_design": "planning",
    "run": "running",
    "stream": "running",
}

__all__ = [
    "Added",
    "BackendError",
    "CampaignResult",
    "DirtyTreeError",
    "Engine",
    "EngineError",
    "Outcome",
    "Plan",
    "SpecError",
    "Stop",
    "SweepError",
    "SweepSpec",
    "Trial",
    "add_points",
    "campaign",
    "latest_campaign",
    "plan_campaign",
    "plan_design",
    "run",
    "stream",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
