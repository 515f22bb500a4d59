"""Energy filters, classical twins, several packets in a lattice, and the lattice's options."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from physics import Numerics, Scenario
from store import ExperimentStore
from sweep import SpecError, SweepSpec
from sweep.campaigning import CampaignSource
from sweep.chunk import point_trials
from sweep.labelling import label_trials
from sweep.observe import Observe
from sweep.trial import Trial

PLAIN = """
[sweep]
realizations = 2

[axes]
sound_speed = { low = 0.1, high = 1.0 }

[fixed]
disorder = 1.0
wavenumber = 0.4
dimension = 1

[numerics]
t_final = 40.0
tolerance = 1e-2
max_grid = 4096
"""
TEXT = (
    PLAIN.replace("dimension = 1", 'dimension = 1\ncenter = [3.0]\namplitudes = "thermal"\nzero_point = true')
    + """
[observe]
energy_filter = [1, 0.25]
classical = true
centers = 3
"""
)
POINT = {"sound_speed": 0.5}


def test_a_spec_is_read_as_written() -> None:
    spec = SweepSpec.from_text(TEXT)
    assert spec.observe == Observe(energy_filter=(1.0, 0.25), classical=True, centers=3)
    scenario = spec.scenario(POINT)
    assert scenario.energy_filter == (1.0, 0.25)
    assert scenario.classical
    assert scenario.center == (3.0,)
    assert (scenario.amplitudes, scenario.zero_point) == ("thermal", True)


def test_a_spec_survives_its_own_text() -> None:
    spec = SweepSpec.from_text(TEXT)
    assert SweepSpec.from_text(spec.to_text()) == spec
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert "observe" not in SweepSpec.from_text(PLAIN).to_text()


def test_each_packet_in_each_lattice_is_a_trial_followed_by_its_twin() -> None:
    trials = point_trials(SweepSpec.from_text(TEXT), POINT)
    scenarios = [trial.scenario for trial in trials]
    assert [(s.realization, s.packet, s.frozen) for s in scenarios] == [
        (realization, packet, frozen)
        for realization in (0, 1)
        for packet in (0, 1, 2)
        for frozen in (False, True)
    ]
    assert len({trial.trial_id for trial in trials}) == 12
    assert len({trial.point_id for trial in trials}) == 1
    assert [trial.twin_of for trial in trials[1::2]] == [trial.trial_id for trial in trials[::2]]


def test_the_first_packets_trials_are_those_of_one_packet() -> None:
    single = TEXT.replace("centers = 3", "centers = 1")
    all_ids = {trial.trial_id for trial in point_trials(SweepSpec.from_text(TEXT), POINT)}
    first = {trial.trial_id for trial in point_trials(SweepSpec.from_text(single), POINT)}
    assert len(first) == 4
    assert first < all_ids


def test_each_option_makes_another_trial_and_survives_its_text() -> None:
    plain = Scenario(disorder=1.0, wavenumber=0.4)
    options = [
        {},
        {"center": (1.0, 2.0)},
        {"packet": 1},
        {"energy_filter": (1.0, 0.1)},
        {"classical": True},
        {"amplitudes": "thermal"},
        {"zero_point": True},
    ]
    fields = {name: getattr(plain, name) for name in ("disorder", "wavenumber")}
    trials = [Trial(Scenario(**fields, **option), Numerics()) for option in options]
    assert len({trial.trial_id for trial in trials}) == len(trials)
    for trial in trials:
        again = Trial.from_text(trial.to_text())
        assert again == trial
        assert again.scenario == trial.scenario
        assert hash(again) == hash(trial)


def test_a_row_tells_the_options() -> None:
    trial = point_trials(SweepSpec.from_text(TEXT), POINT)[2]
    row = trial.row()
    told = {
        "packet": 1,
        "center_x": 3.0,
        "center_y": None,
        "energy_filter_e": 1.0,
        "energy_filter_delta": 0.25,
        "classical": True,
        "amplitudes": "thermal",
        "zero_point": True,
    }
    assert {name: row[name] for name in told} == told
    plain = Trial(Scenario(disorder=1.0), Numerics()).row()
    assert (plain["packet"], plain["center_x"], plain["energy_filter_e"]) == (0, None, None)


def test_what_is_launched_and_observed_is_part_of_a_campaign() -> None:
    identity = SweepSpec.from_text(TEXT).campaign_identity
    spelt = TEXT.replace("energy_filter = [1, 0.25]", "energy_filter = [1.0, 0.25]")
    assert SweepSpec.from_text(spelt).campaign_identity == identity
    for old, new in (("0.25]", "0.3]"), ("classical = true", ""), ("centers = 3", "centers = 2")):
        assert SweepSpec.from_text(TEXT.replace(old, new)).campaign_identity != identity
    for old, new in (("[3.0]", "[4.0]"), ('"thermal"', '"mean"'), ("zero_point = true", "")):
        assert SweepSpec.from_text(TEXT.replace(old, new)).campaign_identity != identity


def test_a_campaign_expects_every_packet(tmp_path: Path) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    single, several = (CampaignSource(SweepSpec.from_text(text), store, 10) for text in (PLAIN, TEXT))
    assert single.expected == 10 * 2 * 2
    assert several.expected == 10 * 2 * 3 * 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("centers = 3", "centers = 0", ["[observe] centers", "1 or above", "0"]),
        ("centers = 3", "centers = 2.5", ["[observe] centers", "a whole number"]),
        ("centers", "centres", ["[observe]", "centres", "did you mean 'centers'"]),
        ("classical = true", "classical = 1", ["[observe] classical", "true or false", "1"]),
        ("[1, 0.25]", "[1]", ["[observe] energy_filter", "[E, delta]", "[1]"]),
        ("[1, 0.25]", "[1, 2, 3]", ["[observe] energy_filter", "[E, delta]"]),
        ("[1, 0.25]", "[1, 0.0]", ["[observe] energy_filter", "delta above 0"]),
        ("[1, 0.25]", "[nan, 0.1]", ["[observe] energy_filter", "nan"]),
        ("[1, 0.25]", '["a", 0.1]', ["[observe] energy_filter", "'a'"]),
        ("[1, 0.25]", "[true, 0.1]", ["[observe] energy_filter", "True"]),
        ("[1, 0.25]", "1.0", ["[observe] energy_filter", "a list"]),
        ("[observe]", "[observes]", ["observes", "did you mean 'observe'"]),
        ("center = [3.0]", "center = [3.0, 1.0]", ["[fixed]", "center", "1 finite"]),
        ("center = [3.0]", 'center = ["x"]', ["[fixed]", "center", "'x'"]),
        ("center = [3.0]", "center = 3.0", ["[fixed] center", "a list"]),
        ('"thermal"', '"termal"', ["[fixed]", "amplitudes", "mean, thermal", "termal"]),
        ("zero_point = true", "zero_point = 1", ["[fixed] zero_point", "true or false"]),
        ("zero_point = true", "temperature = 0", ["temperature", "above 0", "zero_point = true"]),
        ("zero_point = true", "realization = 1", ["[fixed]", "unknown key 'realization'"]),
    ],
)
def test_bad_input_is_refused_by_name(old: str, new: str, words: list[str]) -> None:
    text = TEXT.replace(old, new)
    assert text != TEXT
    with pytest.raises(SpecError) as refusal:
        SweepSpec.from_text(text)
    for word in words:
        assert word in str(refusal.value)


def test_options_are_no_axes() -> None:
    for name in ("center", "amplitudes", "zero_point", "dimension", "packet"):
        with pytest.raises(SpecError, match=rf"\[axes\].*{name}.*"):
            SweepSpec.from_text(PLAIN.replace("[axes]", f"[axes]\n{name} = {{ low = 1.0, high = 2.0 }}"))


def test_labels_average_over_packets_as_over_realizations(tmp_path: Path) -> None:
    # Two points whose packets differ: each one's label rests on all of its six trials.
    store = ExperimentStore.create(tmp_path / "store")
    t = np.linspace(0.0, 100.0, 32)
    rows, series = [], {}
    for point, growth in (("held", 0.01), ("let-go", 3.0)):
        for realization in range(2):
            for packet in range(3):
                name = f"{point}-{realization}-{packet}"
                rows.append(
                    {
                        "trial_id": name,
                        "point_id": point,
                        "status": "complete",
                        "realization": realization,
                        "packet": packet,
                        "frozen": False,
                        "t_valid": 100.0,
                        "t_final": 100.0,
                        "wavenumber": 0.4,
                        "dimension": 2,
                    }
                )
                msd = growth * t * (1.0 + 0.1 * packet + 0.01 * realization)
                series[name] = {"t": t, "msd": msd, "msd_raw": 50.0 + msd, "participation_ratio": 100.0 + msd}
    store.commit("c1", rows, series)
    planned = {("held", False): 6, ("let-go", False): 6}
    labelling = label_trials(store, list(store.statuses()), planned=planned)
    assert labelling is not None
    assert labelling.keys == (("held", False), ("let-go", False))
    short = label_trials(store, [name for name in series if name != "held-1-2"], planned=planned)
    assert short is not None
    assert short.keys == (("let-go", False),)
