import numpy as np
import pytest

from learn import Axis, RegimeClassifier, RegimeMap, SearchSpace, UnsupportedDimensionError

LINE = SearchSpace([Axis("coupling", 0.1, 10.0, scale="log")])
ENDS = (0.3, 0.7)


def mapped(U):
    regime = np.searchsorted(ENDS, U[:, 0])
    return RegimeMap(LINE, RegimeClassifier.fit(U, np.eye(3)[regime]))


@pytest.fixture
def found():
    return mapped(np.linspace(0, 1, 33)[:, None])


def test_places_are_where_the_regimes_change_in_axis_units(found):
    places = found.places()
    assert [place.regimes for place in places] == [(0, 1), (1, 2)]
    at = LINE.to_unit([[place.at] for place in places])[:, 0]
    assert at == pytest.approx(ENDS, abs=0.02)
    assert found.gap([[place.at] for place in places]).max() < 1e-3


def test_each_place_has_the_interval_in_which_the_label_is_in_doubt(found):
    for place in found.places(level=0.9):
        assert place.low < place.at < place.high
        ends = found.uncertainty([[place.low], [place.high]])
        assert ends == pytest.approx([0.05, 0.05], abs=0.01)
    wide, narrow = (found.places(level)[0] for level in (0.9, 0.5))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_an_interval_narrower_than_a_cell_is_still_one():
    near = np.concatenate([np.linspace(0, 1, 33), np.repeat([0.2999, 0.3001, 0.6999, 0.7001], 8)])
    for place in mapped(near[:, None]).places(resolution=8):
        assert place.low < place.at < place.high


def test_an_interval_ends_with_the_axis():
    few = RegimeMap(LINE, RegimeClassifier.fit([[0.45], [0.55]], np.eye(2)))
    (place,) = few.places(level=0.99)
    assert (place.low, place.high) == pytest.approx((0.1, 10.0))


def test_one_regime_has_no_places_and_two_axes_none_either(found):
    one = RegimeMap(LINE, RegimeClassifier.fit([[0.5]], [[1.0]]))
    assert one.places() == []
    square = SearchSpace([Axis("a", 0, 1), Axis("b", 0, 1)])
    with pytest.raises(UnsupportedDimensionError, match="one axis, got 2"):
        RegimeMap(square, RegimeClassifier.fit([[0.5, 0.5]], [[1.0]])).places()
