"""From stored series to named regimes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from learn import METHODS, InvalidClusterCountError, Method
from store import ExperimentStore
from sweep import SweepError
from sweep.labelling import Labelling, label_trials, regime_partners, renumbered
from sweep.recorded import recorded_series
from sweep.regimes import Regimes

T = np.linspace(0.0, 100.0, 48)
START = 276.0
SHAPES = {
    # MSD, participation ratio over its start, exponent, growth, energy gain (E_F = 0.08)
    "held": (60.0 * (1.0 - np.exp(-T / 10.0)), 0.4 + 0.0 * T, 0.1, 0.1, 0.0),
    "ballistic": (0.16 * T**2, 1.0 + T / 200.0, 2.0, 0.4, 0.01),
    "lattice-driven": (0.6 * T**2, 1.0 + 8.0 * (T / 100.0) ** 2, 2.1, 2.0, 0.6),
}


def committed(path: Path, t_valid: dict[str, float] | None = None, statuses: tuple[str, ...] = ("complete",)):
    """A store with four points of each shape, three realizations each."""
    store = ExperimentStore.create(path)
    rng = np.random.default_rng(3)
    rows, series = [], {}
    for shape, (msd, ratio, exponent, growth, gain) in SHAPES.items():
        last = (t_valid or {}).get(shape, 100.0)
        kept = last + 1e-9 >= T
        for point in range(4):
            for realization in range(3):
                name = f"{shape}-{point}-{realization}"
                scatter = np.exp(0.05 * rng.standard_normal())
                rows.append(
                    {
                        "trial_id": name,
                        "point_id": f"{shape}-{point}",
                        "status": statuses[realization % len(statuses)],
                        "realization": realization,
                        "frozen": False,
                        "t_valid": last,
                        "t_final": 100.0,
                        "wavenumber": 0.4,
                        "dimension": 2,
                        "msd_exponent_late": exponent,
                        "participation_growth": growth,
                        "energy_gain": gain,
                    }
                )
                series[name] = {
                    "t": T[kept],
                    "msd": (msd * scatter)[kept],
                    "msd_raw": (START + msd * scatter)[kept],
                    "participation_ratio": (1735.0 * ratio * scatter)[kept],
                }
    store.commit("c1", rows, series)
    return store


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    """A store that no test adds to."""
    return committed(tmp_path_factory.mktemp("labelling") / "store")


def test_series_of_three_shapes_are_three_regimes_named_by_what_they_do(stored: ExperimentStore) -> None:
    labelling = label_trials(stored, list(stored.statuses()))
    assert labelling is not None
    assert sorted(labelling.names) == sorted(SHAPES)
    for row in labelling.rows():
        assert row["point_id"].startswith(row["regime"])
        assert sum(row["membership"]) == pytest.approx(1.0)


def test_the_version_follows_from_the_trials_that_were_seen(stored: ExperimentStore) -> None:
    ids = list(stored.statuses())
    first, again, fewer = (label_trials(stored, some) for some in (ids, ids[::-1], ids[:-12]))
    assert first is not None
    assert again is not None
    assert fewer is not None
    assert first == again
    assert fewer.version != first.version
    forced = label_trials(stored, ids, k=2)
    assert forced is not None
    assert forced.version != first.version
    assert len(forced.names) == 2


def test_nothing_after_the_common_valid_time_counts_and_an_early_escape_names_no_regime(
    tmp_path: Path,
) -> None:
    store = committed(tmp_path / "store", t_valid={"lattice-driven": 30.0, "ballistic": 80.0})
    labelling = label_trials(store, list(store.statuses()))
    assert labelling is not None
    assert labelling.of("lattice-driven-0") is None
    assert labelling.of("ballistic-0") is not None


def test_a_series_that_runs_on_is_cut_at_its_valid_time(stored: ExperimentStore) -> None:
    member = next(iter(stored.statuses()))
    times, whole = recorded_series(stored, {member: 100.0})
    _, cut = recorded_series(stored, {member: 30.0})
    assert np.isfinite(whole["msd"]).all()
    assert np.array_equal(np.isfinite(cut["msd"][0]), times <= 30.0)


def test_a_point_with_a_failed_realization_is_no_average_over_survivors(tmp_path: Path) -> None:
    store = committed(tmp_path / "store", statuses=("complete", "complete", "invalid"))
    assert label_trials(store, list(store.statuses())) is None


def test_a_point_whose_realizations_have_not_all_landed_is_left_out(stored: ExperimentStore) -> None:
    planned = {("held-0", False): 4, ("held-1", False): 3}
    labelling = label_trials(stored, list(stored.statuses()), planned=planned)
    assert labelling is not None
    assert labelling.of("held-0") is None
    assert labelling.of("held-1") is not None


def test_trials_of_two_lengths_are_not_compared(tmp_path: Path) -> None:
    store = committed(tmp_path / "store")
    row = {"trial_id": "x", "point_id": "x", "status": "complete", "frozen": False, "dimension": 2}
    store.commit("c2", [row | {"t_valid": 50.0, "t_final": 50.0, "wavenumber": 0.4}], {})
    with pytest.raises(SweepError, match="one t_final, got 50, 100"):
        label_trials(store, list(store.statuses()))


def test_series_on_another_time_base_are_compared_at_equal_times(tmp_path: Path) -> None:
    store = committed(tmp_path / "store")
    t = np.linspace(0.0, 100.0, 20)
    row = {
        "trial_id": "coarse",
        "point_id": "coarse",
        "status": "complete",
        "frozen": False,
        "dimension": 2,
        "t_valid": 100.0,
        "t_final": 100.0,
        "wavenumber": 0.4,
        "msd_exponent_late": 2.0,
    }
    series = {
        "t": t,
        "msd": 0.16 * t**2,
        "msd_raw": START + 0.16 * t**2,
        "participation_ratio": 1735.0 + 8.7 * t,
    }
    store.commit("c2", [row], {"coarse": series})
    labelling = label_trials(store, list(store.statuses()))
    assert labelling is not None
    coarse, fine = labelling.of("coarse"), labelling.of("ballistic-0")
    assert coarse is not None
    assert fine is not None
    assert np.argmax(coarse) == np.argmax(fine)


def labelled(store: ExperimentStore, **settings: Any) -> Labelling:
    labelling = label_trials(store, list(store.statuses()), **settings)
    assert labelling is not None
    return labelling


def test_the_version_follows_from_everything_that_decides_the_labels(
    stored: ExperimentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: list[dict[str, Any]] = [
        {},
        {"seed": 1},
        {"k": 2},
        {"regimes": Regimes(method="euclid-medoids")},
        {"regimes": Regimes(method="dtw-means")},
        {"regimes": Regimes(k_max=2)},
        {"regimes": Regimes(ballistic_exponent=1.9)},
    ]
    versions = [labelled(stored, **each).version for each in settings]
    assert labelled(stored, regimes=Regimes(method="dtw-medoids", driven_gain=1.0)).version == versions[0]
    monkeypatch.setattr("sweep.labelling.LABELLER", "next")
    versions.append(labelled(stored).version)
    assert len(set(versions)) == len(versions)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_the_three_shapes(stored: ExperimentStore, method: Method) -> None:
    labelling = labelled(stored, regimes=Regimes(method=method))
    assert sorted(labelling.names) == sorted(SHAPES)
    assert labelling.rows()[0]["method"] == labelling.method


def test_the_rules_stand_beside_the_regimes(stored: ExperimentStore) -> None:
    labelling = labelled(stored)
    called, agreed = labelling.agreement()
    assert called == ("ballistic", "held", "lattice-driven")
    assert agreed.rand_index == 1.0
    assert agreed.table.sum() == 12
    other = labelled(stored, regimes=Regimes(driven_gain=100.0, ballistic_exponent=1.5))
    called, agreed = other.agreement()
    assert called == ("ballistic", "held")
    assert agreed.rand_index is not None
    assert agreed.rand_index < 0.8
    assert sorted(other.names) == ["ballistic", "ballistic 2", "held"]


def test_points_without_exponents_are_not_compared_with_the_rules(tmp_path: Path) -> None:
    store = committed(tmp_path / "store")
    row = {"trial_id": "x", "point_id": "x", "status": "complete", "frozen": False, "dimension": 2}
    row |= {"t_valid": 100.0, "t_final": 100.0, "wavenumber": 0.4}
    series = {"t": T, "msd": 0.16 * T**2, "msd_raw": START + 0.16 * T**2, "participation_ratio": 1735.0 + T}
    store.commit("c2", [row], {"x": series})
    labelling = labelled(store)
    assert dict(zip(labelling.keys, labelling.rules, strict=True))["x", False] == "unnamed"
    assert labelling.agreement()[1].table.sum() == 12


@pytest.mark.parametrize("broken", ["nan", "no series", "no extent"])
def test_a_point_without_usable_series_names_no_regime_and_spoils_no_other(
    tmp_path: Path, broken: str
) -> None:
    store = committed(tmp_path / "store")
    plain = labelled(store)
    row = {"trial_id": "x", "point_id": "x", "status": "complete", "frozen": False, "dimension": 2}
    row |= {"t_valid": 100.0, "t_final": 100.0, "wavenumber": 0.4}
    series = {"t": T, "msd": 0.0 * T, "msd_raw": 0.0 * T + START, "participation_ratio": 1735.0 + 0.0 * T}
    if broken == "nan":
        series["participation_ratio"] = np.full(T.size, np.nan)
    if broken == "no extent":
        series["msd_raw"] = 0.0 * T
    store.commit("c2", [row], {} if broken == "no series" else {"x": series})
    labelling = labelled(store)
    assert labelling.of("x") is None
    assert labelling.left_out == 1
    assert labelling.version == plain.version
    assert labelling.memberships == plain.memberships


def test_one_point_or_one_behaviour_is_one_regime(stored: ExperimentStore) -> None:
    for names in (["held-0"], ["held-0", "held-1"], [f"held-{point}" for point in range(4)]):
        ids = [f"{name}-{realization}" for name in names for realization in range(3)]
        labelling = label_trials(stored, ids)
        assert labelling is not None
        assert labelling.names == ("held",)
        assert labelling.agreement()[1].rand_index is None
    with pytest.raises(InvalidClusterCountError, match="the 12 distinct series, got 13"):
        labelled(stored, k=13)


def test_regimes_keep_their_numbers_as_points_come(stored: ExperimentStore) -> None:
    ids = [trial for trial in stored.statuses() if not trial.startswith("held")]
    before = label_trials(stored, ids)
    assert before is not None
    assert before.names == ("ballistic", "lattice-driven")
    after = labelled(stored)
    assert after.names == ("held", "ballistic", "lattice-driven")
    assert regime_partners(after, before.clusters) == (None, 0, 1)
    followed = renumbered(after, before.clusters)
    assert followed.names == ("ballistic", "lattice-driven", "held")
    assert followed.version != after.version
    for key, membership in zip(after.keys, after.memberships, strict=True):
        assert followed.of(key[0]) == (membership[1], membership[2], membership[0])
    assert np.array_equal(followed.clustering.labels, (after.clustering.labels + 2) % 3)
    assert followed.rules == after.rules
    assert {row["point_id"]: row["regime"] for row in followed.rows()} == {
        row["point_id"]: row["regime"] for row in after.rows()
    }
    assert renumbered(followed, followed.clusters) is followed
    assert renumbered(after, before.clusters) == followed


def test_a_regime_that_vanished_leaves_no_gap_and_partners_tell(stored: ExperimentStore) -> None:
    before, after = labelled(stored), labelled(stored, k=2)
    found = regime_partners(after, before.clusters)
    assert None not in found
    assert len(set(found)) == 2
    turned = {key: 2 - cluster for key, cluster in before.clusters.items()}
    assert renumbered(after, turned).names == after.names[::-1]
    assert regime_partners(after, {}) == (None, None)
    assert renumbered(after, {}) is after
