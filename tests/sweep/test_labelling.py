"""From stored series to named regimes."""

from pathlib import Path

import numpy as np
import pytest

from store import ExperimentStore
from sweep import SweepError
from sweep.labelling import label_trials, regime_names

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


def test_series_of_three_shapes_are_three_regimes_named_by_what_they_do(tmp_path: Path) -> None:
    store = committed(tmp_path / "store")
    labelling = label_trials(store, list(store.statuses()))
    assert labelling is not None
    assert sorted(labelling.names) == sorted(SHAPES)
    for row in labelling.rows():
        assert row["point_id"].startswith(row["regime"])
        assert sum(row["membership"]) == pytest.approx(1.0)


def test_the_version_follows_from_the_trials_that_were_seen(tmp_path: Path) -> None:
    store = committed(tmp_path / "store")
    ids = list(store.statuses())
    first, again, fewer = (label_trials(store, some) for some in (ids, ids[::-1], ids[:-12]))
    assert first is not None
    assert again is not None
    assert fewer is not None
    assert first == again
    assert fewer.version != first.version
    forced = label_trials(store, ids, k=2)
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


def test_a_point_with_a_failed_realization_is_no_average_over_survivors(tmp_path: Path) -> None:
    store = committed(tmp_path / "store", statuses=("complete", "complete", "invalid"))
    assert label_trials(store, list(store.statuses())) is None


def test_a_point_whose_realizations_have_not_all_landed_is_left_out(tmp_path: Path) -> None:
    store = committed(tmp_path / "store")
    planned = {("held-0", False): 4, ("held-1", False): 3}
    labelling = label_trials(store, list(store.statuses()), planned=planned)
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


def test_a_regime_without_evidence_is_unnamed() -> None:
    trials = [
        {"msd_exponent_late": None, "participation_growth": None, "energy_gain": None, "wavenumber": 0.4}
    ]
    assert regime_names(np.array([0]), [trials], 1) == ("unnamed",)
