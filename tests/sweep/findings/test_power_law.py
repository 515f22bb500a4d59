"""A power law that is there is found, with an error that holds it."""

import numpy as np
import pytest

from sweep.findings import power_law

AXES = ("temperature", "sound_speed")
RANDOM = np.random.default_rng(3)
VALUES = {
    str(place): {"temperature": float(one), "sound_speed": float(other)}
    for place, (one, other) in enumerate(np.exp(RANDOM.uniform(-1.0, 1.0, size=(40, 2))))
}


def numbers(scatter: float) -> dict[str, float]:
    noise = dict(zip(VALUES, scatter * RANDOM.standard_normal(40), strict=True))
    return {
        name: float(3.0 * at["temperature"] ** 0.5 * at["sound_speed"] ** -1.0 * np.exp(noise[name]))
        for name, at in VALUES.items()
    }


def test_exponents_come_back() -> None:
    law = power_law(numbers(0.0), VALUES, AXES)
    assert law is not None
    assert law.exponents == pytest.approx((0.5, -1.0))
    assert np.exp(law.intercept) == pytest.approx(3.0)
    assert law.scatter == pytest.approx(0.0, abs=1e-9)


def test_the_errors_hold_them() -> None:
    law = power_law(numbers(0.3), VALUES, AXES)
    assert law is not None
    for exponent, error, true in zip(law.exponents, law.errors, (0.5, -1.0), strict=True):
        assert abs(exponent - true) < 4.0 * error
        # sigma / (sqrt(n) times the standard deviation of a uniform variable on (-1, 1)).
        assert error == pytest.approx(0.3 / np.sqrt(40.0 / 3.0), rel=0.5)
    assert law.scatter == pytest.approx(0.3, rel=0.4)


def test_what_is_not_known_is_left_out() -> None:
    some = numbers(0.0) | {"0": float("inf"), "1": float("nan"), "2": -1.0}
    law = power_law(some, VALUES, AXES)
    assert law is not None
    assert (law.points, law.left_out) == (37, 3)
    assert power_law({"0": 1.0, "1": 1.0}, VALUES, AXES) is None
