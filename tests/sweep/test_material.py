"""Sweeps in kelvin."""

import json
from pathlib import Path

import pytest

from physics import Material, Numerics, Scenario
from store import ExperimentStore
from sweep import SpecError, SweepSpec, run
from sweep.chunk import Chunk, chunked, from_rows, point_trials, to_rows
from sweep.design import design_points
from sweep.figures.style import AXIS_LABELS
from sweep.material import MATERIAL_AXES
from sweep.trial import Trial

VALUES = {
    "effective_mass_me": 8.0,
    "deformation_ev": 2.0,
    "density_u_per_angstrom": 40.0,
    "sound_speed_m_s": 2500.0,
    "lattice_constant_angstrom": 5.0,
    "fermi_wavenumber_per_angstrom": 0.28,
}
TEXT = """
[sweep]
name = "kelvin"
realizations = 2

[material]
name = "made up"
effective_mass_me = 8.0
deformation_ev = 2.0
density_u_per_angstrom = 40.0
sound_speed_m_s = 2500.0
lattice_constant_angstrom = 5.0
fermi_wavenumber_per_angstrom = 0.28

[axes]
temperature_K = { values = [60.0, 300.0] }

[fixed]
packet_width = 5.0

[numerics]
t_final = 20.0
samples = 8
tolerance = 0.05
max_grid = 4096

[design]
kind = "grid"
points = [2]
"""
FERMI = "fermi_wavenumber_per_angstrom = 0.28\n"
TEMPERATURE = "temperature_K = { values = [60.0, 300.0] }"


def test_a_point_in_kelvin_is_a_scenario_of_the_materials_coupling() -> None:
    material = Material.from_quantities(VALUES)
    scenario = SweepSpec.from_text(TEXT).scenario({"temperature_K": 300.0})
    assert scenario.disorder is None
    assert (scenario.dimension, scenario.packet_width) == (1, 5.0)
    # Numbers of a trial carry 12 digits.
    for name, number in material.numbers(300.0).items():
        if name != "disorder":
            assert getattr(scenario, name) == pytest.approx(number, rel=1e-11), name
    assert scenario.coupling == pytest.approx(material.coupling, rel=1e-11)
    assert scenario.rms / scenario.fermi_energy == pytest.approx(
        material.numbers(300.0)["disorder"], rel=1e-9
    )


def test_the_spec_survives_its_own_text() -> None:
    spec = SweepSpec.from_text(TEXT)
    again = SweepSpec.from_text(spec.to_text())
    assert again == spec
    assert again.material is not None
    assert again.material.name == "made up"


def test_a_quantity_of_the_material_can_be_swept() -> None:
    swept = TEXT.replace(FERMI, "").replace(
        TEMPERATURE, "carrier_density_per_angstrom = { low = 0.1, high = 0.3 }"
    )
    spec = SweepSpec.from_text(swept.replace("[fixed]", "[fixed]\ntemperature_K = 77.0"))
    scenario = spec.scenario({"carrier_density_per_angstrom": 0.2})
    # k_F = pi n / 2 over q_D = pi / a.
    assert scenario.wavenumber == pytest.approx(0.2 / 2.0 * 5.0, rel=1e-11)
    assert spec.kelvin({"carrier_density_per_angstrom": 0.2}) == 77.0
    assert SweepSpec.from_text(spec.to_text()) == spec


def test_kelvin_is_no_part_of_a_trials_identity_and_survives_the_ledger() -> None:
    spec = SweepSpec.from_text(TEXT)
    trials = [trial for point in design_points(spec) for trial in point_trials(spec, point)]
    assert [trial.temperature_k for trial in trials] == [60.0] * 4 + [300.0] * 4
    natural = Trial(trials[0].scenario, Numerics(t_final=20.0, samples=8, tolerance=0.05))
    assert natural == trials[0]
    assert natural.trial_id == trials[0].trial_id
    chunks = list(chunked(trials))
    again = from_rows(to_rows("plan", chunks))
    kept = [trial.temperature_k for chunk in again for trial in chunk.trials]
    assert kept == [trial.temperature_k for trial in trials]
    assert [chunk.name for chunk in again] == [chunk.name for chunk in chunks]
    first, second = Chunk.of(trials).halves()
    assert {trial.temperature_k for trial in first.trials + second.trials} == {60.0, 300.0}


def test_rows_without_a_material_have_no_kelvin() -> None:
    row = Trial(Scenario(disorder=1.0), Numerics()).row()
    assert row["temperature_K"] is None


