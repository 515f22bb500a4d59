"""Long trials save where they are, so that a kill costs ten minutes of them and not a night."""

from __future__ import annotations

import contextlib
import time
from typing import final

from physics import CheckpointError, Numerics, Plans, Scenario, Simulation, Trajectory
from store import DamagedStoreError, ExperimentStore, WriteError
from sweep.cost import trial_cost
from sweep.engine.policy import CHECKPOINT_SECONDS
from sweep.trial import Trial

# Share of the interval from which on a trial, by its prediction, may have saved where it is.
LOOK_SHARE = 0.05


@final
class Checkpoints:
    """Where the trials of a worker have come to.

    Parameters
    ----------
    store : ExperimentStore
        Keeps them.
    interval : float
        Seconds between two.
    """

    def __init__(self, store: ExperimentStore, interval: float = CHECKPOINT_SECONDS) -> None:
        self._store = store
        self._interval = interval
        self._saved: set[str] = set()

    def simulate(self, trial: Trial, plans: Plans) -> Trajectory:
        """Simulate a trial from where it was saved, or from its start."""
        simulation = self._continued(trial, plans)
        saved = time.monotonic()
        for _ in simulation:
            if time.monotonic() - saved > self._interval:
                self._save(trial.trial_id, simulation)
                saved = time.monotonic()
        return simulation.trajectory()

    def landed(self) -> None:
        """Remove what was saved: the trials that it was for are in the store."""
        while self._saved:
            self._store.drop_checkpoint(self._saved.pop())

    def _continued(self, trial: Trial, plans: Plans) -> Simulation:
        task: tuple[Scenario, Numerics, Plans] = trial.scenario, trial.numerics, plans
        if trial_cost(trial) > LOOK_SHARE * self._interval:
            # One that is damaged, or of another version, is as good as none.
            with contextlib.suppress(CheckpointError, DamagedStoreError):
                found = self._store.checkpoint(trial.trial_id)
                if found is not None:
                    self._saved.add(trial.trial_id)
                    return Simulation(*task, checkpoint=found)
        return Simulation(*task)

    def _save(self, trial_id: str, simulation: Simulation) -> None:
        # Without room for it the trial goes on; its rows will say so, if there is none for them either.
        with contextlib.suppress(WriteError):
            self._store.save_checkpoint(trial_id, simulation.checkpoint())
            self._saved.add(trial_id)
