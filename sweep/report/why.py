"""Why a point was chosen, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweep.report.points import ReportPoint
from sweep.report.words import counted, number

_WORDS = {
    "startup": "One of the start-up design, spread evenly over the box before anything was known.",
    "boundary": "Chosen where the map doubted most which of two regimes is the more likely one",
    "floor": "One of those spread evenly whatever the map says, so that no regime is overlooked",
    "replicate": "Chosen again: further realizations here promised more than a new point",
    "enqueued": "Added by hand.",
    "given": "In the store before the campaign began, and taken over.",
}


def why_words(point: ReportPoint) -> str:
    """A sentence on why a point is here.

    Parameters
    ----------
    point : ReportPoint
    """
    if not point.why:
        return "A point of the fixed design."
    words = _WORDS.get(point.why, point.why)
    if words.endswith("."):
        return words
    return words + _known(point.proposal) + "."


def _known(proposal: Mapping[str, Any]) -> str:
    """What the choice was conditioned on."""
    parts = []
    if proposal.get("score") is not None:
        parts.append(f"score {number(float(proposal['score']))}")
    rounds = proposal.get("conditioned_on")
    if rounds is not None and int(rounds) >= 0:
        parts.append(f"rounds up to {int(rounds)} known")
    pending = proposal.get("pending")
    if pending:
        parts.append(f"{counted(len(pending), 'point')} pending")
    return f" ({', '.join(parts)})" if parts else ""
