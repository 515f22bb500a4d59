"""Identity by content."""

import pickle
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from physics import Numerics, Scenario
from sweep.trial import Trial

PLAIN = Trial(Scenario(disorder=1.0, sound_speed=0.1, wavenumber=0.4), Numerics(t_final=100.0))


def test_ids_are_what_they_have_always_been() -> None:
    # Golden: a change here orphans every store. A new field with a default must not change them.
    assert PLAIN.canonical() == (
        '{"numerics":{"t_final":100.0},"physics_version":"3",'
        '"scenario":{"disorder":1.0,"sound_speed":0.1,"wavenumber":0.4}}'
    )
    assert PLAIN.trial_id == "41c3808309ec8af8c7cf"
    assert replace(PLAIN, scenario=PLAIN.scenario.twin()).trial_id == "fdf5e43e95e100d1ccef"
    assert PLAIN.point_id == "41c3808309ec8af8c7cf"


def test_numbers_are_compared_by_value() -> None:
    scenario = PLAIN.scenario
    assert replace(PLAIN, scenario=replace(scenario, disorder=1)).trial_id == PLAIN.trial_id
    sums = replace(PLAIN, scenario=replace(scenario, disorder=0.1 + 0.2))
    assert sums.trial_id == replace(PLAIN, scenario=replace(scenario, disorder=0.3)).trial_id
    assert replace(PLAIN, scenario=replace(scenario, disorder=1.00001)).trial_id != PLAIN.trial_id


def test_a_default_that_is_spelt_out_is_the_same_trial() -> None:
    assert Trial(replace(PLAIN.scenario, temperature=1.0, dimension=2), PLAIN.numerics) == PLAIN
    spelt = Trial(replace(PLAIN.scenario, packet_width=4.7), replace(PLAIN.numerics, samples=64))
    assert spelt.trial_id == PLAIN.trial_id


def test_realizations_and_twins_share_their_point() -> None:
    other = replace(PLAIN, scenario=replace(PLAIN.scenario, realization=3))
    twin = replace(other, scenario=other.scenario.twin())
    assert len({PLAIN.trial_id, other.trial_id, twin.trial_id}) == 3
    assert PLAIN.point_id == other.point_id == twin.point_id
    assert twin.twin_of == other.trial_id
    assert other.twin_of is None


@given(
    disorder=st.floats(0.0, 1e3),
    sound_speed=st.floats(0.0, 10.0),
    realization=st.integers(0, 10**6),
    frozen=st.booleans(),
    t_final=st.floats(1e-3, 1e6),
)
def test_a_trial_survives_its_text_and_a_pickle(disorder, sound_speed, realization, frozen, t_final) -> None:
    scenario = Scenario(disorder=disorder, sound_speed=sound_speed, realization=realization, frozen=frozen)
    trial = Trial(scenario, Numerics(t_final=t_final))
    again = Trial.from_text(trial.to_text())
    assert again.trial_id == trial.trial_id
    assert again.canonical() == trial.canonical()
    assert pickle.loads(pickle.dumps(trial)) == trial
