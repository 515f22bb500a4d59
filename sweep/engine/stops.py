"""Why a job ends with work left."""

from __future__ import annotations

from enum import Enum
from typing import final


@final
class Stop(Enum):
    """Reason, and what to say of it."""

    INTERRUPTED = "Ctrl-C"
    TERMINATED = "SIGTERM"
    WALLTIME = "the walltime is over, or too near for what is left"
    FAIL_FAST = "a trial failed, and --fail-fast was asked for"
    TAKEN_OVER = "another driver took the plan over"
