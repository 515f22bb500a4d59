"""The examples: every spec is accepted and planned, the small ones run, and their guide knows all of them."""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.special import j0

from store import ExperimentStore
from sweep import Engine, SweepSpec, campaign, latest_campaign, plan_campaign, plan_design, run
from sweep.allotment import Design

EXAMPLES = Path(__file__).parent.parent / "examples"
SPECS = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.toml"))
BUILT_IN = ("quickstart", "material", "phase-diagram", "energy-resolved", "temperature-speed", "three-axes")
SERIAL = Engine(backend="serial")


@pytest.fixture(scope="module")
def shaken() -> Iterator[ModuleType]:
    """The module examples/own_potential/shaken.py, found as the spec beside it has it found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES / "own_potential"))
        yield import_module("shaken")
        sys.modules.pop("shaken")


@pytest.mark.parametrize("name", SPECS)
def test_each_spec_is_accepted_and_planned(name: str) -> None:
    spec = SweepSpec.from_toml(EXAMPLES / name)
    plan = plan_campaign(spec, spec.campaign.budget)
    assert plan.points == spec.campaign.budget
    assert SweepSpec.from_text(spec.to_text(), directory=spec.directory) == spec
    if spec.design.kind == "grid":
        assert plan_design(spec).points == np.prod(spec.design.points)


def test_the_guide_tells_of_every_example_and_of_nothing_else() -> None:
    guide = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    linked = {name for name in re.findall(r"\]\(([\w./-]+)\)", guide) if not name.startswith("..")}
    modules = {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.py")}
    assert linked == {*SPECS, *modules}
    assert all((EXAMPLES / name).is_file() for name in linked)


@pytest.mark.parametrize(("name", "n"), [("own_model/rotor.toml", 4), ("own_potential/shaken.toml", 2)])
def test_a_model_of_ones_own_runs(name: str, n: int, tmp_path: Path) -> None:
    spec = replace(SweepSpec.from_toml(EXAMPLES / name), design=Design(kind="sobol", n=n), realizations=1)
    assert dict(run(spec, tmp_path / "store", engine=SERIAL).statuses) == {"complete": n}


def test_the_grid_runs(tmp_path: Path) -> None:
    spec = SweepSpec.from_toml(EXAMPLES / "grid.toml")
    small = replace(spec, design=replace(spec.design, points=(1, 3)), realizations=1)
    # Twins of the two points that move.
    assert dict(run(small, tmp_path / "store", engine=SERIAL).statuses) == {"complete": 5}


def test_a_shaken_lattice_lets_an_atom_tunnel_as_the_closed_form_says(shaken: ModuleType) -> None:
    # Tolerance: next neighbours and higher bands, of order 4 J / gap = 0.03 of an undisturbed way.
    for shaking in (0.0, 1.0, 2.4048, 3.8, 5.5201):
        found = shaken.simulate({"depth": 8.0, "shaking": shaking, "frequency": 0.2}, seed=0)
        assert found["reach"] == pytest.approx(abs(j0(shaking)), abs=0.05)
        assert found["reach"] == pytest.approx(found["reach_closed"], abs=0.03)
        assert found["excited"] < 0.03
        assert found["fate"] == ("stopped" if shaking in (2.4048, 5.5201) else "tunnels")


def test_a_lattice_at_rest_lets_the_way_grow_with_time(shaken: ModuleType) -> None:
    found = shaken.simulate({"depth": 8.0, "shaking": 0.0, "frequency": 0.2}, seed=0)
    closed = shaken.closed_form(shaken.ShakenLattice(4.0, 0.0, 0.2), np.array(found["t"]))
    assert closed[-1] == pytest.approx(2.0 * (shaken.tunnelling(4.0) * 300.0) ** 2, rel=1e-12)
    assert np.array(found["spread"]) == pytest.approx(closed, rel=5e-3, abs=1e-9)
    assert max(found["upper"]) < 1e-6


def test_an_atom_that_is_launched_belongs_to_one_site(shaken: ModuleType) -> None:
    lattice = shaken.ShakenLattice(4.0, 0.3, 0.2)
    shares = np.abs(shaken.site_amplitudes(shaken.wannier_function(4.0), lattice, 0.0)) ** 2
    assert shares[0] == pytest.approx(1.0, abs=1e-12)


def test_a_fast_lattice_drives_the_atom(shaken: ModuleType) -> None:
    assert shaken.simulate({"depth": 8.0, "shaking": 5.0, "frequency": 0.9}, seed=0)["fate"] == "driven"


@pytest.mark.slow
def test_the_map_of_the_shaken_lattice_has_the_edges_of_the_closed_form(tmp_path: Path) -> None:
    spec = SweepSpec.from_toml(EXAMPLES / "own_potential" / "shaken.toml")
    campaign(spec, tmp_path / "store", engine=SERIAL)
    found = latest_campaign(ExperimentStore(tmp_path / "store"))
    assert set(found.labelling.names) == {"tunnels", "stopped", "driven"}
    shaking = np.linspace(0.0, 5.9, 600)
    regimes = found.regime_map.predict_proba([[each, 0.2] for each in shaking]).argmax(axis=1)
    stopped = np.array(found.labelling.names)[regimes] == "stopped"
    edges = shaking[1:][np.diff(stopped)]
    # Where abs(J_0) is a fifth; the map's band is a tenth wide, and other bands shift the edges by as much.
    assert edges == pytest.approx([2.04, 2.84, 4.93], abs=0.2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["quickstart", "material", "energy-resolved", "temperature-speed", "three-axes"]
)
def test_a_trial_of_each_campaign_runs(name: str, tmp_path: Path) -> None:
    spec = SweepSpec.from_toml(EXAMPLES / f"{name}.toml")
    short = replace(spec.numerics, t_final=20.0, samples=9)
    one = replace(spec, numerics=short, realizations=1, design=Design(kind="sobol", n=1))
    trials = (2 if spec.twin else 1) * spec.observe.centers
    assert dict(run(one, tmp_path / "store", engine=SERIAL).statuses) == {"complete": trials}
