"""`show`, `replay` and `explain` on a store of a user's model, whose columns are its own."""

import json
import sys
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec, run
from sweep.cli import invoke
from sweep.explaining import ABSENT, PARTIAL, explain
from sweep.locating import find_trial
from sweep.rebuilding import rebuilt
from sweep.replaying import replay

MODULE = """
def simulate(point, seed):
    angle = [point["drive"] * k + seed % 7 for k in range(5)]
    return {"last": angle[-1], "angle": angle, "dt": 0.5}
"""
SPEC = """
[sweep]
name = "swing"
model = "swing_for_tests:simulate"
realizations = 2

[axes]
drive = { low = 0.1, high = 1.0 }
guess = { low = 0.1, high = 1.0 }

[design]
kind = "sobol"
n = 2
"""


@pytest.fixture(scope="module")
def swings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a module, a spec, and the store of a run."""
    place = tmp_path_factory.mktemp("swings")
    (place / "swing_for_tests.py").write_text(MODULE)
    (place / "spec.toml").write_text(SPEC)
    run(SweepSpec.from_toml(place / "spec.toml"), store=place / "store", backend="serial")
    return place


@pytest.fixture
def trial(swings: Path) -> str:
    return min(ExperimentStore(swings / "store").statuses())


def test_show_has_its_parameters_outputs_and_series(swings: Path, trial: str, capsys) -> None:
    assert invoke(["show", str(swings / "store"), trial, "--json", "--plot", str(swings / "own.png")]) == 0
    record = json.loads(capsys.readouterr().out)
    assert set(record["parameters"]) == {"drive", "guess"}
    assert set(record["scalars"]) == {"last", "dt"}
    assert (list(record["series"]), record["numerics"]) == (["t", "angle"], {"samples": 5})
    assert record["guards"] == {}
    assert (swings / "own.png").stat().st_size > 5_000
    assert invoke(["show", str(swings / "store"), trial]) == 0
    assert "returned by swing_for_tests:simulate" in capsys.readouterr().out


def test_replay_calls_the_function_again(swings: Path, trial: str, capsys) -> None:
    store = ExperimentStore(swings / "store")
    again = replay(store, row := find_trial(store, trial), rebuilt(store, row), [str(swings)])
    assert (again.differences, again.series, again.samples) == ((), 2, 5)
    for arguments in ([], ["--model-path", str(swings)]):
        assert invoke(["replay", str(store.path), trial, *arguments]) == 0
        assert "the same, bit for bit" in capsys.readouterr().out


def test_replay_finds_the_module_as_the_spec_says_or_names_its_option(
    swings: Path, trial: str, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    def forgotten() -> None:
        monkeypatch.delitem(sys.modules, "swing_for_tests", raising=False)
        monkeypatch.setattr(sys, "path", [place for place in sys.path if place != str(swings)])

    forgotten()
    assert invoke(["replay", str(swings / "store"), trial]) == 0
    forgotten()
    capsys.readouterr()
    assert invoke(["replay", str(swings / "store"), trial, "--model-path", "/"]) == 2
    assert "give --model-path, the directory" in capsys.readouterr().err


def test_replay_notices_that_the_function_has_changed(swings: Path, trial: str, monkeypatch) -> None:
    store = ExperimentStore(swings / "store")
    changed = lambda point, seed: {"last": 0.0, "angle": [0.0] * 5, "dt": 0.5}  # noqa: E731
    monkeypatch.setattr("swing_for_tests.simulate", changed)
    again = replay(store, row := find_trial(store, trial), rebuilt(store, row), [str(swings)])
    assert {each.column for each in again.differences} == {"last", "angle"}


def test_explain_compares_its_parameters(swings: Path) -> None:
    text = SPEC.replace("realizations = 2", "realizations = 3").replace("n = 2", "n = 3")
    explained = list(explain(ExperimentStore(swings / "store"), SweepSpec.from_text(text)))
    assert [each.verdict for each in explained] == [PARTIAL, PARTIAL, ABSENT]
    assert {change.key for change in explained[2].changes} == {"drive", "guess"}
    newer = SPEC.replace("realizations", 'model_version = "2"\nrealizations')
    (first, _) = explain(ExperimentStore(swings / "store"), SweepSpec.from_text(newer))
    assert [(x.key, x.asked, x.stored) for x in first.changes] == [("model_version", "2", "1")]


def test_a_store_of_another_model_is_told_in_a_line(swings: Path, tmp_path: Path, capsys) -> None:
    other = tmp_path / "other.toml"
    other.write_text(SPEC.replace("swing_for_tests:simulate", "pendulum:simulate"))
    assert invoke(["explain", str(swings / "store"), str(other)]) == 0
    assert capsys.readouterr().out == (
        "2 points: none in the store, which is of the model swing_for_tests:simulate; the spec is of "
        "pendulum:simulate\n"
    )
    assert invoke(["explain", str(swings / "store"), str(other), "--json"]) == 0
    for each in json.loads(capsys.readouterr().out):
        assert (each["nearest"], [change["key"] for change in each["changes"]]) == (None, ["model"])
