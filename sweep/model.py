"""What a spec's points stand for: the built-in deformation potential, or a function of the user's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from physics import Resolution
    from store.columns import Column
    from sweep.any_trial import AnyTrial
    from sweep.spec import SweepSpec


class Model(ABC):
    """Makes trials of points, and says what they need; values that compare equal make the same trials."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What the store says that its trials are of."""

    @property
    @abstractmethod
    def twins(self) -> bool:
        """Whether moving trials run frozen too, unless the spec says otherwise."""

    @property
    def directories(self) -> tuple[str, ...]:
        """Where workers look for the user's code."""
        return ()

    @abstractmethod
    def given(self) -> dict[str, Any]:
        """Keys of the table [sweep] that say which model it is."""

    @abstractmethod
    def check(self, spec: SweepSpec) -> None:
        """Refuse a spec that is none of this model.

        Raises
        ------
        SpecError
            Naming the table and key, and what to do.
        """

    @abstractmethod
    def check_ready(self) -> None:
        """Refuse a model that cannot be computed here.

        Raises
        ------
        SpecError
            With what was looked for, and where.
        """

    @abstractmethod
    def content(self, spec: SweepSpec) -> dict[str, Any]:
        """What decides the trials of a point, besides axes, realizations and seed."""

    @abstractmethod
    def trials(self, spec: SweepSpec, point: Mapping[str, float]) -> Sequence[AnyTrial]:
        """Trials of a point."""

    @abstractmethod
    def resolution(self, spec: SweepSpec, point: Mapping[str, float], max_grid: int) -> Resolution | None:
        """Grid and time step of a point; None where the model has none.

        Raises
        ------
        SpecError
            If the point cannot be resolved.
        """

    @abstractmethod
    def memory(self, spec: SweepSpec) -> int:
        """Bytes that the largest trial needs; 0 where nobody knows."""

    @abstractmethod
    def columns(self, spec: SweepSpec) -> tuple[Column, ...] | None:
        """Columns of the points' parameters; None where they are those of every store."""
