"""`--set`: which point it names, and what it refuses."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from scipy import constants

from physics import InputError, Numerics, Scenario
from sweep import SpecError, SweepSpec
from sweep.cli.settings import NUMERICS, SCENARIO, chosen, read_settings
from tests.sweep.conftest import SMALL

ROOT = Path(__file__).parents[2]
AXES = ["disorder=0.5", "sound_speed=0.1"]


@pytest.fixture
def spec() -> SweepSpec:
    return SweepSpec.from_text(SMALL)


def test_every_field_can_be_set_and_no_name_means_two_things() -> None:
    assert set(SCENARIO) == {field.name for field in fields(Scenario)}
    assert set(NUMERICS) == {field.name for field in fields(Numerics)}
    assert not set(SCENARIO) & set(NUMERICS)


def test_without_a_spec_defaults_stand() -> None:
    settings = ["disorder=1", "frozen=true", "energy_filter=[1.0, 0.1]", "amplitudes=thermal", "t_final=10"]
    choice = chosen(None, settings)
    assert choice.scenario == Scenario(
        disorder=1.0, frozen=True, energy_filter=(1.0, 0.1), amplitudes="thermal"
    )
    assert choice.numerics == Numerics(t_final=10.0)


def test_a_spec_gives_what_is_not_set(spec: SweepSpec) -> None:
    choice = chosen(spec, AXES)
    assert choice.scenario == spec.scenario({"disorder": 0.5, "sound_speed": 0.1})
    assert choice.numerics == spec.numerics
    assert choice.temperature_k is None


def test_a_setting_overrules_the_spec(spec: SweepSpec) -> None:
    settings = ["dimension=2", "wavenumber=0.3", "seed=7", "realization=2", "samples=8", "frozen=true"]
    choice = chosen(spec, [*AXES, *settings])
    # Beyond the axis's interval too: the interval bounds a sweep, not the physics.
    assert chosen(spec, ["disorder=5", "sound_speed=0"]).scenario.disorder == 5.0
    assert choice.scenario == Scenario(
        disorder=0.5, sound_speed=0.1, wavenumber=0.3, dimension=2, seed=7, realization=2, frozen=True
    )
    assert choice.numerics == replace(spec.numerics, samples=8)


def test_lattices_of_their_own_follow_the_seed_of_the_sweep(spec: SweepSpec) -> None:
    own = replace(spec, independent_realizations=True)
    moved = replace(own, seed=7).scenario({"disorder": 0.5, "sound_speed": 0.1})
    assert chosen(own, [*AXES, "seed=7"]).scenario == moved


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["disorder"], ["name=value", "disorder"]),
        (["disorder="], ["name=value"]),
        (["=1"], ["name=value"]),
        (["disordr=1"], ["disordr", "'disorder'"]),
        (["disorder=1", "disorder=2"], ["disorder", "again"]),
        (["disorder=much"], ["disorder", "TOML", "much"]),
        (["disorder=nan"], ["disorder", "finite"]),
        (["disorder=true"], ["disorder", "a number"]),
        (["dimension=2.0"], ["dimension", "a whole number"]),
        (["disorder=1\nseed = 3"], ["one value"]),
        (["disorder=1", "classical=yes"], ["classical", "true or false", "'yes'"]),
        (["disorder=1", "center=1,2"], ["center", "a list", "[1.0, 0.5]"]),
        (["disorder=1", "samples=1e1"], ["samples", "a whole number"]),
        (["disorder=1", f"seed={2**63}"], ["seed", "below 2^63"]),
        (["disorder=1", "seed=-1"], ["seed", "from 0"]),
        (["disorder=1", "temperature_K=3"], ["temperature_K", "expected a table [material] beside it"]),
        (["disorder=1", "deformation_ev=3"], ["deformation_ev", "expected a table [material] beside it"]),
        (["center=1.0"], ["center", "a list"]),
        (["sound_speed=0.1"], ["disorder", "--set disorder"]),
    ],
)
def test_what_is_no_setting_is_refused(settings: list[str], words: list[str]) -> None:
    with pytest.raises(SpecError) as refused:
        chosen(None, settings)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"), [(".5", 0.5), ("5.", 5.0), ("1e-3", 1e-3), ("+1.5E+2", 150.0), ("007", 7.0)]
)
def test_a_number_may_be_written_as_python_reads_it(text: str, value: float) -> None:
    assert chosen(None, [f"disorder={text}"]).scenario.disorder == value


def test_a_refusal_names_the_users_own_value(spec: SweepSpec) -> None:
    """Not that of a corner of the spec's axes."""
    with pytest.raises(SpecError, match=r"got disorder 0\.7 and coupling 1\.5"):
        chosen(spec, ["disorder=0.7", "sound_speed=0.1", "coupling=1.5"])
    # A corner may not be what this point is.
    cold = replace(spec, fixed=(*spec.fixed, ("zero_point", True)))
    assert chosen(cold, [*AXES, "temperature=0"]).scenario.temperature == 0.0
    grid = replace(spec, design=replace(spec.design, kind="grid", points=(3, 3)))
    assert chosen(grid, AXES) == chosen(spec, AXES)


def test_a_spec_without_a_material_has_no_kelvin(spec: SweepSpec) -> None:
    with pytest.raises(SpecError, match=r"temperature_K: expected a table \[material\] beside it"):
        chosen(spec, [*AXES, "temperature_K=3"])


def test_a_value_that_physics_refuses_is_refused_by_physics() -> None:
    with pytest.raises(InputError, match="disorder"):
        chosen(None, ["disorder=-1"])


def test_an_axis_that_no_setting_gives_is_named(spec: SweepSpec) -> None:
    with pytest.raises(SpecError, match=r"sound_speed \(0.05 to 1\); add --set sound_speed="):
        chosen(spec, ["disorder=1"])


def test_a_material_takes_its_temperature_in_kelvin() -> None:
    spec = SweepSpec.from_toml(ROOT / "examples" / "material.toml")
    choice = chosen(spec, ["temperature_K=77", "realization=1"])
    assert choice.temperature_k == 77.0
    assert choice.scenario == replace(spec.scenario({"temperature_K": 77.0}), realization=1)
    with pytest.raises(SpecError, match="temperature_K"):
        chosen(spec, [])
    with pytest.raises(SpecError, match="disorder"):
        chosen(spec, ["temperature_K=77", "disorder=1"])


def test_a_setting_overrules_a_quantity_of_the_material_in_any_of_its_units() -> None:
    spec = SweepSpec.from_toml(ROOT / "examples" / "material.toml")
    twice, same, per_metre = (
        chosen(spec, ["temperature_K=77", setting]).scenario
        for setting in (
            "deformation_ev=4.0",
            f"deformation_j={2.0 * constants.e!r}",
            "debye_wavenumber_per_m=7e9",
        )
    )
    given = spec.scenario({"temperature_K": 77.0})
    # The coupling is proportional to the square of the deformation potential.
    assert twice.coupling == pytest.approx(4.0 * given.coupling, rel=1e-9)
    assert same == given
    # In place of the lattice constant.
    assert per_metre.wavenumber == pytest.approx(0.28e10 / 7e9, rel=1e-9)


def test_text_may_keep_its_quotes() -> None:
    assert read_settings(['precision="double"', "boundary=periodic"], NUMERICS) == {
        "precision": "double",
        "boundary": "periodic",
    }
