"""The spec of a sweep: a TOML file, checked key by key before anything runs."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields
from math import isfinite
from pathlib import Path
from typing import Any, Literal, cast, final, get_args

import tomli_w

from physics import Numerics, PhysicsError, Scenario
from sweep.errors import SpecError
from sweep.trial import canonical_json, digest, rounded

AXIS_NAMES = (
    "disorder",
    "coupling",
    "sound_speed",
    "temperature",
    "wavenumber",
    "packet_width",
    "direction",
)
FIXED_NAMES = (*AXIS_NAMES, "dimension")
Scale = Literal["linear", "log"]
DESIGN_KINDS = ("grid", "sobol", "list")


@final
@dataclass(frozen=True)
class SweptAxis:
    """One swept parameter: an interval with a scale, or explicit values."""

    name: str
    low: float
    high: float
    scale: Scale = "linear"
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        where = f"[axes] {self.name}"
        numbers = self.values or (self.low, self.high)
        if not all(isfinite(x) for x in numbers):
            raise SpecError(f"{where}: expected finite numbers, got {list(numbers)}")
        if self.scale not in get_args(Scale):
            raise SpecError(f"{where}: expected scale 'linear' or 'log', got {self.scale!r}")
        if not self.values and not self.low < self.high:
            raise SpecError(
                f"{where}: expected low below high, got low = {self.low:g} and high = {self.high:g}; "
                "swap them, or move the parameter to [fixed]"
            )
        if self.scale == "log" and min(numbers) <= 0.0:
            raise SpecError(
                f"{where}: expected values above 0 on a log axis, got {min(numbers):g}; "
                "raise it or set scale = 'linear'"
            )


@final
@dataclass(frozen=True)
class Design:
    """A fixed set of points: a grid, a scrambled Sobol sequence, or a list from a CSV file."""

    kind: str = "sobol"
    n: int = 64
    points: tuple[int, ...] = ()
    file: str = ""

    def __post_init__(self) -> None:
        if self.kind not in DESIGN_KINDS:
            kinds = ", ".join(DESIGN_KINDS)
            raise SpecError(f"[design] kind: expected one of {kinds}, got {self.kind!r}")
        if self.kind == "sobol" and self.n < 1:
            raise SpecError(f"[design] n: expected 1 or above, got {self.n}")
        if self.kind == "grid" and (not self.points or min(self.points) < 1):
            raise SpecError(
                "[design] points: expected a number of points per axis, such as [8, 8], got "
                f"{list(self.points)}"
            )
        if self.kind == "list" and not self.file:
            raise SpecError("[design] file: expected the name of a CSV file with a column per axis, got none")


@final
@dataclass(frozen=True)
class Campaign:
    """How an adaptive campaign spends its points."""

    budget: int = 48
    batch: int = 4
    startup: int = 12
    target_wrong_area: float = 0.02

    def __post_init__(self) -> None:
        for name, least in (("budget", 1), ("batch", 1), ("startup", 4)):
            if getattr(self, name) < least:
                raise SpecError(f"[campaign] {name}: expected {least} or above, got {getattr(self, name)}")
        if not 0.0 <= self.target_wrong_area < 1.0:
            raise SpecError(
                "[campaign] target_wrong_area: expected a share from 0 to below 1, got "
                f"{self.target_wrong_area}"
            )


@final
@dataclass(frozen=True)
class SweepSpec:
    """A sweep: its axes, what is fixed, the accuracy, and how points are chosen.

    Parameters
    ----------
    name : str
    axes : tuple of SweptAxis
    fixed : mapping of str to float
        Parameters that all points share.
    numerics : Numerics
    realizations : int
        Lattice realizations per point.
    seed : int
        Names the lattices and the choice of points.
    twin : bool
        Whether each moving trial also runs with its lattice frozen.
    independent_realizations : bool
        Whether each point has lattices of its own; neighbours share theirs otherwise.
    design, campaign : Design, Campaign
    directory : str
        Where files named in the spec are looked for.

    Raises
    ------
    SpecError
        Naming the table and key, what was expected, what came and what to do.
    """

    name: str
    axes: tuple[SweptAxis, ...]
    fixed: tuple[tuple[str, float], ...] = ()
    numerics: Numerics = field(default_factory=Numerics)
    realizations: int = 3
    seed: int = 0
    twin: bool = True
    independent_realizations: bool = False
    design: Design = field(default_factory=Design)
    campaign: Campaign = field(default_factory=Campaign)
    directory: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.axes:
            raise SpecError("[axes]: expected at least one swept parameter, got none")
        if self.realizations < 1:
            raise SpecError(f"[sweep] realizations: expected 1 or above, got {self.realizations}")
        if self.seed < 0:
            raise SpecError(f"[sweep] seed: expected 0 or above, got {self.seed}")
        for axis in self.axes:
            if axis.name in dict(self.fixed):
                raise SpecError(f"{axis.name}: expected in [axes] or in [fixed], got both; remove one")
        if self.design.kind == "grid" and self.design.points and len(self.design.points) != len(self.axes):
            raise SpecError(
                f"[design] points: expected {len(self.axes)} numbers, one per axis, got "
                f"{len(self.design.points)}"
            )
        self._check_corners()

    @classmethod
    def from_toml(cls, path: str | Path) -> SweepSpec:
        """Read a spec from a TOML file.

        Raises
        ------
        SpecError
            For a missing file, a TOML error (with its line), an unknown key (with the nearest
            known one) or a value outside its domain.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise SpecError(f"{path}: expected a spec file, found none; check the path") from None
        except IsADirectoryError:
            raise SpecError(f"{path}: expected a spec file, got a directory") from None
        except (OSError, UnicodeDecodeError) as error:
            raise SpecError(f"{path}: expected a readable text file, got: {error}") from None
        try:
            return cls.from_text(text, directory=str(path.parent))
        except SpecError as error:
            raise SpecError(f"{path}: {error}") from None

    @classmethod
    def from_text(cls, text: str, *, directory: str = "") -> SweepSpec:
        """Read a spec from TOML text, such as :meth:`to_text` writes."""
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SpecError(f"expected TOML, got: {error}") from None
        return cls.from_mapping(content, directory=directory)

    def to_text(self) -> str:
        """TOML that :meth:`from_text` reads back as an equal spec."""
        sweep = {key: getattr(self, key) for key in SWEEP_KEYS}
        axes = {axis.name: _axis_mapping(axis) for axis in self.axes}
        tables = {"numerics": self.numerics, "design": self.design, "campaign": self.campaign}
        given = {name: _given(record) for name, record in tables.items()}
        return tomli_w.dumps({"sweep": sweep, "axes": axes, "fixed": dict(self.fixed), **given})

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any], *, directory: str = "") -> SweepSpec:
        """Build a spec from nested mappings, as TOML gives them."""
        tables = ("sweep", "axes", "fixed", "numerics", "design", "campaign")
        _known("the spec", content, tables)
        for name in content:
            if not isinstance(content[name], Mapping):
                raise SpecError(f"{name}: expected a table [{name}], got {content[name]!r}")
        sweep = _table("sweep", content, _types(cls, only=SWEEP_KEYS))
        axes = content.get("axes", {})
        _known("[axes]", axes, AXIS_NAMES)
        fixed = _table("fixed", content, dict.fromkeys(FIXED_NAMES, float) | {"dimension": int})
        design = _table("design", content, _types(Design))
        try:
            numerics = Numerics(**_table("numerics", content, _types(Numerics)))
        except PhysicsError as error:
            raise SpecError(f"[numerics] {error}") from None
        return cls(
            name=sweep.pop("name", "sweep"),
            axes=tuple(_axis(name, value) for name, value in axes.items()),
            fixed=tuple(sorted(fixed.items())),
            numerics=numerics,
            design=Design(**design | {"points": tuple(design.get("points", ()))}),
            campaign=Campaign(**_table("campaign", content, _types(Campaign))),
            directory=directory,
            **sweep,
        )

    @property
    def axis_names(self) -> tuple[str, ...]:
        """Names of the swept parameters, in the order of the spec."""
        return tuple(axis.name for axis in self.axes)

    @property
    def identity(self) -> str:
        """Id of what decides the trials of a design: the budget and the name do not."""
        return digest(canonical_json(self._content() | {"design": _plain(self.design)}))

    @property
    def campaign_identity(self) -> str:
        """Id of what decides the points of a campaign; a larger budget continues the same campaign."""
        settings = {key: value for key, value in _plain(self.campaign).items() if key != "budget"}
        return digest(canonical_json(self._content() | {"campaign": settings}))

    def scenario(self, point: Mapping[str, float]) -> Scenario:
        """Scenario of a point of parameter space, realization 0.

        Raises
        ------
        SpecError
            If the point with the fixed values is not a scenario.
        """
        values = dict(self.fixed) | {name: rounded(value) for name, value in point.items()}
        seed = self.seed
        if self.independent_realizations:
            seed = int(digest(canonical_json({"seed": self.seed, "point": values})), 16) % 2**63
        try:
            return Scenario(**values, seed=seed)  # type: ignore[arg-type]  # dimension is the one int
        except PhysicsError as error:
            raise SpecError(f"[axes] or [fixed] {error}") from None

    def corners(self) -> list[dict[str, float]]:
        """Corners of the swept box."""
        corners: list[dict[str, float]] = [{}]
        for axis in self.axes:
            ends = (min(axis.values), max(axis.values)) if axis.values else (axis.low, axis.high)
            corners = [corner | {axis.name: end} for corner in corners for end in dict.fromkeys(ends)]
        return corners

    def _check_corners(self) -> None:
        for corner in self.corners():
            self.scenario(corner)

    def _content(self) -> dict[str, Any]:
        return {
            "axes": [_plain(axis) for axis in self.axes],
            "fixed": dict(self.fixed),
            "numerics": _plain(self.numerics),
            "realizations": self.realizations,
            "seed": self.seed,
            "twin": self.twin,
            "independent_realizations": self.independent_realizations,
        }


