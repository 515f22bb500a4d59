"""Runs of a user's model: rows, columns, failures, and everything that reads them."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from store import ExperimentStore, ModelMismatchError
from sweep import Engine, SweepSpec, campaign, run
from sweep.adding import add_points
from sweep.asking import ask_again, cancel, run_again
from sweep.cli import invoke
from sweep.own_cost import priced
from tests.sweep.conftest import SMALL
from tests.sweep.own_specs import LABELLED, SPEC, STRANGE, TEXT
from tests.sweep.rows import series_rows, trial_rows

SERIAL = Engine(backend="serial")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path = tmp_path_factory.mktemp("own") / "store"
    outcome = run(SPEC, path, engine=SERIAL)
    assert dict(outcome.statuses) == {"complete": 12}
    return ExperimentStore(path)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path = tmp_path_factory.mktemp("strange") / "store"
    run(SweepSpec.from_text(STRANGE), path, engine=SERIAL)
    return ExperimentStore(path)


def rows(store: ExperimentStore, query: str) -> list[tuple]:
    return list(store.sql(query).rows())


def test_parameters_and_outputs_are_columns_with_types(ran: ExperimentStore) -> None:
    described = rows(ran, "select name, type from columns where \"table\" = 'trials'")
    assert {("drive", "double"), ("lambda", "double"), ("mode", "varchar"), ("sites", "double")} < set(
        described
    )
    assert {("rate", "double"), ("grown", "boolean"), ("model_version", "varchar")} < set(described)
    assert ("disorder", "double") not in described
    shown = rows(ran, "describe trials")
    assert {name: kind.lower() for name, kind, *_ in shown} == dict(described)
    found = rows(ran, "select mode, sites, count(*), count(distinct seed) from trials group by all")
    assert found == [("plain", 8.0, 12, 2)]


def test_series_have_the_parameters_beside_them(ran: ExperimentStore) -> None:
    query = 'select avg(size), count(*) from series where drive > 1 and "lambda" < 1 and t = 4'
    ((size, count),) = rows(ran, query)
    assert size == pytest.approx(54.6, rel=0.01)
    assert count == 6
    assert rows(ran, "select count(*) from twins") == [(0,)]
    assert rows(ran, "select count(*), min(complete) from points") == [(6, 2)]


def test_running_it_again_runs_nothing(ran: ExperimentStore) -> None:
    before = trial_rows(ran), series_rows(ran)
    run(SPEC, ran.url, engine=SERIAL)
    assert (trial_rows(ran), series_rows(ran)) == before


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["process", "ray"])
def test_workers_of_all_kinds_give_the_same_rows(
    ran: ExperimentStore, tmp_path: Path, backend: str, capfd: pytest.CaptureFixture[str]
) -> None:
    run(SPEC, tmp_path / "store", engine=Engine(backend=backend, workers=2))
    there = ExperimentStore(tmp_path / "store")
    assert trial_rows(there) == trial_rows(ran)
    assert series_rows(there) == series_rows(ran)
    assert capfd.readouterr().out == ""


def test_each_mistake_is_a_row_that_names_it(failing: ExperimentStore) -> None:
    found = {int(case): rest for case, *rest in rows(failing, 'select "case", status, reason from trials')}
    assert {case for case, (status, _) in found.items() if status == "complete"} == {0, 10}
    assert found[2] == ["invalid", "not a finite number: x"]
    words = {
        1: ["division by zero", "own_models.py", "case=1"],
        3: ["z, which is new"],
        4: ["no y"],
        5: ["(2, 2)"],
        6: ["a number for x", "'text'"],
        7: ["a mapping", "[1.0]"],
        8: ["x", "1j"],
        9: ["one length"],
        11: ["FileNotFoundError: no input.dat", "case=11"],
        12: ["SystemExit: 3"],
    }
    for case, expected in words.items():
        status, reason = found[case]
        assert status == "error", case
        for word in expected:
            assert word in reason
    ((trace,),) = rows(failing, 'select traceback from trials where "case" = 1')
    assert trace.count("  File") == 2
    assert "in inner" in trace


def test_a_mistake_is_not_tried_again_until_it_is_asked_for(failing: ExperimentStore) -> None:
    assert rows(failing, "select max(attempt) from trials") == [(1,)]
    asked = ask_again(failing, '"case" = 11')
    assert (asked.selected, asked.done) == (1, 1)
    outcome = run_again(failing, SERIAL)
    assert dict(outcome.statuses) == {"error": 1}
    assert rows(failing, 'select attempt from trials where "case" = 11') == [(2,)]


def test_planned_trials_are_found_by_their_parameters(tmp_path: Path) -> None:
    failed_fast = Engine(backend="serial", fail_fast=True)
    spec = SweepSpec.from_text(STRANGE.replace("[0, 1,", "[1, 0,"))
    run(spec, tmp_path / "store", engine=failed_fast)
    store = ExperimentStore(tmp_path / "store")
    assert cancel(store, "status = 'queued' and \"case\" > 5").done == 7


def test_two_models_do_not_share_a_store(ran: ExperimentStore) -> None:
    for text in (SMALL, STRANGE):
        with pytest.raises(ModelMismatchError, match="own_models:growth"):
            run(SweepSpec.from_text(text), ran.url, engine=SERIAL)
        with pytest.raises(ModelMismatchError, match="own_models:growth"):
            run(SweepSpec.from_text(text), ran, engine=SERIAL)


def test_another_spec_and_another_version_add_columns_and_rows(tmp_path: Path) -> None:
    path = tmp_path / "store"
    first = TEXT.replace("n = 6", "n = 2")
    run(SweepSpec.from_text(first), path, engine=SERIAL)
    more = first.replace("sites = 8", "sites = 8\ncold = true").replace(
        "realizations = 2", 'model_version = "2"'
    )
    run(SweepSpec.from_text(more), path, engine=SERIAL)
    store = ExperimentStore(path)
    found = rows(store, "select model_version, cold, count(*) from trials group by all order by all")
    assert found == [("1", None, 4), ("2", True, 6)]


def test_what_it_took_is_what_it_will_take(ran: ExperimentStore) -> None:
    trials = SPEC.model.trials(SPEC, {"drive": 1.0, "lambda": 0.0})
    ((mean,),) = rows(ran, "select avg(wall_s) from trials")
    assert [trial.seconds for trial in priced(ran, trials)] == [mean, mean]
    assert [trial.seconds for trial in priced(None, trials)] == [0.0, 0.0]


def test_a_plan_invents_no_cost(
    ran: ExperimentStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "own.toml"
    spec.write_text(TEXT)
    assert invoke(["plan", str(spec), "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["points"], plan["trials"], plan["core_hours"], plan["grid_points"]) == (6, 12, None, None)
    assert invoke(["plan", str(spec)]) == 0
    assert "cost       unknown" in capsys.readouterr().out
    spec.write_text(TEXT.replace("realizations = 2", "realizations = 2\ntrial_seconds = 300.0"))
    assert invoke(["plan", str(spec), "--within", "0.5"]) == 0
    said = capsys.readouterr().out
    assert "1 core-hours, by trial_seconds" in said
    assert "within 30 min: 2 workers" in said
    assert invoke(["plan", str(spec), "--store", ran.url, "--campaign"]) == 0
    assert "by the mean of 12 past trials" in capsys.readouterr().out


def test_a_missing_function_stops_it_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "own.toml"
    spec.write_text(TEXT.replace("tests.sweep.own_models", "nowhere_to_be_found"))
    for command in ("run", "campaign"):
        assert invoke([command, str(spec), "--store", str(tmp_path / "store"), "--backend", "serial"]) == 2
        assert str(tmp_path) in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_no_single_trajectory_is_simulated_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "own.toml"
    spec.write_text(TEXT)
    assert invoke(["simulate", str(spec), "--set", "drive=1"]) == 2
    assert "tests.sweep.own_models:growth; call that function" in capsys.readouterr().err


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explored") / "store"
    campaign(SweepSpec.from_text(LABELLED), path, engine=SERIAL)
    return path


def test_a_campaign_finds_the_boundary(explored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["map", str(explored), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {regime["regime"] for regime in found["regimes"]} == {"driven", "weakly driven"}
    assert len(found["points"]) == 8
    for point in found["points"]:
        assert point["regime"] == ("driven" if point["drive"] > 1.0 else "weakly driven")


@pytest.mark.slow
def test_every_command_reads_it(explored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, csv = str(explored), tmp_path / "trials.csv"
    for arguments in (
        ["report", store, "-o", str(tmp_path / "report.html")],
        ["status", store],
        ["regimes", store],
        ["export", store, "--to", "csv", "-o", str(csv)],
        ["query", store, "select regime, count(*) from points group by all", "--csv"],
    ):
        assert invoke(arguments) == 0, capsys.readouterr().err
    assert csv.read_text().startswith("trial_id,point_id,")
    said = capsys.readouterr().out
    assert "8 points as the model says in regime" in said
    assert "agreement with the rules" not in said


@pytest.mark.slow
def test_its_store_is_cared_for(explored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, other = str(explored), str(tmp_path / "other")
    for arguments in (
        ["map", store, "-o", str(tmp_path / "map.png")],
        ["export", store, "--to", "parquet", "-o", str(tmp_path / "trials.parquet")],
        ["export", store, "--to", "netcdf", "-o", str(tmp_path / "own.nc")],
        ["compact", store],
        ["verify", store],
        ["merge", other, store],
        ["verify", other],
    ):
        assert invoke(arguments) == 0, capsys.readouterr().err
    assert trial_rows(ExperimentStore(other)) == trial_rows(ExperimentStore(store))


def test_points_are_added_by_their_axes(explored: Path) -> None:
    added = add_points(ExperimentStore(explored), [{"drive": 0.7}])
    assert len(added.points) == 1
    assert not add_points(ExperimentStore(explored), [{"drive": 0.7}]).points


FAILING = LABELLED.replace("labelled", "failing").replace('label = "regime"', 'label = "phase"')


def explore(text: str, place: Path) -> int:
    (place / "spec.toml").write_text(text)
    return invoke(["campaign", str(place / "spec.toml"), "--store", str(place / "s"), "--backend", "serial"])


def test_a_campaign_whose_trials_all_fail_tells_of_the_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explore(FAILING.replace("sites = 8", "never = true"), tmp_path) == 1
    said = capsys.readouterr().err
    assert "points whose trials all say their regime in phase, found none; see regimap status" in said
    assert "known: none" not in said


def test_a_misspelt_label_ends_a_campaign_at_its_first_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explore(FAILING.replace('"phase"', '"phasse"'), tmp_path) == 2
    assert "expected a scalar phasse" in capsys.readouterr().err
    assert 0 < len(ExperimentStore(tmp_path / "s").statuses()) < 12


def test_points_without_a_regime_are_counted_and_the_question_can_be_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.cli.jobs._draw", lambda *_: None)
    version = """model_version = "1's $HOME"\nrealizations = 1"""
    text = FAILING.replace("realizations = 2", version).replace("budget = 8", "budget = 6")
    assert explore(text, tmp_path) == 1
    said = capsys.readouterr().out
    unnamed = re.search(r"(\d+) of all without a regime", said)
    store = ExperimentStore(tmp_path / "s")
    ((failed,),) = rows(store, "select count(*) from points where error > 0")
    assert unnamed is not None
    assert int(unnamed[1]) == failed > 0
    command = said.strip().splitlines()[-1]
    shell = ["bash", "-c", f'regimap() {{ printf "%s" "$3"; }}; {command}']
    query = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    assert 'avg("case")' in query
    assert len(rows(store, query)) == 6


def test_regimes_are_found_among_trials_of_one_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for version in ("1", "2"):
        text = LABELLED.replace("realizations = 2", f'realizations = 1\nmodel_version = "{version}"')
        run(SweepSpec.from_text(text), tmp_path / "s", engine=SERIAL)
    store = ExperimentStore(tmp_path / "s")
    found = rows(store, "select model_version, count(*) from points group by all order by all")
    assert found == [("1", 6), ("2", 6)]
    assert invoke(["regimes", str(tmp_path / "s"), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["series"], content["other_versions"]) == (6, 6)
    assert invoke(["regimes", str(tmp_path / "s")]) == 0
    assert "6 trials of another model_version are left out" in capsys.readouterr().err
    labelled = "select distinct model_version from points where regime is not null"
    assert rows(store, labelled) == [("2",)]
