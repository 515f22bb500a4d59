"""A trial of a user's own model: a point and a draw, handed to a function."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, final

from sweep.any_trial import AnyTrial
from sweep.identity import canonical_json, digest

# Of the seeds that functions are given: what fits into a signed integer of 32 bits, as Fortran and the older
# generator of NumPy want it.
SEEDS = 2**31
SECONDS = "predicted_seconds"


@final
@dataclass(frozen=True)
class OwnTrial(AnyTrial):
    """One call of a user's function.

    Parameters
    ----------
    model : str
        Place of the function, "package.module:function".
    version : str
        Of the model.
    parameters : tuple of (str, value)
        Numbers, texts and truth values by name, in the order of the spec; floats rounded.
    seed : int
        The sweep's; with the point mixed in where realizations are independent.
    realization : int
        Which draw of the point.
    seconds : float
        Predicted wall time, 0 where nobody knows; no part of the identity.
    """

    model: str
    version: str
    parameters: tuple[tuple[str, Any], ...]
    seed: int
    realization: int = 0
    seconds: float = field(default=0.0, compare=False)

    @property
    def point_id(self) -> str:
        """Hash without realization: one per point of parameter space."""
        content = self.content()
        del content["realization"]
        return digest(canonical_json(content))

    @property
    def is_frozen(self) -> bool:
        """Never: only the deformation potential has a lattice to stop."""
        return False

    @property
    def is_predictable(self) -> bool:
        """Never: a mean over other points is no deadline."""
        return False

    @property
    def function_seed(self) -> int:
        """The seed that the function is given: equal for equal seed and realization, whatever the point."""
        return int(digest(canonical_json({"seed": self.seed, "realization": self.realization})), 16) % SEEDS

    def content(self) -> dict[str, Any]:
        """Model, version, parameters, seed and realization."""
        return {
            "model": self.model,
            "model_version": self.version,
            "parameters": dict(self.parameters),
            "realization": self.realization,
            "seed": self.seed,
        }

    def row(self) -> dict[str, Any]:
        """Columns that name the trial."""
        return dict(self.parameters) | {
            "trial_id": self.trial_id,
            "point_id": self.point_id,
            "realization": self.realization,
            "packet": 0,
            "frozen": False,
            "seed": self.function_seed,
            "model_version": self.version,
        }

    def to_text(self) -> str:
        """The canonical JSON, with the predicted seconds where they are known."""
        known = {SECONDS: self.seconds} if self.seconds else {}
        return canonical_json(self.content() | known)

    @classmethod
    def from_text(cls, text: str) -> OwnTrial:
        """The trial that :meth:`to_text` or :meth:`canonical` wrote."""
        content = json.loads(text)
        parameters = tuple(content["parameters"].items())
        return cls(
            content["model"],
            content["model_version"],
            parameters,
            content["seed"],
            content["realization"],
            content.get(SECONDS, 0.0),
        )
