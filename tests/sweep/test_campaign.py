"""Campaigns: what decides their points, what ends them, and what nothing may change."""

import contextlib
import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from store import ExperimentStore
from sweep import Engine, SweepSpec, add_points
from sweep.analysis import latest_campaign
from sweep.campaigning import CampaignSource
from sweep.cli import invoke
from sweep.deciding import Decider, Verdict, changed_share
from sweep.overview import read_overview
from sweep.rounds import search_space
from sweep.taken_over import startup_left
from tests.sweep.campaigns import SPEC, TEXT, designed, explored, proposals
from tests.sweep.rows import proposal_rows, trial_rows
from tests.sweep.shapes import ISLAND, TWO, two

POINT = {"disorder": 1.1, "sound_speed": 0.2}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path = tmp_path_factory.mktemp("undisturbed") / "store"
    explored(path)
    return ExperimentStore(path)


@pytest.fixture
def store(tmp_path: Path) -> ExperimentStore:
    return ExperimentStore.create(tmp_path / "store")


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.slow
def test_points_do_not_depend_on_how_many_workers_there_are(
    undisturbed: ExperimentStore, store: ExperimentStore
) -> None:
    explored(store, backend="process", workers=3)
    assert proposal_rows(store) == proposal_rows(undisturbed)
    assert trial_rows(store) == trial_rows(undisturbed)


