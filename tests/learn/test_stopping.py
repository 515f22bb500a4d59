import pickle

import pytest

from learn import InvalidSettingError, RoundSummary, StopRule

RULE = StopRule(target_wrong_area=0.02)


def rounds(*changed, wrong=0.1, points=20, regimes=2):
    return [RoundSummary(points, 48, regimes, wrong, change) for change in changed]


def test_goes_on_while_there_is_something_to_learn():
    assert RULE.reason([]) is None
    assert RULE.reason(rounds(None, 0.1, 0.05)) is None


def test_stops_at_the_target():
    assert RULE.reason(rounds(None, 0.01, wrong=0.0199)).startswith(
        "target reached: expected wrong area 1.99%"
    )
    assert RULE.reason(rounds(None, 0.01, wrong=0.0201)) is None


@pytest.mark.parametrize(
    ("changed", "before", "stops"),
    [
        (0.75, 0.12, False),
        (0.12, 0.12, True),
        (0.03, 0.02, True),
        (0.05, 0.02, False),
        (0.0, float("nan"), False),
    ],
)
def test_the_target_is_reached_where_the_map_before_bears_it_out(changed, before, stops):
    history = [RoundSummary(78, 120, 6, before, 0.5), RoundSummary(84, 120, 2, 0.015, changed)]
    assert (RULE.reason(history) is not None) is stops


def test_one_map_alone_is_borne_out_by_none():
    assert RULE.reason(rounds(None, wrong=0.01)) is None
    assert RULE.reason(rounds(0.0, wrong=0.01)) is None


def test_a_map_of_one_regime_is_looked_at_further():
    assert RULE.reason(rounds(None, wrong=0.0, regimes=1)) is None
    assert RULE.reason(rounds(None, 0.0, 0.0, 0.0, wrong=0.0, regimes=1)) is None


@pytest.mark.parametrize(
    ("changed", "stops"),
    [
        ((None, 0.004, 0.004, 0.004), True),
        ((None, 0.004, 0.004), False),
        ((0.004, 0.006, 0.004), False),
        ((0.1, 0.004, 0.004, 0.0049), True),
        ((0.004, 0.004, 0.005), False),
    ],
)
def test_stops_when_three_rounds_in_a_row_changed_little(changed, stops):
    assert (RULE.reason(rounds(*changed)) is not None) is stops


def test_stops_at_the_budget_and_says_so():
    assert RULE.reason(rounds(None, points=48)) == "budget used: 48 of 48 points"
    assert RULE.reason(rounds(None, points=47)) is None


@pytest.mark.parametrize(
    "bad",
    [
        {"target_wrong_area": -0.1},
        {"target_wrong_area": float("nan")},
        {"target_wrong_area": 0.1, "stable_area": 2},
        {"target_wrong_area": 0.1, "stable_rounds": 0},
    ],
)
def test_bad_rules_are_refused(bad):
    with pytest.raises(InvalidSettingError, match="expected"):
        StopRule(**bad)


def test_rules_are_values():
    assert pickle.loads(pickle.dumps(RULE)) == RULE == StopRule(0.02)
