"""The same rows, whoever computes them and however often they are interrupted."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SpecError, SweepSpec, campaign, run
from tests.sweep.conftest import SMALL
from tests.sweep.rows import proposal_rows, series_rows, trial_rows


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    """A finished run and, in the same store's neighbour, a finished campaign."""
    path = tmp_path_factory.mktemp("undisturbed") / "run"
    run(SweepSpec.from_text(SMALL), path, backend="serial")
    return ExperimentStore(path)


@pytest.fixture(scope="module")
def undisturbed_campaign(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path = tmp_path_factory.mktemp("undisturbed") / "campaign"
    campaign(SweepSpec.from_text(SMALL), path, backend="serial")
    return ExperimentStore(path)


def test_a_run_lands_every_trial_once(small: SweepSpec, undisturbed: ExperimentStore) -> None:
    rows = trial_rows(undisturbed)
    assert len(rows) == 6 * 2 * 2
    assert set(undisturbed.statuses().values()) <= {"complete", "escaped"}


def test_running_twice_is_running_once(small: SweepSpec, undisturbed: ExperimentStore) -> None:
    before = trial_rows(undisturbed), series_rows(undisturbed)
    fragments = sorted(path.name for path in (undisturbed.path / "fragments").iterdir())
    run(small, undisturbed.path, backend="serial")
    assert (trial_rows(undisturbed), series_rows(undisturbed)) == before
    assert sorted(path.name for path in (undisturbed.path / "fragments").iterdir()) == fragments


def test_an_overlapping_sweep_shares_its_trials(small_text: str, tmp_path: Path) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    run(SweepSpec.from_text(small_text.replace("n = 6", "n = 2")), store, backend="serial")
    first = store.statuses()
    more = run(SweepSpec.from_text(small_text.replace("n = 6", "n = 3")), store, backend="serial")
    assert len(store.statuses()) == 12
    assert first.keys() <= store.statuses().keys()
    assert sum(count for _, count in more.statuses) == 12


def test_processes_give_the_same_rows(small: SweepSpec, undisturbed: ExperimentStore, tmp_path: Path) -> None:
    path = tmp_path / "store"
    run(small, path, backend="process", workers=2)
    assert trial_rows(ExperimentStore(path)) == trial_rows(undisturbed)
    assert series_rows(ExperimentStore(path)) == series_rows(undisturbed)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sweep.cli", *arguments]


def killed_at_random(arguments: list[str], seed: int, within: float) -> bool:
    """Start a command, kill its whole session at a random moment; whether it was still running."""
    process = subprocess.Popen(
        command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    time.sleep(random.Random(seed).uniform(0.3, within))
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return alive


def resumed(arguments: list[str]) -> None:
    subprocess.run(command(*arguments), check=True, capture_output=True, timeout=240)


@pytest.mark.parametrize("backend", ["serial", "process"])
def test_a_run_killed_again_and_again_ends_in_the_same_rows(
    small_text: str, undisturbed: ExperimentStore, tmp_path: Path, backend: str
) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(small_text)
    path = tmp_path / "store"
    arguments = ["run", str(spec), "--store", str(path), "--backend", backend, "--workers", "2"]
    killed = sum(killed_at_random(arguments, seed, within=4.5) for seed in range(3))
    assert killed > 0
    resumed(arguments)
    assert trial_rows(ExperimentStore(path)) == trial_rows(undisturbed)
    assert series_rows(ExperimentStore(path)) == series_rows(undisturbed)


def test_a_campaign_killed_again_and_again_proposes_the_same_points(
    small_text: str, undisturbed_campaign: ExperimentStore, tmp_path: Path
) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(small_text)
    path = tmp_path / "store"
    arguments = ["campaign", str(spec), "--store", str(path), "--backend", "process", "--workers", "2"]
    killed = sum(killed_at_random(arguments, seed, within=9.0) for seed in range(4))
    assert killed > 0
    resumed(arguments)
    store = ExperimentStore(path)
    assert proposal_rows(store) == proposal_rows(undisturbed_campaign)
    assert trial_rows(store) == trial_rows(undisturbed_campaign)


def test_a_larger_budget_extends_a_finished_campaign(small: SweepSpec, tmp_path: Path) -> None:
    path = tmp_path / "store"
    campaign(small, path, budget=9, backend="serial")
    assert len(proposal_rows(ExperimentStore(path))) == 9
    outcome, labelling = campaign(small, path, budget=11, backend="serial")
    assert len(proposal_rows(ExperimentStore(path))) == 11
    assert "11 points" in str(outcome.stop_reason)
    assert labelling is not None


def test_rounds_are_conditioned_on_the_round_before_the_last(undisturbed_campaign: ExperimentStore) -> None:
    rows = undisturbed_campaign.rows("proposals")
    assert [row["round"] for row in rows] == sorted(row["round"] for row in rows)
    for row in rows:
        before = [r["point_id"] for r in rows if r["round"] == row["round"] - 1]
        assert row["conditioned_on"] == max(row["round"] - 2, -1)
        assert row["pending"] == before
    assert {row["why"] for row in rows[:6]} == {"startup"}
    assert "boundary" in {row["why"] for row in rows}


def test_nothing_is_written_for_a_point_that_cannot_be_resolved(small_text: str, tmp_path: Path) -> None:
    spec = SweepSpec.from_text(small_text.replace("max_grid = 2048", "max_grid = 32"))
    for job in (run, campaign):
        with pytest.raises(SpecError, match="max_grid = 32"):
            job(spec, tmp_path / "store", backend="serial")
    assert not (tmp_path / "store").exists()
