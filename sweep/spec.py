"""The spec of a sweep: a TOML file, checked key by key before anything runs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, final

import tomli_w

from physics import Numerics, PhysicsError, Scenario
from sweep.allotment import Campaign, Design, read_list
from sweep.axes import AXIS_NAMES, SweptAxis, axis_mapping, read_axis
from sweep.deformation_potential import DeformationPotential
from sweep.errors import SpecError
from sweep.identity import LARGEST_SEED, canonical_json, digest, rounded
from sweep.material import DECIDED, MATERIAL_AXES, MaterialTable, check_places, read_material
from sweep.model import Model
from sweep.observe import Observe
from sweep.own_model import OwnModel
from sweep.reading import check_known, field_types, read_table
from sweep.regimes import Regimes, read_regimes
from sweep.trial import KELVIN, elided

# What all points may share, with the type of each; options of the lattice are fixed, not swept.
FIXED_TYPES: Mapping[str, type] = MappingProxyType(
    dict.fromkeys(AXIS_NAMES, float)
    | {"dimension": int, "center": list, "amplitudes": str, "zero_point": bool, KELVIN: float}
)
FIXED_NAMES = tuple(FIXED_TYPES)
FREE_AXES = tuple(name for name in AXIS_NAMES if name not in DECIDED)
TABLES = ("sweep", "axes", "fixed", "material", "numerics", "design", "campaign", "observe", "regimes")
# What a model of the user's own has instead of [material], [numerics] and [observe].
OWN_TABLES = ("sweep", "axes", "fixed", "design", "campaign", "regimes")
OWN_KEYS: Mapping[str, type] = MappingProxyType(
    {"model": str, "model_version": str, "model_path": str, "trial_seconds": float}
)
SWEEP_KEYS = ("name", "realizations", "seed", "twin", "independent_realizations")


@final
@dataclass(frozen=True)
class SweepSpec:
    """A sweep: its axes, what is fixed, the accuracy, and how points are chosen.

    Parameters
    ----------
    name : str
        What titles and the table `sweeps` call it; nothing else follows from it.
    axes : tuple of SweptAxis
    fixed : tuple of (str, value)
        Parameters that all points share: numbers, and options of the lattice and the launch.
    numerics : Numerics
    realizations : int
        Lattice realizations per point.
    seed : int
        Names the lattices and the choice of points.
    twin : bool, optional
        Whether each moving trial also runs with its lattice frozen; as the model has it by default.
    independent_realizations : bool
        Whether each point has lattices of its own; neighbours share theirs otherwise.
    design, campaign : Design, Campaign
    material : MaterialTable, optional
        Decides disorder, sound speed, temperature and wavenumber of a point in kelvin.
    observe : Observe
        What is launched and observed beyond one packet a lattice.
    regimes : Regimes
        How regimes are found and named.
    model : Model
        What is simulated: the deformation potential, or a function of the user's.
    directory : str
        Where files named in the spec are looked for.

    Raises
    ------
    SpecError
        Naming the table and key, what was expected, what came and what to do.
    """

    name: str
    axes: tuple[SweptAxis, ...]
    fixed: tuple[tuple[str, Any], ...] = ()
    numerics: Numerics = field(default_factory=Numerics)
    realizations: int = 3
    seed: int = 0
    twin: bool | None = None
    independent_realizations: bool = False
    design: Design = field(default_factory=Design)
    campaign: Campaign = field(default_factory=Campaign)
    material: MaterialTable | None = None
    observe: Observe = field(default_factory=Observe)
    regimes: Regimes = field(default_factory=Regimes)
    model: Model = field(default_factory=DeformationPotential)
    directory: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.axes:
            raise SpecError("[axes]: expected at least one swept parameter, got none")
        if self.realizations < 1:
            raise SpecError(f"[sweep] realizations: expected 1 or above, got {self.realizations}")
        if not 0 <= self.seed < LARGEST_SEED:
            raise SpecError(f"[sweep] seed: expected a whole number from 0 to below 2^63, got {self.seed}")
        if self.twin is None:
            object.__setattr__(self, "twin", self.model.twins)
        plain = ((key, tuple(x) if isinstance(x, list) else x) for key, x in self.fixed)
        object.__setattr__(self, "fixed", tuple(plain))
        self.model.check(self)
        for axis in self.axes:
            if axis.name in dict(self.fixed):
                raise SpecError(f"{axis.name}: expected in [axes] or in [fixed], got both; remove one")
        if self.design.kind == "grid":
            self._check_grid()

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
        sweep = {key: getattr(self, key) for key in SWEEP_KEYS} | self.model.given()
        axes = {axis.name: axis_mapping(axis) for axis in self.axes}
        records: dict[str, Any] = {"design": self.design, "campaign": self.campaign}
        if not isinstance(self.model, OwnModel):
            records["numerics"] = self.numerics
        tables = {"sweep": sweep, "axes": axes, "fixed": dict(self.fixed)}
        tables |= {name: _given(record) for name, record in records.items()}
        if self.material is not None:
            tables["material"] = self.material.mapping()
        if self.observe != Observe():
            tables["observe"] = _given(self.observe)
        if self.regimes != Regimes():
            tables["regimes"] = self.regimes.given()
        return tomli_w.dumps(tables)

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any], *, directory: str = "") -> SweepSpec:
        """Build a spec from nested mappings, as TOML gives them."""
        check_known("the spec", content, TABLES)
        for name in content:
            if not isinstance(content[name], Mapping):
                raise SpecError(f"{name}: expected a table [{name}], got {content[name]!r}")
        if "model" in content.get("sweep", {}):
            return cls._with_own_model(content, directory)
        sweep = read_table("sweep", content, {**field_types(cls, only=SWEEP_KEYS), **OWN_KEYS})
        for key in OWN_KEYS:
            if key in sweep:
                raise SpecError(f"[sweep] {key}: expected beside a model, got none; add model, or remove it")
        material, axes = read_material(content), content.get("axes", {})
        check_places(material, axes, content.get("fixed", {}))
        _check_swept(axes)
        check_known("[axes]", axes, AXIS_NAMES if material is None else (*FREE_AXES, *MATERIAL_AXES))
        fixed = read_table("fixed", content, FIXED_TYPES)
        try:
            numerics = Numerics(**read_table("numerics", content, field_types(Numerics)))
        except PhysicsError as error:
            raise SpecError(f"[numerics] {error}") from None
        return cls(
            name=sweep.pop("name", "sweep"),
            axes=tuple(read_axis(name, value) for name, value in axes.items()),
            fixed=tuple(sorted(fixed.items())),
            numerics=numerics,
            design=_read_design(content),
            campaign=Campaign(**read_table("campaign", content, field_types(Campaign))),
            material=material,
            observe=Observe(**read_table("observe", content, field_types(Observe))),
            regimes=read_regimes(content),
            directory=directory,
            **sweep,
        )

    @classmethod
    def _with_own_model(cls, content: Mapping[str, Any], directory: str) -> SweepSpec:
        """A spec whose points are handed to a function: axes and fixed values have any names."""
        sweep = read_table("sweep", content, {**field_types(cls, only=SWEEP_KEYS), **OWN_KEYS})
        place = sweep.pop("model")
        for name in content:
            if name not in OWN_TABLES:
                raise SpecError(
                    f"[{name}]: expected none with the model {place}; what the function needs to know goes "
                    "into [fixed]"
                )
        where = (Path(directory) / sweep.pop("model_path", "")).resolve()
        model = OwnModel(
            place, sweep.pop("model_version", "1"), sweep.pop("trial_seconds", 0.0), directory=str(where)
        )
        return cls(
            name=sweep.pop("name", "sweep"),
            axes=tuple(read_axis(name, value) for name, value in content.get("axes", {}).items()),
            fixed=tuple(sorted(content.get("fixed", {}).items())),
            design=_read_design(content),
            campaign=Campaign(**read_table("campaign", content, field_types(Campaign))),
            regimes=read_regimes(content),
            model=model,
            directory=directory,
            **sweep,
        )

    @property
    def axis_names(self) -> tuple[str, ...]:
        """Names of the swept parameters, in the order of the spec."""
        return tuple(axis.name for axis in self.axes)

    @property
    def campaign_identity(self) -> str:
        """Id of what decides the points of a campaign; a larger budget continues the same campaign."""
        settings = {key: value for key, value in _plain(self.campaign).items() if key != "budget"}
        if not self.campaign.cost_aware:
            # As it was before there was a choice.
            del settings["cost_aware"]
        regimes = {"regimes": self.regimes.given()} if self.regimes.given() else {}
        return digest(canonical_json(self._content() | {"campaign": settings} | regimes))

    @property
    def design_identity(self) -> str:
        """Id of what decides the trials of the fixed design, and their order.

        Raises
        ------
        SpecError
            If the points are in a file that cannot be read.
        """
        design: dict[str, Any] = {"kind": self.design.kind}
        if self.design.kind == "list":
            design["content"] = digest(read_list(Path(self.directory) / self.design.file))
        else:
            design |= (
                {"points": list(self.design.points)} if self.design.kind == "grid" else {"n": self.design.n}
            )
        return digest(canonical_json(self._content() | {"design": design}))

    def scenario(self, point: Mapping[str, float]) -> Scenario:
        """Scenario of a point of parameter space, realization 0.

        Raises
        ------
        SpecError
            If the point with the fixed values is not a scenario, or the model is the user's.
        """
        if isinstance(self.model, OwnModel):
            raise SpecError(
                f"[sweep] model: expected the deformation potential for this, got {self.model.place}; call "
                "that function in Python"
            )
        values = self._values(point)
        if self.material is not None:
            values = self.material.scenario_values(values)
        watched: dict[str, Any] = {
            "energy_filter": self.observe.energy_filter,
            "classical": self.observe.classical,
        }
        try:
            scenario = Scenario(**values, **watched, seed=self.seed)
        except PhysicsError as error:
            raise SpecError(f"[axes] or [fixed] {error}") from None
        if not self.independent_realizations:
            return scenario
        return replace(scenario, seed=int(digest(canonical_json(elided(scenario))), 16) % LARGEST_SEED)

    @property
    def samples_per_point(self) -> int:
        """Trials of a point with its lattice moving: each packet in each realization."""
        return self.realizations * self.observe.centers

    def kelvin(self, point: Mapping[str, float]) -> float | None:
        """Temperature of a point in kelvin; None without a material."""
        return None if self.material is None else float(self._values(point)[KELVIN])

    def corners(self) -> list[dict[str, float]]:
        """Corners of the swept box."""
        corners: list[dict[str, float]] = [{}]
        for axis in self.axes:
            ends = (min(axis.values), max(axis.values)) if axis.values else (axis.low, axis.high)
            corners = [corner | {axis.name: end} for corner in corners for end in dict.fromkeys(ends)]
        return corners

    def _check_grid(self) -> None:
        points = self.design.points
        if len(points) != len(self.axes):
            raise SpecError(
                f"[design] points: expected {len(self.axes)} numbers, one per axis, got {len(points)}"
            )
        for axis, n in zip(self.axes, points, strict=True):
            if axis.values and n != len(axis.values):
                raise SpecError(
                    f"[design] points: expected {len(axis.values)} for {axis.name}, which lists its "
                    f"values, got {n}"
                )

    def _values(self, point: Mapping[str, float]) -> dict[str, Any]:
        return dict(self.fixed) | {name: rounded(value) for name, value in point.items()}

    def _content(self) -> dict[str, Any]:
        """What decides the trials of a point, in canonical values, whatever the spec spells out."""
        return self.model.content(self) | {
            "axes": [[a.name, rounded(a.low), rounded(a.high), a.scale, [*a.values]] for a in self.axes],
            "realizations": self.realizations,
            "seed": self.seed,
            "independent_realizations": self.independent_realizations,
        }


def _read_design(content: Mapping[str, Any]) -> Design:
    """The table [design]; of a grid over axes that list their values, these are the points."""
    table = read_table("design", content, field_types(Design))
    points, axes = tuple(table.get("points", ())), content.get("axes", {}).values()
    values = (axis.get("values") for axis in axes if isinstance(axis, Mapping))
    lengths = tuple(len(listed) for listed in values if isinstance(listed, list))
    if table.get("kind") == "grid" and not points and len(lengths) == len(axes):
        points = lengths
    return Design(**table | {"points": points})


def _check_swept(axes: Mapping[str, Any]) -> None:
    """Refuse what all points of a sweep share, naming the table that it belongs to."""
    shared = dict.fromkeys(FIXED_TYPES, "fixed") | dict.fromkeys(SWEEP_KEYS, "sweep")
    shared |= dict.fromkeys(field_types(Numerics), "numerics")
    shared |= dict.fromkeys(field_types(Observe), "observe")
    for name in axes:
        if name in shared and name not in (*AXIS_NAMES, *MATERIAL_AXES):
            raise SpecError(
                f"[axes] {name}: expected a parameter of the point, got what all points share; give it in "
                f"[{shared[name]}], and a sweep for each value"
            )


def _plain(record: Any) -> dict[str, Any]:  # noqa: ANN401  # any of the spec's dataclasses
    return {f.name: getattr(record, f.name) for f in fields(record)}


def _given(record: Any) -> dict[str, Any]:  # noqa: ANN401  # any of the spec's dataclasses
    """Fields that say something: TOML has no word for None, and an empty one is a default."""
    plain = {key: list(x) if isinstance(x, tuple) else x for key, x in _plain(record).items()}
    return {key: value for key, value in plain.items() if value not in (None, "", [])}
