"""The same rows, whoever computes them and however often they are interrupted."""

import contextlib
import os
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

# Three chunks: 48 points, two realizations, each with its twin.
LARGER = SMALL.replace("n = 6", "n = 48")


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
    query = "select trial_id, chunk, started_at from trials order by trial_id"
    first = set(store.sql(query).rows())
    more = run(SweepSpec.from_text(small_text.replace("n = 6", "n = 3")), store, backend="serial")
    assert len(store.statuses()) == 12
    assert first <= set(store.sql(query).rows())
    assert sum(count for _, count in more.statuses) == 12


def test_processes_give_the_same_rows(small: SweepSpec, undisturbed: ExperimentStore, tmp_path: Path) -> None:
    path = tmp_path / "store"
    run(small, path, backend="process", workers=2)
    assert trial_rows(ExperimentStore(path)) == trial_rows(undisturbed)
    assert series_rows(ExperimentStore(path)) == series_rows(undisturbed)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sweep.cli", *arguments]


def fragments(store: Path) -> int:
    return len(list((store / "fragments").glob("*-a*"))) if store.exists() else 0


def interrupted(arguments: list[str], store: Path, count: int, how: signal.Signals) -> int | None:
    """Start a command and signal its whole session once `count` fragments stand; None if it had ended."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command(*arguments), stdout=quiet, stderr=quiet, start_new_session=True)
    deadline = time.monotonic() + 120.0
    while fragments(store) < count and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    if process.poll() is not None:
        return None
    os.killpg(process.pid, how)
    return process.wait(timeout=60)


def resumed(arguments: list[str]) -> None:
    subprocess.run(command(*arguments), check=True, capture_output=True, timeout=240)


@pytest.mark.parametrize("backend", ["serial", "process"])
def test_a_run_killed_again_and_again_ends_in_the_same_rows(tmp_path: Path, backend: str) -> None:
    spec, path = tmp_path / "spec.toml", tmp_path / "store"
    spec.write_text(LARGER)
    arguments = ["run", str(spec), "--store", str(path), "--backend", backend, "--workers", "2"]
    assert interrupted(arguments, path, 1, signal.SIGKILL) == -signal.SIGKILL
    half = ExperimentStore(path)
    landed = len(half.statuses())
    assert 0 < landed < 192
    assert interrupted(arguments, path, 2, signal.SIGTERM) in (128 + signal.SIGTERM, -signal.SIGTERM, None)
    resumed(arguments)
    undisturbed = ExperimentStore.create(tmp_path / "undisturbed")
    run(SweepSpec.from_text(LARGER), undisturbed, backend="process", workers=2)
    assert len(undisturbed.statuses()) == 192
    assert trial_rows(ExperimentStore(path)) == trial_rows(undisturbed)
    assert series_rows(ExperimentStore(path)) == series_rows(undisturbed)


def test_a_campaign_killed_again_and_again_proposes_the_same_points(
    small_text: str, undisturbed_campaign: ExperimentStore, tmp_path: Path
) -> None:
    spec, path = tmp_path / "spec.toml", tmp_path / "store"
    spec.write_text(small_text)
    arguments = ["campaign", str(spec), "--store", str(path), "--backend", "process", "--workers", "2"]
    for count in (1, 5, 8):
        assert interrupted(arguments, path, count, signal.SIGKILL) == -signal.SIGKILL
    resumed(arguments)
    store = ExperimentStore(path)
    assert proposal_rows(store) == proposal_rows(undisturbed_campaign)
    assert trial_rows(store) == trial_rows(undisturbed_campaign)


class Killed(BaseException):
    """Stands for the end of the process at this call."""


def test_a_campaign_cut_before_or_after_any_write_continues_the_same(
    small: SweepSpec, undisturbed_campaign: ExperimentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write to the store is a place to die, once before it and once after it."""
    writes = 0
    fatal = -1

    def watched(name: str) -> None:
        original = getattr(ExperimentStore, name)

        def write(self: ExperimentStore, *arguments: object, **options: object) -> object:
            nonlocal writes
            writes += 1
            if 2 * writes - 1 == fatal:
                raise Killed
            result = original(self, *arguments, **options)
            if 2 * writes == fatal:
                raise Killed
            return result

        monkeypatch.setattr(ExperimentStore, name, write)

    for name in ("append", "commit", "keep"):
        watched(name)
    path = tmp_path / "store"
    for place in range(1, 60, 7):
        writes, fatal = 0, place
        with contextlib.suppress(Killed):
            campaign(small, path, backend="serial")
    fatal = -1
    campaign(small, path, backend="serial")
    store = ExperimentStore(path)
    assert proposal_rows(store) == proposal_rows(undisturbed_campaign)
    assert trial_rows(store) == trial_rows(undisturbed_campaign)
    assert series_rows(store) == series_rows(undisturbed_campaign)


def test_a_list_that_grows_is_run_again_and_a_row_listed_twice_is_one_point(
    small_text: str, tmp_path: Path
) -> None:
    listed = small_text.replace('kind = "sobol"\nn = 6', 'kind = "list"\nfile = "points.csv"')
    spec, path = tmp_path / "spec.toml", tmp_path / "store"
    spec.write_text(listed)
    (tmp_path / "points.csv").write_text("disorder,sound_speed\n1.0,0.5\n1.0,0.5\n")
    run(SweepSpec.from_toml(spec), path, backend="serial")
    assert len(ExperimentStore(path).statuses()) == 4
    (tmp_path / "points.csv").write_text("disorder,sound_speed\n1.0,0.5\n2.0,0.5\n")
    outcome = run(SweepSpec.from_toml(spec), path, backend="serial")
    assert len(ExperimentStore(path).statuses()) == 8
    assert sum(count for _, count in outcome.statuses) == 8


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
    assert {row["why"] for row in rows[:6]} == {"startup"}
    assert "boundary" in {row["why"] for row in rows}
    kept = {row["label_version"]: row["k"] for row in undisturbed_campaign.rows("labels")}
    for row in rows:
        # The start-up design waits for nothing.
        last = -1 if row["why"] == "startup" else row["round"] - 2
        assert row["conditioned_on"] == last
        assert row["pending"] == [r["point_id"] for r in rows if last < r["round"] < row["round"]]
        if row["membership"] is not None:
            assert len(row["membership"]) == kept[row["label_version"]]


def test_nothing_is_written_for_a_point_that_cannot_be_resolved(small_text: str, tmp_path: Path) -> None:
    spec = SweepSpec.from_text(small_text.replace("max_grid = 2048", "max_grid = 32"))
    for job in (run, campaign):
        with pytest.raises(SpecError, match="max_grid = 32"):
            job(spec, tmp_path / "store", backend="serial")
    assert not (tmp_path / "store").exists()
