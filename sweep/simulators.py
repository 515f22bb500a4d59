"""What computes a trial: the deformation potential, or a function named by its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, final

import numpy as np

from physics import Plans
from store import ExperimentStore
from sweep.checkpointing import Checkpoints
from sweep.cost import known_resolution
from sweep.errors import EngineError
from sweep.trial import Trial
from sweep.wisdom import planned

# Row of status, reason and scalars, and the series by column.
Records = tuple[dict[str, Any], Mapping[str, Any]]
Simulator = Callable[[Any], Records]


def make_simulator(
    place: str, store: ExperimentStore, processor_id: str, checkpoints: Checkpoints
) -> Simulator:
    """Simulator of trials.

    Parameters
    ----------
    place : str
        "package.module:function", or "" for the deformation potential.
    store : ExperimentStore
        Keeps FFTW's choices.
    processor_id : str
        Type of this process's processor.
    checkpoints : Checkpoints
        Where long trials are saved.

    Raises
    ------
    EngineError
        If there is no such function.
    """
    if not place:
        return DeformationPotentialSimulator(store, processor_id, checkpoints)
    module, _, name = place.partition(":")
    try:
        function: Simulator = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise EngineError(
            f"simulator: expected package.module:function that can be imported, got {place!r}: {error}"
        ) from None
    return function


@final
class DeformationPotentialSimulator:
    """Simulates trials of the deformation potential, keeping transforms from one to the next."""

    def __init__(self, store: ExperimentStore, processor_id: str, checkpoints: Checkpoints) -> None:
        self._store = store
        self._checkpoints = checkpoints
        self._processor_id = processor_id
        self._plans: dict[tuple[tuple[int, ...], str], Plans] = {}

    def __call__(self, trial: Trial) -> Records:
        """Row and series of a trial."""
        shape = known_resolution(trial.scenario, trial.numerics).grid.shape
        kind = (shape, trial.numerics.precision)
        if kind not in self._plans:
            self._plans[kind] = planned(*kind, self._processor_id, self._store)
        with np.errstate(all="ignore"):
            return self._checkpoints.simulate(trial, self._plans[kind]).to_records()
