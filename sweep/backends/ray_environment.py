"""Environment that Ray reads when it is imported and started."""

from __future__ import annotations

import os
import secrets
import sys

# Quiet, private defaults; whatever the user has set stands.
DEFAULTS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # Else each worker that dies is told of on stdout as well.
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
}


def prepare_environment(address: str | None) -> str:
    """Set what the user left unset, before Ray is imported; returns the address to join.

    A cluster started on this machine asks for a token, which stays in memory, because Ray's ports
    listen on every interface; its workers run at normal priority, for they are no background load.

    Parameters
    ----------
    address : str, optional
        As asked for; by default ``RAY_ADDRESS``, else "local".
    """
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    wanted = dict(DEFAULTS)
    if address == "local":
        wanted["RAY_worker_niceness"] = "0"
        # A Ray that was imported before keeps the mode of then, and would not be let into its own cluster.
        if "ray" not in sys.modules:
            wanted |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    return address
