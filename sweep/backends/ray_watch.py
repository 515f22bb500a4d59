"""Whether Ray's head and the driver's node are there: without them Ray ends the driver, and says nothing."""

from __future__ import annotations

import time
from typing import Any, final

import ray

from sweep.backends.ray_address import answers
from sweep.errors import ClusterLostError

# Silence of the head after which the job is given up: Ray aborts the process after 60 s.
PATIENCE_S = 30.0


@final
class ClusterWatch:
    """Looks now and then; made once connected."""

    def __init__(self) -> None:
        context = ray.get_runtime_context()
        self._head, self._node = context.gcs_address, context.get_node_id()
        self._heard = time.monotonic()

    def look(self) -> bool:
        """Whether the cluster can be asked for anything now.

        Raises
        ------
        ClusterLostError
            If the head has been silent for too long, or the driver's node is dead: nothing can be run then.
        """
        if not answers(self._head):
            if time.monotonic() - self._heard > PATIENCE_S:
                raise ClusterLostError(
                    f"Ray: expected its head at {self._head} to answer, got nothing for {PATIENCE_S:.0f} s; "
                    "start the cluster again, if it is not of this run alone"
                )
            return False
        self._heard = time.monotonic()
        nodes: Any = ray.nodes  # not typed
        if not any(node["NodeID"] == self._node and node["Alive"] for node in nodes()):
            raise ClusterLostError(
                "Ray: expected this machine to be a node of the cluster, got word that its raylet died, by a "
                "signal or for want of memory; see the logs in /tmp/ray/session_latest/logs"
            )
        return True
