"""A model of the user's own as a sweep sees it: a function of a point and a seed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from sweep.errors import SpecError
from sweep.identity import LARGEST_SEED, canonical_json, digest, rounded
from sweep.model import Model
from sweep.own_function import OwnFunction
from sweep.own_trial import OwnTrial

if TYPE_CHECKING:
    from store.columns import Column
    from sweep.spec import SweepSpec

_PLACE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_TYPES = {bool: "boolean", int: "double", float: "double", str: "varchar"}
# Whole numbers up to here have a column's type without loss.
LARGEST_WHOLE = 2**53
# Keys of [regimes] that are about electrons.
_THRESHOLDS = ("ballistic_exponent", "held_exponent", "held_growth", "driven_gain")


@final
@dataclass(frozen=True)
class OwnModel(Model):
    """A function that simulates a trial.

    Parameters
    ----------
    place : str
        "package.module:function".
    version : str
        Raised by the user when the function's answers change.
    seconds : float
        What a trial takes, about, for a plan before there is any; 0 where nobody knows.
    directory : str
        Where the module is looked for besides the working directory and what is installed.

    Raises
    ------
    SpecError
        If a value is outside its domain.
    """

    place: str
    version: str = "1"
    seconds: float = field(default=0.0, compare=False)
    directory: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not _PLACE.fullmatch(self.place):
            raise SpecError(
                f"[sweep] model: expected package.module:function, such as rotor:simulate, got {self.place!r}"
            )
        if not self.version:
            raise SpecError('[sweep] model_version: expected a text such as "1", got an empty one')
        if self.seconds < 0.0:
            raise SpecError(f"[sweep] trial_seconds: expected seconds above 0, got {self.seconds:g}")

    @property
    def name(self) -> str:
        """The function's place."""
        return self.place

    @property
    def twins(self) -> bool:
        """No: there is no lattice to stop."""
        return False

    @property
    def directories(self) -> tuple[str, ...]:
        """Beside the spec, or as it says; and where the command was given."""
        return tuple(dict.fromkeys([*filter(None, [self.directory]), str(Path.cwd())]))

    def given(self) -> dict[str, Any]:
        """Keys of the table [sweep]; the directory as seen from the working directory, where it is below."""
        known = {"trial_seconds": self.seconds} if self.seconds else {}
        where = {"model_path": _from_here(Path(self.directory))} if self.directory else {}
        return {"model": self.place, "model_version": self.version} | known | where

    def check(self, spec: SweepSpec) -> None:
        """Refuse what only the deformation potential has, and names that cannot be columns."""
        if spec.twin:
            raise SpecError(
                f"[sweep] twin: expected false with the model {self.place}, which has no lattice to freeze, "
                "got true; remove it"
            )
        given = spec.regimes.given()
        for name in _THRESHOLDS:
            if name in given:
                raise SpecError(
                    f"[regimes] {name}: expected with the deformation potential only, got it beside the "
                    f"model {self.place}; remove it"
                )
        _check_names(spec)
        for name, value in spec.fixed:
            if type(value) not in _TYPES or (isinstance(value, int) and abs(value) > LARGEST_WHOLE):
                raise SpecError(
                    f"[fixed] {name}: expected a number, text, true or false, got {value!r}; what has parts "
                    "goes into the function, or into a file that a text names"
                )

    def check_ready(self) -> None:
        """Import the function."""
        OwnFunction.load(self.place, self.directories)

    def content(self, spec: SweepSpec) -> dict[str, Any]:
        """The function, its version, and what is fixed."""
        return {"model": self.place, "model_version": self.version, "fixed": dict(self._fixed(spec))}

    def trials(self, spec: SweepSpec, point: Mapping[str, float]) -> list[OwnTrial]:
        """One for each realization."""
        values = self._fixed(spec) | {name: rounded(value) for name, value in point.items()}
        parameters = tuple(sorted(values.items()))
        seed = spec.seed
        if spec.independent_realizations:
            seed = int(digest(canonical_json({"seed": seed, "parameters": values})), 16) % LARGEST_SEED
        return [
            OwnTrial(self.place, self.version, parameters, seed, realization, self.seconds)
            for realization in range(spec.realizations)
        ]

    def resolution(self, spec: SweepSpec, point: Mapping[str, float], max_grid: int) -> None:
        """It has none."""

    def memory(self, spec: SweepSpec) -> int:
        """Nobody knows."""
        return 0

    def columns(self, spec: SweepSpec) -> tuple[Column, ...]:
        """The axes, and what is fixed."""
        from store.columns import Column  # noqa: PLC0415  # with all of Arrow

        meaning = f"parameter of {self.place}"
        axes = [Column(name, "double", "", meaning) for name in spec.axis_names]
        return (*axes, *(Column(name, _TYPES[type(value)], "", meaning) for name, value in spec.fixed))

    @staticmethod
    def _fixed(spec: SweepSpec) -> dict[str, Any]:
        return {name: rounded(value) if isinstance(value, float) else value for name, value in spec.fixed}


def _from_here(directory: Path) -> str:
    """Relative paths move with a store and its project, and say nothing of whose machine it was."""
    here = Path.cwd()
    return directory.relative_to(here).as_posix() if directory.is_relative_to(here) else str(directory)


def _check_names(spec: SweepSpec) -> None:
    from store import RecordError  # noqa: PLC0415  # with all of Arrow
    from store.declarations import check_parameter  # noqa: PLC0415

    names = [("[axes]", name) for name in spec.axis_names] + [("[fixed]", name) for name, _ in spec.fixed]
    seen: dict[str, str] = {}
    for where, name in names:
        try:
            check_parameter(name)
        except RecordError as error:
            raise SpecError(f"{where} {name}: {error}") from None
        if seen.setdefault(name.lower(), name) != name:
            raise SpecError(
                f"{where} {name}: expected names that differ in more than capitals, which SQL does not tell "
                f"apart, got {seen[name.lower()]} too; rename one"
            )
