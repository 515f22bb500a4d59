"""What points cost, relative to each other."""

from dataclasses import replace

import numpy as np
import pytest

from store import ExperimentStore
from sweep import SweepSpec
from sweep.chunk import point_trials
from sweep.cost import trial_cost
from sweep.deciding import Decider
from sweep.point_cost import PointCost
from sweep.rounds import Round, search_space
from tests.sweep.campaigns import SPEC, TEXT


def test_costs_follow_the_cost_model_and_are_one_on_average() -> None:
    spec = SweepSpec.from_text(TEXT.replace("t_final = 40.0", "t_final = 400.0"))
    space = search_space(spec)
    cost = PointCost(spec, space)
    points = [space.point(row) for row in space.sobol(64, 3)]
    relative = np.array([cost(point) for point in points])
    exact = np.array([sum(map(trial_cost, point_trials(spec, point))) for point in points])
    assert relative.max() > 1.5 * relative.min()
    assert relative.mean() == pytest.approx(1.0, rel=0.3)
    assert np.median(np.abs(np.log(relative / exact * exact.mean() / relative.mean()))) < 0.2


def test_a_campaign_that_minds_no_cost_is_the_one_it_always_was() -> None:
    plain = SweepSpec.from_text(TEXT.replace("startup = 6", "startup = 6\ncost_aware = false"))
    minding = SweepSpec.from_text(TEXT.replace("startup = 6", "startup = 6\ncost_aware = true"))
    assert plain.campaign_identity == SPEC.campaign_identity
    assert minding.campaign_identity != SPEC.campaign_identity
    assert SweepSpec.from_text(minding.to_text()) == replace(minding, directory="")


def test_only_a_campaign_that_minds_it_asks_for_costs(tmp_path) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    minding = replace(SPEC, campaign=replace(SPEC.campaign, cost_aware=True))
    for spec, asks in ((SPEC, False), (minding, True)):
        sampler = Decider(spec, store, Round(-1))._sampler([])
        assert (getattr(sampler, "cost", None) is not None) == asks
