"""What every trial is, whatever model computes it: content, and the ids that follow from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

from sweep.identity import canonical_json, digest


class AnyTrial(ABC):
    """One simulation: everything that decides its numbers."""

    @abstractmethod
    def content(self) -> dict[str, Any]:
        """What decides its numbers, in plain values."""

    @property
    @abstractmethod
    def point_id(self) -> str:
        """Id of the point of parameter space that it is a draw of."""

    @property
    @abstractmethod
    def is_frozen(self) -> bool:
        """Whether it runs with its lattice stopped."""

    @property
    @abstractmethod
    def is_predictable(self) -> bool:
        """Whether its cost is known beforehand, well enough for a deadline."""

    @abstractmethod
    def row(self) -> dict[str, Any]:
        """Columns that name it: ids, parameters, the draw."""

    @abstractmethod
    def to_text(self) -> str:
        """The canonical JSON, with labels that are no part of the identity."""

    @cached_property
    def trial_id(self) -> str:
        """Hash of the canonical text: equal for equal content, whoever computes it."""
        return digest(self.canonical())

    def canonical(self) -> str:
        """JSON with sorted keys and floats rounded to 12 significant digits."""
        return canonical_json(self.content())
