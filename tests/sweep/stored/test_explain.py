"""`explain`: which points of a spec a store has, and how the others differ from what it has."""

import json
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec
from sweep.cli import invoke
from sweep.explaining import ABSENT, COMPLETE, PARTIAL, explain
from sweep.locating import find_trial
from sweep.trial_record import trial_series
from tests.sweep.stored.conftest import TINY


def verdicts(store: ExperimentStore, text: str):
    return list(explain(store, SweepSpec.from_text(text)))


def test_the_spec_that_was_run_is_in_the_store(whole) -> None:
    explained = verdicts(whole, TINY)
    assert [each.verdict for each in explained] == [COMPLETE] * 3
    assert [(each.trials, each.statuses) for each in explained] == [(4, {"complete": 4})] * 3
    assert all(set(each.parameters) == {"disorder", "sound_speed"} for each in explained)


def test_more_realizations_are_there_in_part(whole) -> None:
    explained = verdicts(whole, TINY.replace("realizations = 2", "realizations = 3"))
    assert [(each.verdict, each.trials, each.statuses) for each in explained] == [
        (PARTIAL, 6, {"complete": 4})
    ] * 3


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("wavenumber = 0.5", "wavenumber = 0.5\nzero_point = true", ("zero_point", True, False)),
        ('name = "small"', 'name = "small"\nseed = 7', ("seed", 7, 0)),
    ],
)
def test_one_key_that_differs_is_named_with_both_values(whole, before, after, change) -> None:
    text = TINY.replace(before, after)
    # The seed decides the Sobol points too: here they are to stay.
    explained = verdicts(whole, text if change[0] != "seed" else _listed(whole, text))
    assert [each.verdict for each in explained] == [ABSENT] * 3
    for each in explained:
        assert [(x.key, x.asked, x.stored) for x in each.changes] == [change]
        near = find_trial(whole, each.nearest)
        assert near["disorder"] == each.parameters["disorder"]


def _listed(store: ExperimentStore, text: str) -> str:
    """The spec with the store's points as a list."""
    points = store.sql("select distinct disorder, sound_speed from trials").rows()
    path = store.path.parent / "points.csv"
    path.write_text("disorder,sound_speed\n" + "".join(f"{x!r},{y!r}\n" for x, y in points))
    return text.replace('kind = "sobol"\nn = 3', f'kind = "list"\nfile = "{path}"')


def test_the_nearest_differs_in_fewest_keys_and_then_in_value(whole) -> None:
    rows = list(whole.sql("select distinct disorder, sound_speed from trials").rows())
    near, far = rows[0], rows[1]
    path = whole.path.parent / "near.csv"
    path.write_text(
        f"disorder,sound_speed\n{near[0] * 1.01!r},{near[1] * 1.01!r}\n{far[0]!r},{far[1] * 1.5!r}\n"
    )
    text = TINY.replace('kind = "sobol"\nn = 3', f'kind = "list"\nfile = "{path}"')
    both, one = verdicts(whole, text)
    assert find_trial(whole, both.nearest)["disorder"] == near[0]
    assert [x.key for x in both.changes] == ["disorder", "sound_speed"]
    assert [(x.key, x.stored) for x in one.changes] == [("sound_speed", pytest.approx(far[1]))]


def test_an_empty_store_has_nothing_near(tmp_path: Path) -> None:
    explained = verdicts(ExperimentStore.create(tmp_path / "store"), TINY)
    assert [(each.verdict, each.nearest, each.changes) for each in explained] == [(ABSENT, None, ())] * 3


def test_rows_without_a_plan_are_near_too(whole, first, tmp_path: Path) -> None:
    row = {name: x for name, x in find_trial(whole, first).items() if name not in ("chunk", "attempt")}
    alone = ExperimentStore.create(tmp_path / "alone")
    alone.commit("c", [row], {first: trial_series(whole, first)})
    assert {each.nearest for each in verdicts(alone, TINY.replace("t_final = 40.0", "t_final = 50.0"))} == {
        first
    }


def test_the_page_sums_up_and_json_is_an_array(whole, tiny_spec: Path, capsys) -> None:
    assert invoke(["explain", str(whole.path), str(tiny_spec)]) == 0
    assert "3 points: 3 in the store, 0 in part, 0 not in the store" in capsys.readouterr().out
    tiny_spec.write_text(TINY.replace("t_final = 40.0", "t_final = 50.0"))
    assert invoke(["explain", str(whole.path), str(tiny_spec)]) == 0
    page = capsys.readouterr().out
    assert "t_final 50, there 40" in page
    assert "these differ in t_final (3)" in page
    assert invoke(["explain", str(whole.path), str(tiny_spec), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [each["changes"] for each in content] == [[{"key": "t_final", "asked": 50.0, "stored": 40.0}]] * 3
