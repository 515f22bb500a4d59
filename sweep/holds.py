"""What the names of holds, plans and sweeps say of each other."""

from __future__ import annotations


def drives(hold: str, plan: str) -> bool:
    """Whether the driver with this hold runs this plan: its own, one that it shares, a campaign's round."""
    return hold == plan or hold.startswith(f"{plan}-") or hold == f"campaign-{plan.rpartition('-r')[0]}"