def test_equal_materials_are_one_campaign_however_they_are_written() -> None:
    spec = SweepSpec.from_text(TEXT)
    spelt = TEXT.replace("sound_speed_m_s = 2500.0", "sound_speed_angstrom_per_fs = 0.025")
    assert (
        SweepSpec.from_text(spelt.replace("made up", "another")).campaign_identity == spec.campaign_identity
    )
    for old, new in (("= 2.0", "= 2.1"), ("300.0]", "301.0]"), ("realizations = 2", "realizations = 3")):
        assert SweepSpec.from_text(TEXT.replace(old, new)).campaign_identity != spec.campaign_identity


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("deformation_ev = 2.0", "deformation_eV = 2.0", ["deformation_eV", "did you mean 'deformation_ev'"]),
        ("deformation_ev = 2.0\n", "", ["[material]", "deformation potential", "exactly one", "none"]),
        ("deformation_ev = 2.0", "deformation_ev = 0.0", ["[material]", "deformation_ev", "above 0"]),
        ("deformation_ev = 2.0", "deformation_ev = nan", ["[material]", "deformation_ev", "finite"]),
        ("deformation_ev = 2.0", 'deformation_ev = "2"', ["[material]", "deformation_ev", "a number"]),
        (
            FERMI,
            FERMI + "carrier_density_per_angstrom = 0.1\n",
            ["[material]", "Fermi wavenumber", "exactly one"],
        ),
        (TEMPERATURE, "temperatur_K = { low = 1.0, high = 2.0 }", ["did you mean 'temperature_K'"]),
        (
            TEMPERATURE,
            "disorder = { low = 1.0, high = 2.0 }",
            ["[axes] disorder", "temperature_K", "[material]"],
        ),
        (TEMPERATURE, "packet_width = { low = 4.0, high = 5.0 }", ["temperature_K", "[axes]", "neither"]),
        (TEMPERATURE, "temperature_K = { low = 0.0, high = 5.0 }", ["temperature", "above 0"]),
        (TEMPERATURE, "temperature_K = { low = -5.0, high = 5.0 }", ["temperature_K", "0 or above", "-5"]),
        (
            TEMPERATURE,
            TEMPERATURE + "\nsound_speed_m_s = { low = 1.0, high = 5.0 }",
            ["sound_speed_m_s", "[axes]", "[material]", "both"],
        ),
        ("packet_width", "wavenumber", ["[fixed] wavenumber", "temperature_K", "[material]"]),
        ("packet_width", "coupling", ["[fixed] coupling", "[material]"]),
        ("packet_width", "sound_speed", ["[fixed] sound_speed", "[material]"]),
        ("packet_width", "temperature", ["[fixed] temperature", "[material]"]),
        (
            "packet_width",
            "lattice_constant_angstrom",
            ["[fixed] lattice_constant_angstrom", "[material]", "move"],
        ),
        ("packet_width = 5.0", "temperature_K = 5.0", ["temperature_K", "[axes]", "[fixed]", "both"]),
        ("packet_width = 5.0", "dimension = 2", ["dimension", "expected 1", "length", "got 2"]),
        ("[material]", "[materials]", ["materials", "did you mean 'material'"]),
    ],
)
def test_bad_input_is_refused_by_name(old: str, new: str, words: list[str]) -> None:
    text = TEXT.replace(old, new)
    assert text != TEXT
    with pytest.raises(SpecError) as refusal:
        SweepSpec.from_text(text)
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize("name", MATERIAL_AXES)
def test_what_belongs_to_a_material_is_refused_without_one(name: str) -> None:
    with pytest.raises(SpecError, match=rf"\[axes\] {name}: expected a table \[material\]"):
        SweepSpec.from_text(f"[axes]\n{name} = {{ low = 1.0, high = 2.0 }}\n[fixed]\ndisorder = 1.0")
    with pytest.raises(SpecError, match=rf"\[fixed\] {name}: expected a table \[material\]"):
        SweepSpec.from_text(f"[axes]\ndisorder = {{ low = 1.0, high = 2.0 }}\n[fixed]\n{name} = 1.0")


def test_every_axis_has_a_label_with_its_unit() -> None:
    assert set(MATERIAL_AXES) <= set(AXIS_LABELS)
    assert "(K)" in AXIS_LABELS["temperature_K"]


def test_sql_asks_in_kelvin(tmp_path: Path) -> None:
    spec = SweepSpec.from_text(TEXT)
    outcome = run(spec, tmp_path / "store", backend="serial")
    assert not outcome.failed
    store = ExperimentStore(tmp_path / "store")
    counted = "select temperature_K, count(*), count(distinct point_id) from trials group by all order by all"
    assert list(store.sql(counted).rows()) == [(60.0, 4, 1), (300.0, 4, 1)]
    sampled = "select temperature_K, count(msd) from series group by all order by all"
    assert [kelvin for kelvin, _ in store.sql(sampled).rows()] == [60.0, 300.0]
    assert list(store.sql("select temperature_K, trials from points order by all").rows()) == [
        (60.0, 4),
        (300.0, 4),
    ]
    unit = """select distinct unit from columns where name = 'temperature_K'"""
    assert list(store.sql(unit).rows()) == [("K",)]
    # Lambda and the disorder it gives stand beside.
    material = Material.from_quantities(VALUES)
    for kelvin, disorder, coupling in store.sql(
        "select temperature_K, disorder, coupling from trials"
    ).rows():
        assert disorder == pytest.approx(material.numbers(kelvin)["disorder"], rel=1e-9)
        assert coupling == pytest.approx(material.coupling, rel=1e-11)
    # A run that is asked for again finds its chunks, kelvin and all, in the ledger.
    assert {json.loads(row["trial"])["temperature_K"] for row in store.rows("chunks")} == {60.0, 300.0}
    assert run(spec, store, backend="serial").statuses == outcome.statuses


def test_the_example_is_a_sweep_in_kelvin() -> None:
    path = Path(__file__).parents[2] / "examples" / "material.toml"
    spec = SweepSpec.from_toml(path)
    assert spec.axis_names == ("temperature_K",)
    assert "not a real material" in path.read_text().lower()