@pytest.mark.slow
def test_points_do_not_depend_on_where_it_is_cut(
    undisturbed: ExperimentStore, store: ExperimentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after what it decides, and while what was decided is written."""
    calls, fatal = 0, 0

    def cut(original):
        def called(*arguments, **options):
            nonlocal calls
            calls += 1
            if calls == fatal:
                raise Killed
            return original(*arguments, **options)

        return called

    monkeypatch.setattr(Decider, "decide", cut(Decider.decide))
    monkeypatch.setattr(ExperimentStore, "append", cut(ExperimentStore.append))
    for place in (2, 5, 7, 9, 10, 11):
        calls, fatal = 0, place
        with contextlib.suppress(Killed):
            explored(store)
    fatal = 0
    explored(store)
    assert proposal_rows(store) == proposal_rows(undisturbed)
    assert len(store.statuses()) == len(undisturbed.statuses())


def test_nothing_waits_for_a_decision(
    undisturbed: ExperimentStore, store: ExperimentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = Decider.decide

    def slowly(*arguments, **settings):
        time.sleep(0.5)
        return decide(*arguments, **settings)

    source = CampaignSource(SPEC, store, 12)
    startup = source.take()
    assert len(startup) == 6
    assert not source.thinking
    monkeypatch.setattr(Decider, "decide", slowly)
    # The first round is complete.
    for chunk in startup[:3]:
        rows = {trial.trial_id: trial.row() | two(trial)[0] for trial in chunk.trials}
        series = {trial.trial_id: two(trial)[1] for trial in chunk.trials}
        store.commit(chunk.name, list(rows.values()), series)
        source.landed(chunk)
    began = time.monotonic()
    assert source.take() == []
    assert time.monotonic() - began < 0.4
    assert source.thinking
    while source.thinking:
        time.sleep(0.05)
        more = source.take()
    assert [chunk.trials[0].point_id for chunk in more] == [
        row["point_id"] for row in proposals(undisturbed) if row["round"] == 2
    ]


def test_what_is_decided_in_vain_is_given_up(store: ExperimentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def deciding(decider, *arguments, **settings):
        seen.append(decider.abandoned.wait(10.0))

    source = CampaignSource(SPEC, store, 12)
    for chunk in source.take():
        source.landed(chunk)
    monkeypatch.setattr(Decider, "decide", deciding)
    # It is under way: not the beginning, where it would be waited for.
    assert source.take() == []
    source.leave()
    assert seen == [True]


def test_an_error_in_a_decision_ends_the_campaign(
    store: ExperimentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise FloatingPointError("no map")

    monkeypatch.setattr(Decider, "_verdict", fails)
    with pytest.raises(FloatingPointError, match="no map"):
        explored(store)


class TestEnding:
    def test_the_reason_is_kept_and_only_a_larger_budget_goes_past_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
    ) -> None:
        monkeypatch.setattr("sweep.cli.engine.Engine", partial(Engine, simulator=TWO))
        monkeypatch.setattr("sweep.cli.jobs._present", lambda *_: None)
        spec, store = tmp_path / "spec.toml", ExperimentStore.create(tmp_path / "store")
        spec.write_text(TEXT.replace("wrong_area = 0.0", "wrong_area = 0.9").replace("= 12\n", "= 21\n"))
        command = ["campaign", str(spec), "--store", str(store.path), "--backend", "serial"]
        assert invoke(command) == 0
        before = proposals(store)
        capsys.readouterr()
        assert invoke(["status", str(store.path), "--json"]) == 0
        (said,) = json.loads(capsys.readouterr().out)["campaigns"]
        assert said["stop_reason"].startswith("target reached")
        assert (said["points"], said["regimes"]) == (len(before), 2)
        assert 0.0 < said["wrong_area"] < 0.9
        # It is not asked again.
        with monkeypatch.context() as patch:
            patch.setattr(Decider, "decide", None)
            assert invoke(command) == 0
        capsys.readouterr()
        assert invoke([*command, "--budget", "22"]) == 0
        told = capsys.readouterr().err
        assert "it had stopped (target reached" in told
        assert "until 22 points are spent" in told
        assert proposals(store)[: len(before)] == before
        assert len(proposals(store)) == 22
        assert invoke(["status", str(store.path)]) == 0
        told = capsys.readouterr().out
        assert "the budget of 22 points is spent; before it was extended: target reached" in told

    def test_status_tells_of_the_map_that_is_drawn(self, store: ExperimentStore) -> None:
        for budget in (9, 12):
            explored(store, budget=budget)
            drawn = latest_campaign(store)
            (told,) = read_overview(store).campaigns
            assert told.wrong_area == pytest.approx(drawn.regime_map.wrong_area())
            assert told.label_version == drawn.labelling.version
            assert told.stop_reason == f"the budget of {budget} points is spent"

    def test_added_points_do_not_make_a_map_stable(self, store: ExperimentStore) -> None:
        explored(store, budget=9)
        for step in range(5):
            add_points(store, [{"disorder": 0.21 + 0.01 * step, "sound_speed": 0.06}])
        explored(store, budget=9)
        outcome = explored(store, budget=12)
        assert "map stable" not in str(outcome.stop_reason)
        assert sum(row["why"] != "enqueued" for row in proposals(store)) == 12

    def test_an_extended_campaign_is_the_one_that_was_longer_from_the_start(
        self, undisturbed: ExperimentStore, store: ExperimentStore
    ) -> None:
        explored(store, budget=9)
        assert len(proposals(store)) == 9
        explored(store)
        assert proposal_rows(store) == proposal_rows(undisturbed)


class TestTakingOver:
    def test_points_of_an_earlier_sweep_are_evidence_and_cost_no_budget(self, store: ExperimentStore) -> None:
        designed(store, TEXT.replace("n = 6", "n = 4"))
        explored(store, budget=6)
        rows = proposals(store)
        given = [row for row in rows if row["round"] == -1]
        assert len(given) == 4
        assert {row["why"] for row in given} == {"given"}
        assert len(rows) - len(given) == 6
        # They spare some of the start-up design, and the first round chosen at a boundary knows of them.
        left = startup_left(search_space(SPEC), 6, 0, [json.loads(row["point"]) for row in given])
        assert 0 < left < 6
        assert sum(row["why"] == "startup" for row in rows) == left
        (told,) = (sweep for sweep in read_overview(store).sweeps if sweep.command == "campaign")
        assert (told.planned, told.landed, told.left) == (12, 12, 0)
        first = next(row for row in rows if row["why"] == "boundary")
        assert first["label_version"] is not None

    def test_it_keeps_to_those_that_it_began_with(self, store: ExperimentStore) -> None:
        designed(store)
        explored(store, budget=3)
        designed(store, TEXT.replace("n = 6", "n = 9"))
        other = ExperimentStore.create(store.path.parent / "other")
        designed(other)
        for each in (store, other):
            explored(each, budget=6)
        assert proposal_rows(store) == proposal_rows(other)

    @pytest.mark.parametrize(
        "change", [("t_final = 40.0", "t_final = 41.0"), ("realizations = 2", "realizations = 1"),
                   ("wavenumber = 0.5", "wavenumber = 0.6")]
    )  # fmt: skip
    def test_points_with_other_trials_or_too_few_are_not_taken(
        self, store: ExperimentStore, change: tuple[str, str]
    ) -> None:
        designed(store, TEXT.replace(*change))
        assert CampaignSource(SPEC, store, 12).before.rows == ()

    def test_points_outside_of_the_box_are_not_taken(self, store: ExperimentStore) -> None:
        designed(store)
        inner = SweepSpec.from_text(TEXT.replace("low = 0.2", "low = 1.0"))
        points = CampaignSource(inner, store, 12).before.points
        assert 0 < len(points) < 6
        assert all(point["disorder"] >= 1.0 for point in points)

    def test_a_campaign_from_before_it_was_recorded_takes_none(
        self, undisturbed: ExperimentStore, store: ExperimentStore
    ) -> None:
        campaign = SPEC.campaign_identity
        store.append("proposals", f"{campaign}-r0000", undisturbed.rows("proposals", f"{campaign}-r0000"))
        designed(store)
        assert CampaignSource(SPEC, store, 12).before.rows == ()


class TestAdding:
    def test_added_points_are_run_and_known_ever_after(self, store: ExperimentStore) -> None:
        explored(store, budget=9)
        added = add_points(store, [POINT])
        assert added.round == 3
        assert explored(store, budget=9).stop_reason == "the budget of 9 points is spent"
        explored(store)
        rows = proposals(store)
        (row,) = [row for row in rows if row["why"] == "enqueued"]
        assert (row["round"], row["slot"], row["conditioned_on"]) == (3, 0, None)
        assert json.loads(row["point"]) == POINT
        assert len(rows) == 13
        assert rows[-1]["pending"] == [row["point_id"]]
        assert len(store.statuses()) == 26

    def test_points_added_while_it_decides_go_first_and_a_kill_changes_nothing(
        self, store: ExperimentStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        decide, append = Decider.decide, ExperimentStore.append
        place, fatal = store, "nothing"

        def decided(decider, rounds, *arguments, **settings):
            if len(rounds) == 2:
                add_points(place, [POINT])
            return decide(decider, rounds, *arguments, **settings)

        def appended(store, table, name, rows):
            if table == "proposals" and name.endswith(fatal):
                raise Killed
            return append(store, table, name, rows)

        monkeypatch.setattr(Decider, "decide", decided)
        monkeypatch.setattr(ExperimentStore, "append", appended)
        explored(store, budget=9)
        assert [row["why"] for row in proposals(store) if row["round"] == 2] == ["enqueued"]
        assert len(proposals(store)) == 10
        # The same once more, killed after the point was added, and with nobody adding afterwards.
        place, fatal = ExperimentStore.create(store.path.parent / "other"), "r0003"
        with pytest.raises(Killed):
            explored(place, budget=9)
        monkeypatch.undo()
        explored(place, budget=9)
        assert proposal_rows(place) == proposal_rows(store)

    def test_a_driver_at_work_runs_them_even_where_it_would_have_ended(self, store: ExperimentStore) -> None:
        row = {"sweep": "campaign-x", "name": "x", "command": "campaign", "spec": TEXT}
        store.append("sweeps", "campaign-x", [row])
        source = CampaignSource(SPEC, store, 6)
        assert len(source.take()) == 6
        assert source.exhausted
        added = add_points(store, [POINT])
        (chunk,) = source.take()
        assert {trial.point_id for trial in chunk.trials} == {added.points[0][0]}
        assert source.exhausted
        assert source.expected == 14

    def test_points_added_before_the_first_round_shorten_no_start(self, store: ExperimentStore) -> None:
        row = {"sweep": "campaign-x", "name": "x", "command": "campaign", "spec": TEXT}
        store.append("sweeps", "campaign-x", [row])
        assert add_points(store, [POINT]).round == 0
        source = CampaignSource(SPEC, store, 12)
        assert len(source.take()) == 1 + 6
        assert [members.others for members in source.rounds] == [1, 0, 0]
        assert {row["why"] for row in proposals(store)} == {"enqueued", "startup"}


@pytest.mark.slow
def test_a_regime_that_appears_late_is_found_and_nothing_is_lost(store: ExperimentStore) -> None:
    """Hardly a point meets it until some are added there: then everything is labelled and planned anew."""
    spec = replace(SPEC, campaign=replace(SPEC.campaign, batch=6))
    explored(store, spec, simulator=ISLAND, budget=18)
    before = proposals(store)
    assert known_regimes(store)[-1] == 2
    unit = [(0.82, 0.8), (0.79, 0.75), (0.86, 0.77), (0.81, 0.85)]
    space = search_space(spec)
    add_points(store, [space.point(row) for row in space.from_unit(unit)])
    outcome = explored(store, spec, simulator=ISLAND, budget=36)
    assert dict(outcome.statuses) == {"complete": 80}
    assert proposals(store)[: len(before)] == before
    assert known_regimes(store)[-1] == 3
    for row in proposals(store):
        if row["membership"] is not None:
            (k,) = {label["k"] for label in store.rows("labels", row["label_version"])}
            assert len(row["membership"]) == k


def known_regimes(store: ExperimentStore) -> list[int]:
    """Regimes on the map, decision by decision."""
    rows = sorted(store.rows("rounds"), key=lambda row: (row["round"], row["stop_reason"] is None))
    return [row["regimes"] for row in rows if row["regimes"] is not None]


class Labels:
    """As much of a labelling as the comparison of maps needs."""

    def __init__(self, clusters: dict[str, int]) -> None:
        self.clusters = {(point, False): cluster for point, cluster in clusters.items()}
        self.keys = tuple(self.clusters)
        self.names = tuple(map(str, range(max(clusters.values()) + 1)))


def test_maps_are_compared_whatever_their_regimes_are_numbered() -> None:
    before = Verdict(Labels({"a": 0, "b": 1, "c": 1}), 2, 0.1, np.array([0, 0, 1, 1]))
    same = Verdict(Labels({"a": 1, "b": 0, "c": 0, "d": 0}), 2, 0.1, np.array([1, 1, 0, 0]))
    assert changed_share(before, same) == 0.0
    late = Verdict(Labels({"d": 0, "a": 2, "b": 1, "c": 1}), 3, 0.1, np.array([2, 0, 1, 1]))
    assert changed_share(before, late) == 0.25
