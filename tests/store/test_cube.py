"""Trials and series as one labelled array."""

import sys

import numpy as np
import pytest

from store import MissingPackageError, QueryError, RecordError
from store.cube import dataset
from store.schema import SERIES, TRIALS

xr = pytest.importorskip("xarray")


def trial(number, point="p", **columns):
    return {
        "trial_id": f"{point}{number}",
        "point_id": point,
        "status": "complete",
        "realization": number,
    } | columns


def samples(n=5, t_final=1.0, start=0.0):
    t = np.linspace(0.0, t_final, n)
    return {"t": t, "msd": start + t**2, "norm": np.ones(n)}


@pytest.fixture
def grid(store):
    """Two points of three realizations each, one trial missing, one without a series, one that ends early."""
    trials = [
        trial(n, point, disorder=disorder, sound_speed=0.1, seed=7, diffusion=disorder + n, frozen=False)
        for point, disorder in (("b", 2.0), ("a", 3.0))
        for n in range(3)
        if (point, n) != ("a", 1)
    ]
    series = {row["trial_id"]: samples(start=10.0 * row["diffusion"]) for row in trials}
    del series["b2"]
    series["a2"] = {name: values[:3] for name, values in series["a2"].items()}
    store.commit("c", trials, series)
    return store


def test_every_value_is_where_its_labels_say(grid):
    data = dataset(grid)
    assert data.msd.dims == ("point", "realization", "t")
    assert dict(data.sizes) == {"point": 2, "realization": 3, "t": 5}
    rows = grid.sql("select trial_id[1] as point_id, realization, t, msd, norm from series").rows()
    count = 0
    for point, realization, t, msd, norm in rows:
        cell = data.sel(point=point, realization=realization, t=t)
        assert (cell.msd, cell.norm) == (msd, norm)
        count += 1
    assert int(data.msd.notnull().sum()) == count == 3 * 5 + 3
    assert data.msd.dtype == data.t.dtype == np.float64
    for point, realization, trial_id, diffusion in grid.sql(
        "select point_id, realization, trial_id, diffusion from trials"
    ).rows():
        cell = data.sel(point=point, realization=realization)
        assert (cell.trial_id, cell.diffusion, cell.status) == (trial_id, diffusion, "complete")


def test_points_come_in_order_of_the_axes_with_units(grid):
    data = dataset(grid)
    assert data.point.values.tolist() == ["b", "a"]
    assert data.disorder.dims == ("point",)
    assert data.disorder.values.tolist() == [2.0, 3.0]
    assert "coupling" not in data.coords  # NULL at every point
    for variable in ("disorder", "t", "msd", "diffusion"):
        column = SERIES.by_name.get(variable) or TRIALS.by_name[variable]
        assert data[variable].attrs == {"units": column.unit, "long_name": column.meaning}
    assert data.attrs["model"] == grid.model
    assert data.attrs["store"] == str(grid.path)


def test_the_mean_over_realizations_is_that_of_sql(grid):
    means = dataset(grid).msd.mean("realization")
    for point, t, mean in grid.sql("select trial_id[1], t, avg(msd) from series group by all").rows():
        assert float(means.sel(point=point, t=t)) == pytest.approx(mean, rel=1e-14)


def test_missing_trials_are_nan_nat_and_empty_text(grid):
    data = dataset(grid, ["seed", "diffusion", "classical", "started_at", "reason", "status", "msd"])
    absent = data.sel(point="a", realization=1)
    assert np.isnan(absent.seed)
    assert np.isnan(absent.diffusion)
    assert np.isnan(absent.msd).all()
    assert np.isnat(absent.started_at)
    assert (absent.status, absent.reason, absent.trial_id) == ("", "", "")
    assert data.seed.dtype == np.float64
    assert dataset(grid, ["seed"], where="point_id = 'b'").seed.dtype == np.int64
    assert set(data.data_vars) == {"seed", "diffusion", "classical", "started_at", "reason", "status", "msd"}


def test_a_whole_number_that_a_float_cannot_hold_is_refused(store):
    rows = [trial(n, p, seed=2**53 + 1) for p, n in (("a", 0), ("b", 0), ("b", 1))]
    store.commit("c", rows, {})
    with pytest.raises(QueryError, match=r"2\^53 in 'seed'"):
        dataset(store, ["seed"])
    assert dataset(store, ["seed"], where="realization = 0").seed.values[0, 0] == 2**53 + 1


def test_frozen_and_packet_are_dimensions_where_trials_differ_in_them(store):
    trials = [
        trial(n, frozen=frozen, packet=packet) | {"trial_id": f"{n}{frozen}{packet}"}
        for n in range(2)
        for frozen in (False, True)
        for packet in (0, 2)
    ]
    store.commit("c", trials, {row["trial_id"]: samples(start=i) for i, row in enumerate(trials)})
    data = dataset(store)
    assert data.msd.dims == ("point", "frozen", "realization", "packet", "t")
    cell = data.sel(point="p", frozen=True, realization=1, packet=2)
    assert cell.trial_id == "1True2"
    assert float(cell.msd[0]) == 7.0
    data = dataset(store, where="not frozen and packet = 2")
    assert data.msd.dims == ("point", "realization", "t")
    assert (bool(data.frozen), int(data.packet)) == (False, 2)


