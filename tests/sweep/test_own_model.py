"""Specs of a user's model: any names, and what is refused."""

import pickle
from pathlib import Path

import pytest

from sweep import SpecError, SweepSpec
from sweep.own_model import OwnModel
from tests.sweep.conftest import SMALL
from tests.sweep.own_specs import SPEC, TEXT


def test_axes_and_fixed_values_have_any_names() -> None:
    assert SPEC.axis_names == ("drive", "lambda")
    assert dict(SPEC.fixed) == {"mode": "plain", "sites": 8}
    assert not SPEC.twin
    types = {column.name: column.type for column in SPEC.model.columns(SPEC) or ()}
    assert types == {"drive": "double", "lambda": "double", "mode": "varchar", "sites": "double"}


def test_it_comes_back_from_its_text_wherever_it_was(tmp_path: Path) -> None:
    spec = SweepSpec.from_text(TEXT, directory=str(tmp_path))
    again = SweepSpec.from_text(spec.to_text())
    assert again == spec
    assert again.campaign_identity == spec.campaign_identity
    assert again.design_identity == spec.design_identity
    assert again.model.directories == spec.model.directories
    assert str(tmp_path) in again.model.directories
    assert pickle.loads(pickle.dumps(spec)) == spec


def test_a_guess_of_its_cost_makes_no_other_campaign() -> None:
    guessed = SweepSpec.from_text(TEXT.replace("realizations = 2", "realizations = 2\ntrial_seconds = 4"))
    assert guessed.campaign_identity == SPEC.campaign_identity
    newer = SweepSpec.from_text(TEXT.replace("realizations = 2", 'realizations = 2\nmodel_version = "2"'))
    assert newer.campaign_identity != SPEC.campaign_identity


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("own_models:growth", "own_models", ["model", "package.module:function"]),
        ("realizations = 2", "realizations = 2\ntwin = true", ["twin", "no lattice to freeze"]),
        ("realizations = 2", "realizations = 2\ntrial_seconds = -1", ["trial_seconds", "above 0"]),
        ("realizations = 2", "realizations = 2\nmodel_verison = '2'", ["model_verison", "model_version"]),
        ("[fixed]", "[numerics]\ntolerance = 1e-3\n[fixed]", ["[numerics]", "[fixed]"]),
        ("[fixed]", "[observe]\ncenters = 2\n[fixed]", ["[observe]"]),
        ("sites = 8", "sites = [8, 9]", ["[fixed] sites", "(8, 9)"]),
        ("sites = 8", "status = 8", ["[fixed] status", "every store has"]),
        ("sites = 8", "regime = 8", ["[fixed] regime", "points"]),
        ("sites = 8", "Drive = 8", ["Drive", "drive", "capitals"]),
        ("sites = 8", "'two words' = 8", ["two words", "letters"]),
        ("sites = 8", "drive = 8", ["drive", "both"]),
        ('size = "log"', 'size = "cubic"', ["series", "cubic", "log1p"]),
        ('series = { size = "log" }', "driven_gain = 2.0", ["driven_gain", "deformation potential"]),
        ('series = { size = "log" }', 'label = "a"\nmembership = ["b", "c"]', ["label, membership"]),
        ('series = { size = "log" }', 'membership = ["b"]', ["membership", "two columns"]),
    ],
)
def test_bad_input_is_refused_by_name(old: str, new: str, words: list[str]) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    with pytest.raises(SpecError) as refusal:
        SweepSpec.from_text(text)
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize("key", ["model_version = '2'", "model_path = 'src'", "trial_seconds = 1.0"])
def test_keys_of_a_model_are_refused_without_one(key: str) -> None:
    with pytest.raises(SpecError, match="got none; add model"):
        SweepSpec.from_text(SMALL.replace("realizations = 2", key))


def test_the_deformation_potential_says_no_regimes_itself() -> None:
    with pytest.raises(SpecError, match=r"\[regimes\] label"):
        SweepSpec.from_text(SMALL + '[regimes]\nlabel = "status"\n')


def test_no_scenario_follows_from_it() -> None:
    with pytest.raises(SpecError, match="deformation potential"):
        SPEC.scenario({"drive": 1.0, "lambda": 0.0})


def test_a_function_that_is_not_there_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "half_model.py").write_text("def other(point, seed):\n    return {}\n")
    for place, words in {
        "no_such_module:f": ["no_such_module", str(tmp_path), "model_path"],
        "half_model:f": ["function f", "half_model.py"],
        "half_model:other": [],
    }.items():
        model = OwnModel(place, directory=str(tmp_path))
        if not words:
            model.check_ready()
            continue
        with pytest.raises(SpecError) as refusal:
            model.check_ready()
        for word in words:
            assert word in str(refusal.value)


def test_a_module_that_raises_tells_where(tmp_path: Path) -> None:
    (tmp_path / "broken_model.py").write_text("import math\n\nmath.nothing\n")
    with pytest.raises(SpecError) as refusal:
        OwnModel("broken_model:f", directory=str(tmp_path)).check_ready()
    assert "AttributeError" in str(refusal.value)
    assert "broken_model.py, line 3" in str(refusal.value)
