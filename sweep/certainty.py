"""How sure a map is, in words."""

from __future__ import annotations

import math


def certainty(wrong_area: float | None) -> str:
    """Say it of a map whose label is expected wrong on this share; not a number for a map of one regime."""
    if wrong_area is None or math.isnan(wrong_area):
        return "no other regime was met, so how sure that is cannot be told"
    return f"label expected wrong on {wrong_area:.1%} of the map"


def known(value: float) -> float | None:
    """None where a value is not known, as tables and JSON say it."""
    return None if math.isnan(value) else value


def share_with_error(share: float, error: float) -> str:
    """A regime's share of the map with its standard deviation, where that is known."""
    return f"{share:.1%}" if known(error) is None else f"{share:.1%} ± {error:.1%}"
