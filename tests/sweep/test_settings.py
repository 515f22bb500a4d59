"""`--set`: which point it names, and what it refuses."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

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
        (["center=1.0"], ["center", "a list"]),
        (["sound_speed=0.1"], ["disorder", "--set disorder"]),
    ],
)
def test_what_is_no_setting_is_refused(settings: list[str], words: list[str]) -> None:
    with pytest.raises(SpecError) as refused:
        chosen(None, settings)
    for word in words:
        assert word in str(refused.value)


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


def test_text_may_keep_its_quotes() -> None:
    assert read_settings(['precision="double"', "boundary=periodic"], NUMERICS) == {
        "precision": "double",
        "boundary": "periodic",
    }
