"""Sweeps: physics, store and learn joined over Ray, processes or a single core.

The composition layer: everything that needs two of the other packages lives here.
"""

from sweep.analysis import CampaignResult, latest_campaign
from sweep.errors import BackendError, SpecError, SweepError
from sweep.planning import Plan, plan_campaign, plan_design
from sweep.running import Outcome, campaign, run
from sweep.spec import SweepSpec
from sweep.trial import Trial

__all__ = [
    "BackendError",
    "CampaignResult",
    "Outcome",
    "Plan",
    "SpecError",
    "SweepError",
    "SweepSpec",
    "Trial",
    "campaign",
    "latest_campaign",
    "plan_campaign",
    "plan_design",
    "run",
]
