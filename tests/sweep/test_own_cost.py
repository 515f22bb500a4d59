"""What is not known of a user's trials is not made up: small chunks, no deadline."""

from dataclasses import replace
from math import inf

import pytest

from sweep.chunk import chunked
from sweep.cost import trial_bytes, trial_cost
from sweep.engine.policy import Policy
from sweep.memory import BASELINE_BYTES, trials_memory, worker_memory
from sweep.own_cost import GUESS, UNKNOWN, own_speed
from sweep.own_trial import OwnTrial
from sweep.trial import Trial
from tests.sweep.own_specs import SPEC
from tests.sweep.test_trial import PLAIN

TRIALS = [OwnTrial("m:f", "1", (), 0, realization) for realization in range(200)]


@pytest.mark.parametrize(("seconds", "size"), [(0.0, 4), (0.001, 64), (1.0, 10), (100.0, 1)])
def test_trials_travel_in_chunks_of_seconds_and_few_where_nothing_is_known(seconds: float, size: int) -> None:
    chunks = list(chunked(replace(trial, seconds=seconds) for trial in TRIALS))
    assert len(chunks[0].trials) == size
    assert sum(len(chunk.trials) for chunk in chunks) == len(TRIALS)


def test_nothing_ends_a_trial_but_what_was_asked_for() -> None:
    (chunk, *_) = chunked(TRIALS)
    assert not chunk.is_predictable
    assert Policy().allowance(inf, 4) == inf
    assert Policy(timeout=5.0).allowance(inf, 4) == 20.0
    assert next(chunked([PLAIN])).is_predictable


def test_a_guess_is_told_from_nothing() -> None:
    assert own_speed(None, [PLAIN]) is None
    unknown, guess = own_speed(None, TRIALS), own_speed(None, [replace(TRIALS[0], seconds=3.0)])
    assert unknown is not None
    assert guess is not None
    assert (unknown.source, guess.source) == (UNKNOWN, GUESS)
    assert [trial_cost(TRIALS[0]), trial_bytes(TRIALS[0])] == [0.0, 0.0]


def test_workers_are_given_what_a_process_needs() -> None:
    assert worker_memory(SPEC) == trials_memory(TRIALS) == BASELINE_BYTES
    assert isinstance(PLAIN, Trial)
    assert trials_memory([PLAIN]) > BASELINE_BYTES