def test_null_draws_count_as_the_first(store):
    row = {"trial_id": "x", "point_id": "p", "status": "complete"}
    store.commit("c", [row], {"x": samples()})
    data = dataset(store)
    assert (int(data.realization[0]), bool(data.frozen), int(data.packet)) == (0, False, 0)


def test_two_trials_in_one_cell_are_refused_by_name(store):
    store.commit("c", [trial(0), trial(0) | {"trial_id": "other"}], {})
    with pytest.raises(QueryError, match=r"'other' and 'p0' of point 'p'"):
        dataset(store)
    assert dataset(store, where="trial_id <> 'other'").trial_id.values.tolist() == [["p0"]]


def test_other_times_are_refused_or_united(store):
    store.commit(
        "c",
        [trial(0, "a", t_final=1.0), trial(0, "b", t_final=1.5)],
        {"a0": samples(), "b0": samples(4, 1.5)},
    )
    with pytest.raises(QueryError, match=r"5 samples to t = 1 \(1 trials\), 4 samples to t = 1.5.*t_final"):
        dataset(store)
    assert dataset(store, where="t_final = 1.5").t.values.tolist() == [0.0, 0.5, 1.0, 1.5]
    data = dataset(store, times="union")
    assert data.t.values.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0, 1.5]
    assert np.isnan(data.msd.sel(point="b", t=0.25)[0])
    assert float(data.msd.sel(point="b", t=1.5)[0]) == 1.5**2
    assert int(data.msd.notnull().sum()) == 9
    # Without observables there is nothing to align.
    assert "t" not in dataset(store, ["status"]).coords
    with pytest.raises(QueryError, match="'each'"):
        dataset(store, times="each")


def test_times_that_differ_by_rounding_are_one(store):
    one = samples(7, 0.3)
    other = one | {"t": np.arange(7) * 0.05}
    assert (one["t"] != other["t"]).any()
    store.commit("c", [trial(0), trial(1)], {"p0": one, "p1": other})
    data = dataset(store)
    assert data.sizes["t"] == 7
    assert int(data.msd.notnull().sum()) == 14


def test_samples_too_close_to_tell_apart_are_refused(store):
    store.commit("c", [trial(0)], {"p0": {"t": [0.0, 1.0, 1.0 + 1e-12], "msd": [0.0, 1.0, 2.0]}})
    with pytest.raises(QueryError, match="farther apart"):
        dataset(store, times="union")


def test_a_label_that_differs_inside_a_point_stays_with_the_trial(store):
    store.commit("c", [trial(n, disorder=1.0, temperature_K=300.0 + n) for n in range(2)], {})
    data = dataset(store)
    assert data.temperature_K.dims == ("point", "realization")
    assert data.temperature_K.values.tolist() == [[300.0, 301.0]]
    assert data.disorder.dims == ("point",)


def test_a_name_of_both_tables_is_two_variables(store):
    store.commit("c", [trial(0, edge_probability=0.5)], {"p0": samples() | {"edge_probability": np.zeros(5)}})
    data = dataset(store, ["edge_probability"])
    assert data.edge_probability.dims == ("point", "realization", "t")
    assert data.edge_probability_of_trial.item() == 0.5


def test_nan_and_infinity_stay(store):
    values = np.array([np.nan, np.inf, -np.inf, 0.0, 1.0])
    store.commit("c", [trial(0, diffusion=np.inf)], {"p0": samples() | {"msd": values}})
    data = dataset(store)
    np.testing.assert_array_equal(data.msd.values.ravel(), values)
    assert data.diffusion.item() == np.inf


def test_an_empty_choice_is_an_empty_dataset(grid):
    data = dataset(grid, ["msd", "diffusion"], where="status = 'invalid'")
    assert data.msd.shape == (0, 0, 0)
    assert data.diffusion.shape == (0, 0)
    assert dataset(grid, where="false").sizes["point"] == 0


def test_bad_questions_are_refused(grid, monkeypatch):
    with pytest.raises(RecordError, match="'diffusion'"):
        dataset(grid, ["difusion"])
    with pytest.raises(QueryError, match="nothing"):
        dataset(grid, where="nothing > 1")
    with pytest.raises(QueryError, match="reads"):
        dataset(grid, where="true)); drop view trials; select * from ((select 1")
    monkeypatch.setattr("store.cube.os.sysconf", lambda _: 10)
    with pytest.raises(QueryError, match="2 observables of 2 x 3 x 5 values"):
        dataset(grid)


def test_without_xarray_the_line_that_installs_it_is_named(grid, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(MissingPackageError, match="pip install xarray"):
        dataset(grid)