SWEEP_KEYS = ("name", "realizations", "seed", "twin", "independent_realizations")


def _plain(record: Any) -> dict[str, Any]:  # noqa: ANN401  # any of the spec's dataclasses
    return {f.name: getattr(record, f.name) for f in fields(record)}


def _given(record: Any) -> dict[str, Any]:  # noqa: ANN401  # any of the spec's dataclasses
    """Fields that say something: TOML has no word for None, and an empty one is a default."""
    plain = {key: list(x) if isinstance(x, tuple) else x for key, x in _plain(record).items()}
    return {key: value for key, value in plain.items() if value not in (None, "", [])}


def _axis_mapping(axis: SweptAxis) -> dict[str, Any]:
    interval = {"values": list(axis.values)} if axis.values else {"low": axis.low, "high": axis.high}
    return interval | {"scale": axis.scale}


def _types(record: type, only: Collection[str] = ()) -> dict[str, type]:
    """Expected type of each field, from its annotation."""
    known = {"int": int, "float": float, "bool": bool, "str": str}
    return {
        f.name: known.get(str(f.type).removesuffix(" | None"), list)
        for f in fields(record)
        if (not only or f.name in only) and (f.default is not MISSING or f.name in only)
    }


def _table(name: str, content: Mapping[str, Any], types: Mapping[str, type]) -> dict[str, Any]:
    table = content.get(name, {})
    _known(f"[{name}]", table, types)
    return {key: _typed(f"[{name}] {key}", value, types[key]) for key, value in table.items()}


