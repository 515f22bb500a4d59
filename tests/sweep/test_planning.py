"""What a spec asks for, before anything runs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec, plan_campaign, plan_design
from sweep.cost import trial_cost
from sweep.errors import SpecError
from sweep.identity import canonical_json
from sweep.planning import campaign_rounds, check_resolvable, design_trials


def test_a_design_is_counted_and_priced(small: SweepSpec) -> None:
    plan, trials = plan_design(small), design_trials(small)
    assert (plan.points, plan.trials, plan.chunks) == (6, 24, 1)
    assert plan.core_hours == pytest.approx(sum(map(trial_cost, trials)) / 3600.0)
    assert plan.grid_points[0] <= plan.grid_points[1] <= small.numerics.max_grid
    assert 0.0 < plan.dt[0] <= plan.dt[1]
    assert plan.store_mb > 0.0


def test_a_campaign_spends_its_budget_in_rounds(small: SweepSpec) -> None:
    plan, rounds = plan_campaign(small, 7), campaign_rounds(small, 7)
    assert (plan.points, plan.trials) == (7, 28)
    assert [len(trials) for trials in rounds] == [8, 8, 8, 4]
    # A chunk never spans two rounds.
    assert plan.chunks == 4


def test_points_that_a_store_has_proposed_are_planned_as_they_are(small: SweepSpec, tmp_path: Path) -> None:
    store = ExperimentStore.create(tmp_path / "s")
    points = [{"disorder": 0.5, "sound_speed": 0.1 * n} for n in (1, 2, 3)]
    shared = {"campaign": small.campaign_identity, "why": "startup", "conditioned_on": -1}
    rows = [
        shared | {"round": n // 2, "slot": n % 2, "point_id": str(n), "point": canonical_json(point)}
        for n, point in enumerate(points)
    ]
    store.append("proposals", "first", rows[:2])
    store.append("proposals", "second", [rows[2], rows[2] | {"campaign": "another"}])
    rounds = campaign_rounds(small, 5, store)
    assert [len(trials) for trials in rounds] == [8, 8, 4]
    speeds = [trial.scenario.sound_speed for trials in rounds for trial in trials[::4]]
    assert speeds[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert (
        rounds[1][4:] + rounds[2] == [trial for trials in campaign_rounds(small, 5) for trial in trials][12:]
    )


def test_a_point_that_no_grid_resolves_is_named(small: SweepSpec) -> None:
    tight = replace(small, numerics=replace(small.numerics, max_grid=64))
    for planned in (plan_design, lambda spec: plan_campaign(spec, 4), check_resolvable):
        with pytest.raises(SpecError, match="grid"):
            planned(tight)


def test_a_plan_is_plain_data(small: SweepSpec) -> None:
    assert json.loads(json.dumps(plan_design(small).__dict__))["points"] == 6


def test_a_design_without_points_is_refused(small_text: str, tmp_path: Path) -> None:
    listed = small_text.replace('kind = "sobol"\nn = 6', 'kind = "list"\nfile = "points.csv"')
    (tmp_path / "points.csv").write_text("disorder,sound_speed\n")
    with pytest.raises(SpecError, match="at least one point, got none"):
        plan_design(SweepSpec.from_text(listed, directory=str(tmp_path)))
