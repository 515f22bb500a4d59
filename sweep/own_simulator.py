"""Simulates trials of a user's model in a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

from store import ExperimentStore, RecordError
from store.declarations import Declaration
from sweep.errors import SpecError, WorkerError
from sweep.own_function import OwnFunction, OwnModelError, called_with
from sweep.own_outputs import Outputs
from sweep.own_trial import OwnTrial


@final
class OwnSimulator:
    """Calls the function of a store's model, and checks what it returns against the store's columns.

    Parameters
    ----------
    store : ExperimentStore
    directories : sequence of str
        Where the function's module is looked for.
    host : str
        This machine, for messages.

    Raises
    ------
    WorkerError
        If the function cannot be imported here.
    """

    def __init__(self, store: ExperimentStore, directories: Sequence[str], host: str) -> None:
        self._store = store
        self._declared: dict[str, Declaration] = {}
        try:
            self._function = OwnFunction.load(store.model, directories)
        except SpecError as error:
            raise WorkerError(
                f"on {host}: {error}; on a cluster, install the module on every node, keep it on a file "
                "system that all of them mount, or send it along by `ray job submit --working-dir`"
            ) from None

    def __call__(self, trial: OwnTrial) -> tuple[dict[str, Any], Mapping[str, Any]]:
        """Row and series of a trial.

        Raises
        ------
        OwnModelError
            If the function raises, or returns what does not fit its columns.
        """
        point, seed = dict(trial.parameters), trial.function_seed
        returned = self._function(point, seed)
        try:
            outputs = Outputs.read(self._function.place, returned)
            outputs.check(self._function.place, trial.version, self._standing(trial.version, outputs))
        except OwnModelError as error:
            raise OwnModelError(f"{error.reason}; at {called_with(point, seed)}") from None
        samples = len(outputs.series["t"]) if outputs.series else None
        return {"status": "complete", "samples": samples, **outputs.scalars}, outputs.series

    def _standing(self, version: str, outputs: Outputs) -> Declaration:
        """Outputs that the store has for a version of the model: those of the first trial that returned."""
        if version not in self._declared:
            try:
                columns = outputs.columns(self._function.place)
                self._declared[version] = self._store.declare_outputs(version, *columns)
            except RecordError as error:
                raise OwnModelError(f"{self._function.place}: {error}") from None
        return self._declared[version]
