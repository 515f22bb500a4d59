"""Ids are recomputed from the columns of a row, whatever was asked for."""

import json
from typing import Any

import pytest

from store import ExperimentStore
from store.care import verify
from store.local import LocalMedium
from sweep import SweepSpec, run
from sweep.chunk import Chunk, point_trials, to_rows
from sweep.identification import TrialIds

VARIED = {
    "plain": "",
    "numerics": '[numerics]\nt_final = 12.5\nedge_tolerance = 0.1\nprecision = "single"\ntolerance = 0.01\n',
    "boundary": '[numerics]\nboundary = "absorbing"\nintegrator = "strang"\nmax_grid = 512\n',
    "observe": "[observe]\nenergy_filter = [0.5, 0.1]\nclassical = true\ncenters = 3\n",
}
SPEC = """
[sweep]
name = "ids"
realizations = 2
seed = 3

[axes]
{axis} = {{ low = 0.1, high = 0.3 }}
sound_speed = {{ low = 0.05, high = 1.0 }}

[fixed]
dimension = 1
"""


def trials(axis: str = "disorder", extra: str = "") -> list[Any]:
    return point_trials(
        SweepSpec.from_text(SPEC.format(axis=axis) + extra), {axis: 0.1 + 0.2, "sound_speed": 1 / 3}
    )


@pytest.mark.parametrize("extra", VARIED.values(), ids=VARIED)
@pytest.mark.parametrize("axis", ["disorder", "coupling"])
def test_each_trial_is_known_by_its_row(axis, extra):
    identity, members = TrialIds(), trials(axis, extra)
    for row in to_rows("plan", [Chunk.of(members)]):
        assert identity.planned(row) is None
    for trial in members:
        assert identity.trial(trial.row()) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("disorder", 0.31),
        ("realization", 7),
        ("frozen", True),
        ("t_final", 9.0),
        ("packet", 1),
        ("trial_id", "0" * 20),
        ("point_id", "0" * 20),
        ("twin_of", "0" * 20),
        ("temperature", -1.0),
        ("wavenumber", None),
    ],
)
def test_a_row_of_another_content_is_not(column, value):
    row = trials()[0].row()
    doubt = TrialIds().trial(
        row | {column: value, "wavenumber": 0.9} if value is None else row | {column: value}
    )
    assert doubt is not None
    assert doubt.certain


def test_what_cannot_be_told_is_a_doubt_and_no_more():
    row = trials()[0].row()
    for change in ({"physics_version": None}, {"physics_version": "0"}):
        doubt = TrialIds().trial(row | change)
        assert doubt is not None
        assert not doubt.certain
    doubt = TrialIds().planned({"trial_id": "a", "trial": None})
    assert doubt is not None
    assert not doubt.certain


def test_a_plan_whose_text_is_another_trial_is_named():
    (row, *_) = to_rows("plan", [Chunk.of(trials())])
    content = json.loads(row["trial"])
    content["scenario"]["disorder"] = 2.5
    doubt = TrialIds().planned(row | {"trial": json.dumps(content)})
    assert doubt is not None
    assert doubt.certain


def test_a_run_verifies(small_text, tmp_path):
    path = tmp_path / "store"
    text = small_text.replace("n = 6", "n = 2").replace(
        "tolerance = 0.05", "tolerance = 0.05\nedge_tolerance = 0.03"
    )
    run(SweepSpec.from_text(text), path, backend="serial")
    medium = LocalMedium(path)
    assert [finding for step in verify(medium, TrialIds()) for finding in step.findings] == []
    ExperimentStore(path).compact(grace=0.0)
    assert [finding for step in verify(medium, TrialIds()) for finding in step.findings] == []
