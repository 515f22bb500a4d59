"""Agreement of two ways to sort the same points."""

import numpy as np
import pytest

from sweep.findings import accord
from sweep.findings.accord import cohen_kappa

VERDICTS = ["released"] * 20 + ["held"] * 10 + ["free"] * 10


def test_the_same_groups_under_other_names_agree() -> None:
    names = {"released": "b", "held": "a", "free": "c"}
    found = accord([names[verdict] for verdict in VERDICTS], VERDICTS, "released")
    assert found.rand_index == (1.0, 1.0, 1.0)
    assert found.kappa == (1.0, 1.0, 1.0)
    assert found.matched == ("b",)
    assert (found.points, found.share) == (40, 1.0)


def test_two_groups_may_share_a_verdict() -> None:
    groups = ["a"] * 10 + ["b"] * 10 + ["c"] * 20
    found = accord(groups, VERDICTS, "released")
    assert found.matched == ("a", "b")
    assert found.kappa[0] == 1.0
    assert found.rand_index[0] < 1.0


def test_groups_by_chance_do_not_agree() -> None:
    groups = np.random.default_rng(1).choice(["a", "b", "c"], size=400).tolist()
    found = accord(groups, VERDICTS * 10, "released")
    low, high = found.rand_index[1:]
    assert low < 0.0 < high or abs(found.rand_index[0]) < 0.02
    assert found.kappa[0] < 0.15


def test_one_group_says_nothing() -> None:
    assert np.isnan(accord(["a"] * 40, VERDICTS, "released").rand_index[0])
    assert np.isnan(cohen_kappa(np.ones(4, bool), np.ones(4, bool)))


def test_kappa_is_cohens() -> None:
    # 45 and 15 of 100 say yes or no together, 25 and 15 apart: (0.60 - 0.54) / (1 - 0.54).
    one = np.repeat([True, True, False, False], [45, 15, 25, 15])
    other = np.repeat([True, False, True, False], [45, 15, 25, 15])
    assert cohen_kappa(one, other) == pytest.approx(0.06 / 0.46)


def test_other_points_are_refused() -> None:
    with pytest.raises(ValueError, match="got 2 and 3"):
        accord(["a", "b"], ["held"] * 3, "held")