def _typed(where: str, value: Any, kind: type) -> Any:  # noqa: ANN401  # TOML values
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "text", list: "a list"}
    fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise SpecError(f"{where}: expected {words[kind]}, got {value!r}")
    if kind is float:
        if not isfinite(value):
            raise SpecError(f"{where}: expected a finite number, got {value!r}")
        return float(value)
    return value


def _axis(name: str, value: Any) -> SweptAxis:  # noqa: ANN401  # TOML values
    where = f"[axes] {name}"
    if not isinstance(value, Mapping):
        raise SpecError(f"{where}: expected {{ low = ..., high = ..., scale = ... }}, got {value!r}")
    _known(where, value, ("low", "high", "scale", "values"))
    scale = cast(Scale, _typed(f"{where} scale", value.get("scale", "linear"), str))
    if "values" in value:
        if "low" in value or "high" in value:
            raise SpecError(f"{where}: expected values, or low and high, got both")
        values = tuple(_typed(where, x, float) for x in _typed(where, value["values"], list))
        if not values:
            raise SpecError(f"{where}: expected at least one value, got an empty list")
        return SweptAxis(name, min(values), max(values), scale, values)
    for key in ("low", "high"):
        if key not in value:
            raise SpecError(f"{where}: expected low and high, got no {key}; give both, or values = [...]")
    low, high = (_typed(f"{where} {key}", value[key], float) for key in ("low", "high"))
    return SweptAxis(name, low, high, scale)


def _known(where: str, table: Mapping[str, Any], names: Collection[str]) -> None:
    for key in table:
        if key not in names:
            nearest = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"known: {', '.join(names)}"
            raise SpecError(f"{where}: unknown key {key!r}; {hint}")
