"""How packets spread, against limits."""

import numpy as np
import pytest
from scipy.integrate import dblquad

from physics import InputError, theory


def test_free_variance():
    """sigma^2 + t^2 / (4 sigma^2): doubled when t = 2 sigma^2."""
    np.testing.assert_allclose(theory.free_variance([0.0, 18.0], 3.0), [9.0, 18.0], rtol=1e-15)


def test_fuerths_formula_is_ballistic_and_then_diffusive():
    """v^2 t^2 (1 - t / 3 tau + ...) at first, 2 v^2 tau (t - tau) in the end, up to exp(-t / tau)."""
    early = theory.fuerth_msd(1e-4, speed=2.0, rate=0.5)
    assert early == pytest.approx(4e-8 * (1.0 - 0.5e-4 / 3.0), rel=1e-9)
    assert theory.fuerth_msd(100.0, speed=2.0, rate=0.5) == pytest.approx(16.0 * 98.0, rel=1e-12)
    np.testing.assert_array_equal(theory.fuerth_msd([0.0, 3.0], speed=2.0, rate=0.0), [0.0, 36.0])


def test_fuerths_formula_is_the_integral_of_the_velocity_correlation():
    """integral integral v^2 exp(-|s - u| / tau) ds du over the square, by symmetry twice its half."""
    half = dblquad(lambda u, s: np.exp(-0.5 * (s - u)), 0.0, 3.0, 0.0, lambda s: s)[0]
    assert theory.fuerth_msd(3.0, speed=2.0, rate=0.5) == pytest.approx(2.0 * 4.0 * half, rel=1e-10)


def test_fuerths_formula_is_smooth_where_its_series_ends():
    """Below t / tau = 1e-3 a series, above it the closed form: they meet to the series' next term, 1e-14."""
    t = np.array([1e-3 * (1.0 - 1e-12), 1e-3 * (1.0 + 1e-12)])
    below, above = theory.fuerth_msd(t, speed=1.0, rate=1.0)
    # The closed form cancels two digits of x^2 / 2 against x: 1e-16 / 5e-7.
    assert above == pytest.approx(below, rel=1e-9)


@pytest.mark.parametrize("dimension", [1, 2])
def test_diffusion_is_the_late_slope(dimension):
    at = {"wavenumber": 0.4, "temperature": 1.0, "rms": 0.02, "dimension": dimension}
    rate = theory.golden_rule_rate(transport=True, **at)
    late = np.array([50.0, 60.0]) / rate
    slope = np.diff(theory.fuerth_msd(late, speed=0.4, rate=rate)) / np.diff(late)
    assert 2.0 * dimension * theory.diffusion_constant(**at) == pytest.approx(float(slope[0]), rel=1e-9)


def test_diffusion_is_infinite_where_nothing_scatters():
    assert theory.diffusion_constant(wavenumber=0.4, temperature=1.0, rms=0.0) == float("inf")


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), "1"])
def test_refuses_a_width_that_is_none(bad):
    with pytest.raises(InputError, match="width"):
        theory.free_variance(1.0, bad)


@pytest.mark.parametrize(
    ("change", "said"), [({"speed": -1.0}, "speed"), ({"rate": -1.0}, "rate"), ({"rate": "1"}, "rate")]
)
def test_refuses_a_walk_that_is_none(change, said):
    with pytest.raises(InputError, match=said):
        theory.fuerth_msd(1.0, **({"speed": 1.0, "rate": 1.0} | change))


@pytest.mark.parametrize("bad", [-1.0, [0.0, float("nan")], float("inf")])
def test_refuses_times_before_the_launch(bad):
    with pytest.raises(InputError, match="t: expected"):
        theory.fuerth_msd(bad, speed=1.0, rate=1.0)
