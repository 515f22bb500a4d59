"""Places and ticks."""

import numpy as np
import pytest

from sweep.report.scale import MOST_TICKS, Scale


@pytest.mark.parametrize(
    ("low", "high", "kind", "ticks"),
    [
        (0.2, 4.0, "log", [0.2, 0.5, 1.0, 2.0]),
        (0.02, 1.0, "log", [0.02, 0.05, 0.1, 0.2, 0.5, 1.0]),
        (0.05, 8.0, "log", [0.1, 1.0]),
        (1.0, 1e12, "log", [1.0, 1e3, 1e6, 1e9, 1e12]),
        (2.0, 3.0, "log", [2.0, 2.2, 2.4, 2.6, 2.8, 3.0]),
        (-1.0, 1.0, "linear", [-1.0, -0.5, 0.0, 0.5, 1.0]),
        (0.0, 60.0, "log1p", [0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]),
        (0.0, 2.5, "log1p", [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]),
        (0.0, 1e9, "log1p", [0.0, 1e2, 1e4, 1e6, 1e8]),
        (20.0, 600.0, "log1p", [20.0, 50.0, 100.0, 200.0, 500.0]),
        (1e-31, 3e-31, "linear", [1e-31, 1.5e-31, 2e-31, 2.5e-31, 3e-31]),
    ],
)
def test_ticks_are_round_and_few(low: float, high: float, kind: str, ticks: list[float]) -> None:
    found = Scale(low, high, kind, 0.0, 100.0).ticks()
    assert found == pytest.approx(ticks)
    assert len(found) <= MOST_TICKS + 1


def test_places_run_from_start_to_end_also_downwards() -> None:
    up = Scale(0.1, 10.0, "log", 400.0, 0.0)
    assert up.place([0.1, 1.0, 10.0]).tolist() == pytest.approx([400.0, 200.0, 0.0])
    assert up.between([0.0, 0.25]).tolist() == [400.0, 300.0]


def test_what_is_not_above_zero_has_no_place_on_a_logarithmic_axis() -> None:
    assert np.isnan(Scale(1.0, 10.0, "log", 0.0, 1.0).place([0.0, -1.0])).all()


def test_zero_has_a_place_on_an_axis_of_one_plus_the_value() -> None:
    up = Scale(0.0, np.expm1(2.0), "log1p", 200.0, 0.0)
    assert up.place([0.0, np.expm1(1.0)]).tolist() == pytest.approx([200.0, 100.0])
    assert np.isnan(up.place([-1.0, -3.0])).all()
