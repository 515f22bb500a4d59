"""The command line, as a user meets it."""

import json
from pathlib import Path

import pytest

from store import ExperimentStore, WriteError
from sweep import SweepSpec, campaign
from sweep.cli import COMMANDS, invoke
from sweep.engine.policy import Policy
from tests.sweep.conftest import SMALL

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished campaign."""
    path = tmp_path_factory.mktemp("cli") / "a store"
    campaign(SweepSpec.from_text(SMALL), path, backend="serial")
    return path


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.toml"
    path.write_text(SMALL)
    return path


def test_every_command_has_help_with_an_example_and_is_in_the_readme(capsys) -> None:
    readme = (ROOT / "README.md").read_text()
    for name in COMMANDS:
        assert invoke([name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert f"Example: regimap {name} " in shown
        assert f"`{name}" in readme, name


def test_plan_says_what_a_spec_costs_and_runs_nothing(spec: Path, capsys) -> None:
    assert invoke(["plan", str(spec), "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["points"], plan["trials"]) == (6, 24)
    assert plan["core_hours"] > 0.0
    assert invoke(["plan", str(spec), "--campaign"]) == 0
    assert "14" in capsys.readouterr().out


def test_campaign_prints_regimes_boundary_map_report_and_a_query(spec: Path, store: Path, capsys) -> None:
    # The store holds the whole campaign: nothing is simulated again.
    assert invoke(["campaign", str(spec), "--store", str(store), "--backend", "serial"]) == 0
    shown = capsys.readouterr().out
    for word in ("14 points", "regime", "boundary", "map.png", "report.html", "regimap query"):
        assert word in shown
    assert (store / "map.png").read_bytes().startswith(b"\x89PNG")
    page = (store / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "http://" not in page
    assert "https://" not in page


def test_query_gives_each_form(store: Path, capsys, tmp_path: Path) -> None:
    sql = "select status, count(*) as n from trials group by 1 order by 1"
    assert invoke(["query", str(store), sql]) == 0
    assert "status" in capsys.readouterr().out
    assert invoke(["query", str(store), sql, "--csv"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "status,n"
    assert invoke(["query", str(store), sql, "--json"]) == 0
    assert sum(row["n"] for row in json.loads(capsys.readouterr().out)) == 56
    target = tmp_path / "out.csv"
    assert invoke(["query", str(store), sql, "--csv", "-o", str(target)]) == 0
    assert target.read_text().startswith("status,n")


def test_status_regimes_map_and_report_tell_of_the_campaign(store: Path, capsys, tmp_path: Path) -> None:
    assert invoke(["status", str(store)]) == 0
    assert "56 of 56 planned trials" in capsys.readouterr().out
    assert invoke(["regimes", str(store), "--k", "2"]) == 0
    assert "label_version" in capsys.readouterr().out
    assert invoke(["regimes", str(store), "--k", "2", "--json"]) == 0
    assert {row["cluster"] for row in json.loads(capsys.readouterr().out)["labels"]} == {0, 1}
    assert invoke(["map", str(store), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert sum(regime["area"] for regime in summary["regimes"]) == pytest.approx(1.0, abs=1e-4)
    assert len(summary["points"]) == 14
    for suffix in (".png", ".svg", ".pdf"):
        assert invoke(["map", str(store), "-o", str(tmp_path / f"map{suffix}")]) == 0
        assert (tmp_path / f"map{suffix}").stat().st_size > 1000
    assert invoke(["report", str(store), "-o", str(tmp_path / "page.html")]) == 0
    assert "Reproduce" in (tmp_path / "page.html").read_text()


def test_a_campaign_over_one_axis_has_a_report_and_a_picture(tmp_path: Path, capsys) -> None:
    one = SMALL.replace('sound_speed = { low = 0.05, high = 1.0, scale = "log" }', "")
    spec = tmp_path / "one.toml"
    spec.write_text(one.replace("[fixed]", "[fixed]\nsound_speed = 0.3").replace("budget = 14", "budget = 8"))
    store = tmp_path / "store"
    assert invoke(["campaign", str(spec), "--store", str(store), "--backend", "serial"]) == 0
    assert str(store / "map.png") in capsys.readouterr().out
    assert (store / "map.png").read_bytes().startswith(b"\x89PNG")
    assert "The probability of each regime" in (store / "report.html").read_text()
    assert invoke(["map", str(store), "-o", str(tmp_path / "map.svg")]) == 0
    capsys.readouterr()
    assert invoke(["map", str(store), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["boundary_kind"] == "places"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["query", "{store}", "selec 1"], ["syntax error"]),
        (["query", "{store}", "select nothing from trials"], ["nothing"]),
        (["query", "{store}", "drop view trials"], ["SELECT"]),
        (["query", "{missing}", "select 1"], ["nowhere"]),
        (["status", "{missing}"], ["nowhere"]),
        (["map", "{missing}"], ["nowhere"]),
        (["map", "{store}", "-o", "map.bmp"], [".png", "map.bmp"]),
        (["regimes", "{store}", "--k", "1000"], ["1000"]),
        (["run", "{missing}.toml", "--store", "{missing}"], ["nowhere.toml"]),
        (["run", "{spec}", "--store", "{spec}", "--backend", "serial"], ["spec.toml"]),
        (["run", "{spec}"], ["--store"]),
        (["run", "{spec}", "--store", "{missing}", "--backend", "threads"], ["threads", "process"]),
        (["run", "{spec}", "--store", "{missing}", "--wrokers", "2"], ["--wrokers", "--workers"]),
        (["campaing"], ["campaing"]),
    ],
)
def test_bad_input_exits_2_and_says_why(
    arguments: list[str], words: list[str], store: Path, spec: Path, tmp_path: Path, capsys
) -> None:
    places = {"store": str(store), "spec": str(spec), "missing": str(tmp_path / "nowhere")}
    assert invoke([argument.format(**places) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    for word in words:
        assert word in captured.err
    assert not (tmp_path / "nowhere").exists()


def test_a_store_of_another_model_is_refused(spec: Path, tmp_path: Path, capsys) -> None:
    ExperimentStore.create(tmp_path / "other", model="somebody.else:model")
    assert invoke(["run", str(spec), "--store", str(tmp_path / "other"), "--backend", "serial"]) == 2
    assert "somebody.else:model" in capsys.readouterr().err


def test_failed_trials_exit_1_with_the_count_by_reason(
    spec: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FloatingPointError("no luck")

    monkeypatch.setattr("sweep.checkpointing.Checkpoints.simulate", fail)
    assert invoke(["run", str(spec), "--store", str(tmp_path / "store"), "--backend", "serial"]) == 1
    assert "24 error" in capsys.readouterr().err
    assert invoke(["query", str(tmp_path / "store"), "select distinct reason from trials", "--csv"]) == 0
    assert "FloatingPointError: no luck" in capsys.readouterr().out


def test_ctrl_c_exits_130_and_says_how_to_resume(spec: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sweep.checkpointing.Checkpoints.simulate", interrupt)
    assert invoke(["run", str(spec), "--store", str(tmp_path / "store"), "--backend", "serial"]) == 130
    assert f"Resume with: regimap run {spec}" in capsys.readouterr().err


def test_a_full_store_exits_3_and_says_how_to_go_on(spec: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise WriteError("no space left")

    monkeypatch.setattr("store.store.commit_fragment", full)
    monkeypatch.setattr("sweep.job.policy_of", lambda engine: Policy(patience=0.1, first_wait=0.01))
    assert invoke(["run", str(spec), "--store", str(tmp_path / "store"), "--backend", "serial"]) == 3
    said = capsys.readouterr().err
    assert "no space left" in said
    assert "Resume with: regimap run" in said
