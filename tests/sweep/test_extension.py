"""A sweep that is extended by an axis keeps its trials."""

import shutil
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec, run

ONE_AXIS = """
[sweep]
name = "one"
realizations = 1
twin = false

[axes]
disorder = { values = [0.3, 0.6] }

[fixed]
wavenumber = 0.5
sound_speed = 0.5
dimension = 1

[numerics]
t_final = 10.0
samples = 4
tolerance = 0.05
max_grid = 512

[design]
kind = "grid"
points = [2]
"""
OLDER = Path(__file__).parents[1] / "store" / "stores" / "1.0"


@pytest.mark.parametrize(
    ("axis", "values", "default"),
    [
        ("packet_width", "[4.7, 6.0]", 4.7),
        ("direction", "[0.0, 3.2]", 0.0),
        ("temperature", "[1.0, 2.0]", 1.0),
    ],
)
def test_a_new_axis_keeps_the_old_trials(tmp_path, axis, values, default):
    store = ExperimentStore.create(tmp_path / "store")
    run(SweepSpec.from_text(ONE_AXIS), store, backend="serial")
    query = f"select trial_id, disorder, {axis}, started_at from trials order by trial_id"
    old = list(store.sql(query).rows())
    assert [row[2] for row in old] == [default, default]
    text = ONE_AXIS.replace("[0.3, 0.6] }", f"[0.3, 0.6] }}\n{axis} = {{ values = {values} }}")
    outcome = run(
        SweepSpec.from_text(text.replace("points = [2]", "points = [2, 2]")), store, backend="serial"
    )
    new = list(store.sql(query).rows())
    assert len(new) == sum(count for _, count in outcome.statuses) == 4
    # The same rows, computed once.
    assert set(old) <= set(new)
    assert sorted((row[1], row[2]) for row in new) == sorted(
        (disorder, value) for disorder in (0.3, 0.6) for value in eval(values)
    )
    series = f"select distinct trial_id, {axis} from series"
    assert dict(store.sql(series).rows()) == {row[0]: row[2] for row in new}


def test_a_store_of_the_first_schema_is_extended_by_a_run(tmp_path):
    store = ExperimentStore(shutil.copytree(OLDER, tmp_path / "store"))
    run(SweepSpec.from_text(ONE_AXIS), store, backend="serial")
    query = "select count(*), count(packet), count(point_id) from trials"
    assert next(iter(store.sql(query).rows())) == (6, 2, 6)
    assert next(iter(store.sql("select count(*), count(packet) from series").rows())) == (24, 8)
