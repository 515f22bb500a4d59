import optuna
import pytest

from learn import (
    BoundarySampler,
    InvalidSettingError,
    InvalidSpaceError,
    Observation,
    propose,
    rebuild_study,
)


@pytest.fixture
def ledger(space, soft_membership):
    X = space.sobol(14, seed=0)
    shares = soft_membership(space.to_unit(X)).tolist()
    return [Observation(space.point(x), share) for x, share in zip(X, shares, strict=True)]


def test_proposals_repeat_and_do_not_depend_on_what_is_not_yet_known(space, ledger):
    sampler = BoundarySampler(space, n_startup=12)
    pending = [Observation(each.point, each.membership, pending=True) for each in ledger[12:]]
    unknown = [Observation(each.point, None, pending=True) for each in ledger[12:]]
    first, second = (propose(rebuild_study(sampler, ledger[:12] + late), 4) for late in (pending, unknown))
    assert first == second
    assert first != propose(rebuild_study(sampler, ledger), 4)
    assert [proposal.why for proposal in first] == ["boundary"] * 4


def test_a_batch_of_four_equals_two_of_two_with_the_first_pending(space, ledger):
    sampler = BoundarySampler(space, n_startup=12)
    four = propose(rebuild_study(sampler, ledger), 4)
    two = propose(rebuild_study(sampler, ledger), 2)
    late = [Observation(proposal.point, pending=True) for proposal in two]
    assert two + propose(rebuild_study(sampler, ledger + late), 2) == four


def test_trials_have_the_states_of_the_ledger(space, ledger):
    failed = Observation({**ledger[0].point, "temperature": 1.0})
    study = rebuild_study(
        BoundarySampler(space), [ledger[0], failed, Observation(ledger[1].point, pending=True)]
    )
    states = [trial.state.name for trial in study.trials]
    assert states == ["COMPLETE", "FAIL", "RUNNING"]
    assert study.trials[1].params == ledger[0].point
    # a pending trial is not handed out again
    assert propose(study, 1)[0].point != ledger[1].point


def test_points_rounded_by_a_ledger_stay_on_the_edge_and_others_are_refused(space):
    edge = {"disorder": 4.0 * (1 + 1e-12), "sound_speed": 0.05 * (1 - 1e-12)}
    study = rebuild_study(BoundarySampler(space), [Observation(edge)])
    assert study.trials[0].params == {"disorder": 4.0, "sound_speed": 0.05}
    with pytest.raises(InvalidSpaceError, match=r"outside on \['disorder'\]"):
        rebuild_study(BoundarySampler(space), [Observation({"disorder": 5.0, "sound_speed": 0.5})])
    with pytest.raises(InvalidSpaceError, match="sound_speed"):
        rebuild_study(BoundarySampler(space), [Observation({"disorder": 1.0})])


def test_a_study_of_another_sampler_is_refused():
    with pytest.raises(InvalidSettingError, match="BoundarySampler"):
        propose(optuna.create_study(sampler=optuna.samplers.RandomSampler()), 1)
