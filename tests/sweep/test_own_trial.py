"""Trials of a user's model: identity, seeds, round trips."""

import pickle
from dataclasses import replace

from sweep import SweepSpec
from sweep.chunk import trial_from_text
from sweep.own_trial import OwnTrial
from tests.sweep.own_specs import SPEC, TEXT

PLAIN = OwnTrial("rotor:simulate", "1", (("damping", 0.1), ("kick", 2.0), ("sites", 8)), seed=0)


def test_ids_are_what_they_have_always_been() -> None:
    assert PLAIN.canonical() == (
        '{"model":"rotor:simulate","model_version":"1","parameters":{"damping":0.1,"kick":2.0,"sites":8},'
        '"realization":0,"seed":0}'
    )
    assert PLAIN.trial_id == "bd86a5234bc05ae2b686"
    assert PLAIN.point_id == replace(PLAIN, realization=3).point_id == "3c6bcfe5abd9648a749d"
    assert PLAIN.function_seed == 534665901


def test_what_decides_the_numbers_enters_and_nothing_else() -> None:
    others = [
        replace(PLAIN, model="rotor:other"),
        replace(PLAIN, version="2"),
        replace(PLAIN, parameters=(("damping", 0.1), ("kick", 2.5), ("sites", 8))),
        replace(PLAIN, realization=1),
        replace(PLAIN, seed=1),
    ]
    assert len({PLAIN.trial_id, *(trial.trial_id for trial in others)}) == 6
    assert replace(PLAIN, seconds=3.0).trial_id == PLAIN.trial_id


def test_seeds_differ_by_realization_and_not_by_point() -> None:
    first, second = (SPEC.model.trials(SPEC, {"drive": drive, "lambda": 0.0}) for drive in (0.5, 2.0))
    seeds = [trial.row()["seed"] for trial in first]
    assert len(set(seeds)) == 2
    assert seeds == [trial.row()["seed"] for trial in second]
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_independent_realizations_have_seeds_of_their_own() -> None:
    spec = SweepSpec.from_text(TEXT.replace("realizations = 2", "independent_realizations = true"))
    first, second = (spec.model.trials(spec, {"drive": drive, "lambda": 0.0})[0] for drive in (0.5, 2.0))
    assert first.row()["seed"] != second.row()["seed"]


def test_floats_are_compared_by_value() -> None:
    sums, plain = (SPEC.model.trials(SPEC, {"drive": drive, "lambda": 0.0})[0] for drive in (0.1 + 0.2, 0.3))
    assert sums == plain
    assert sums.trial_id == plain.trial_id


def test_it_comes_back_from_text_and_from_a_pickle() -> None:
    for trial in (PLAIN, replace(PLAIN, seconds=2.5)):
        back = trial_from_text(trial.to_text())
        assert back == trial
        assert isinstance(back, OwnTrial)
        assert back.seconds == trial.seconds
        assert pickle.loads(pickle.dumps(trial)) == trial
