"""Regimes of a user's model: by the series that the spec names, or as the model says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store import ExperimentStore
from store.columns import Column
from sweep import SweepError
from sweep.chunk import Chunk
from sweep.engine.happenings import Landed
from sweep.labelling import Labelling, label_trials, renumbered
from sweep.own_regimes import check_names
from sweep.own_trial import OwnTrial
from sweep.own_watch import names_checked
from sweep.regimes import Regimes

T = np.linspace(0.0, 5.0, 20)
POINTS, DRAWS = 8, 2


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    """Points 0 to 7, two draws each: the upper half grows; both say which regime they are, in three ways."""
    path = tmp_path_factory.mktemp("own") / "store"
    made = ExperimentStore.create(path, model="m:f", parameters=[Column("x", "double", "", "")])
    scalars = [Column("regime", "varchar", "", ""), Column("fast", "boolean", "", "")]
    scalars += [Column(name, "double", "", "") for name in ("p", "q", "bad")]
    made.declare_outputs("1", scalars, [Column("size", "double", "", ""), Column("signed", "double", "", "")])
    rows, series = [], {}
    for trial in (
        OwnTrial("m:f", "1", (("x", float(x)),), 0, draw) for x in range(POINTS) for draw in range(DRAWS)
    ):
        row, recorded = outcome(trial)
        rows.append(trial.row() | {"status": "complete"} | row)
        series[trial.trial_id] = recorded
    made.commit("c", rows, series)
    return made


def outcome(trial: OwnTrial) -> tuple[dict[str, Any], dict[str, Any]]:
    x = dict(trial.parameters)["x"]
    fast = x >= POINTS / 2
    # The two draws of the point in the middle differ.
    said = "high ground" if fast or (x == 3.0 and trial.realization == 1) else "low"
    size = np.exp(T * fast) * (1.0 + 0.01 * trial.realization)
    row = {"regime": said, "fast": fast, "p": 0.75 if fast else 0.0, "q": 0.25 if fast else 2.0, "bad": -1.0}
    return row, {"t": T, "size": size, "signed": size - 1.0}


def labelled(store: ExperimentStore, planned: Mapping[Any, int] | None = None, **settings: Any) -> Labelling:
    labelling = label_trials(store, list(store.statuses()), planned=planned, regimes=Regimes(**settings))
    assert labelling is not None
    return labelling


def halves(labelling: Labelling) -> list[int]:
    """Cluster of each point, in order of x."""
    ids = [OwnTrial("m:f", "1", (("x", float(x)),), 0).point_id for x in range(POINTS)]
    return [labelling.clusters[point_id, False] for point_id in ids]


@pytest.mark.parametrize("scale", ["log", "log1p", "linear"])
def test_series_that_are_named_tell_regimes_apart(store: ExperimentStore, scale: str) -> None:
    labelling = labelled(store, series=(("size", scale),))
    found = halves(labelling)
    assert len(set(found[:4])) == len(set(found[4:])) == 1
    assert found[0] != found[4]
    assert set(labelling.names) == {"R1", "R2"}
    assert ("ln(size)" in labelling.method) == (scale == "log")
    assert labelling.times == tuple(T)


def test_all_series_count_where_none_is_named(store: ExperimentStore) -> None:
    assert labelled(store).regimes.series == (("size", "linear"), ("signed", "linear"))


def test_a_label_is_taken_as_it_is(store: ExperimentStore) -> None:
    labelling = labelled(store, label="regime")
    assert labelling.names == ("high ground", "low")
    assert halves(labelling) == [1, 1, 1, 0, 0, 0, 0, 0]
    assert sorted(set(labelling.memberships)) == [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0)]
    assert labelling.method == "as the model says in regime"
    with pytest.raises(SweepError, match="as the model says"):
        _ = labelling.clustering
    turned = renumbered(labelling, {key: 1 - cluster for key, cluster in labelling.clusters.items()})
    assert turned.names == ("low", "high ground")
    assert labelled(store, label="fast").names == ("fast=false", "fast=true")


def test_memberships_are_taken_as_shares(store: ExperimentStore) -> None:
    labelling = labelled(store, membership=("p", "q"))
    assert labelling.names == ("p", "q")
    assert set(labelling.memberships) == {(0.0, 1.0), (0.75, 0.25)}


def test_points_that_are_not_complete_are_left_out(store: ExperimentStore) -> None:
    first = OwnTrial("m:f", "1", (("x", 0.0),), 0).point_id
    labelling = labelled(store, planned={(first, False): 3}, label="regime")
    assert labelling.left_out == 1
    assert labelling.of(first) is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"series": (("signed", "log"),)}, ["signed", "above 0", "log1p"]),
        ({"series": (("energy", "log"),)}, ["size, signed", "energy"]),
        ({"label": "phase"}, ["phase", "regime, fast, p, q, bad"]),
        ({"membership": ("p", "bad")}, ["0 or above", "bad = -1.0"]),
    ],
)
def test_settings_that_do_not_fit_are_named(
    store: ExperimentStore, settings: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(SweepError) as refusal:
        labelled(store, **settings)
    for word in words:
        assert word in str(refusal.value)


def test_scalars_alone_need_a_label(tmp_path: Path) -> None:
    made = ExperimentStore.create(tmp_path / "s", model="m:f", parameters=[])
    made.declare_outputs("1", [Column("p", "double", "", "")], [])
    made.commit("c", [OwnTrial("m:f", "1", (), 0).row() | {"status": "complete", "p": 1.0}], {})
    with pytest.raises(SweepError, match="label"):
        labelled(made)


def test_a_number_is_no_label(store: ExperimentStore) -> None:
    with pytest.raises(SweepError) as refusal:
        labelled(store, label="p")
    assert "expected text or truth values in p, got the number 0" in str(refusal.value)
    assert "return a text" in str(refusal.value)


@pytest.mark.parametrize("settings", [{"label": "phase"}, {"membership": ("a", "b")}, {}])
def test_trials_that_all_failed_name_no_regime_and_no_mistake(tmp_path: Path, settings: Any) -> None:
    made = ExperimentStore.create(tmp_path / "s", model="m:f", parameters=[])
    made.commit("c", [OwnTrial("m:f", "1", (), 0).row() | {"status": "error"}], {})
    assert label_trials(made, list(made.statuses()), regimes=Regimes(**settings)) is None
    check_names(made, list(made.statuses()), Regimes(**settings))


@pytest.mark.parametrize(
    "settings",
    [{"label": "phase"}, {"label": "p"}, {"series": (("energy", "log"),)}, {"membership": ("p", "bad")}],
)
def test_names_are_checked_on_the_first_data(store: ExperimentStore, settings: Any) -> None:
    first = OwnTrial("m:f", "1", (("x", 0.0),), 0)
    chunk = Chunk("c", (first,))
    with pytest.raises(SweepError, match="regimes"):
        check_names(store, [first.trial_id], Regimes(**settings))
    told: list[Any] = [
        Landed(chunk, ("error",), ("no",)),
        Landed(chunk, ("complete",), (None,)),
        "never told of",
    ]
    heard = []
    with pytest.raises(SweepError, match="regimes"):
        heard.extend(names_checked((each for each in told), store, Regimes(**settings)))
    watched = names_checked((each for each in told), store, Regimes(label="regime"))
    assert list(watched) == told
