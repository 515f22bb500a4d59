"""Single precision within a stated distance of double.

A unit roundoff is 2^-24 = 6e-8. A step multiplies the wave by two rounded tables, each off by up to one
in amplitude, so its norm drifts by up to four a step; rounding in the transforms is of no sign and stays
below. Of what is recorded, the entropy feels the drift most, 1 + entropy times, so that a few
hundred steps keep within the least tolerance that single precision may be asked for, 1e-3.
"""

from dataclasses import replace

import numpy as np
import pytest

from physics import InputError, Numerics, Plans, Scenario, StrangPropagator, gaussian_packet, simulate
from physics.deviation import deviations, largest
from physics.grid import Grid
from physics.scenario import SINGLE_TOLERANCE
from physics.validity import NORM_TOLERANCE

ROUNDOFF = 2.0**-24
TWO_PI = 2.0 * np.pi
CASES = {
    "line": (Scenario(disorder=1.0, sound_speed=0.3, wavenumber=0.4, packet_width=2.0, dimension=1), 200.0),
    "line, weak": (Scenario(disorder=0.2, sound_speed=0.3, wavenumber=0.6, dimension=1), 80.0),
    "plane": (Scenario(disorder=2.5, sound_speed=0.8, wavenumber=0.4, packet_width=2.0), 30.0),
    "plane, frozen": (Scenario(disorder=0.5, wavenumber=1.0), 25.0),
}
# A fixed integrator, so that both precisions take the same steps; the longer run of the two.
ASKED = Numerics(
    samples=17, tolerance=SINGLE_TOLERANCE, max_grid=1024, integrator="strang", edge_tolerance=1.0
)


@pytest.fixture(params=CASES, scope="module")
def pair(request):
    scenario, t_final = CASES[request.param]
    asked = replace(ASKED, t_final=t_final, box_length=TWO_PI * 22 if scenario.dimension == 2 else None)
    return [simulate(scenario, replace(asked, precision=name)) for name in ("double", "single")]


def steps_of(trajectory):
    return trajectory.numerics.t_final / trajectory.scalars["dt"]


def test_single_is_within_its_distance_of_double(pair):
    """On every recorded observable, in the tolerance's own units."""
    double, single = pair
    assert (double.status, single.status) == ("complete", "complete")
    assert single.scalars["dt"] == double.scalars["dt"]
    apart = deviations(double.series, single.series, double.scenario)
    for name in ("msd", "participation_ratio", "entropy", "return_probability", "autocorrelation"):
        assert name in apart
    bound = (1.0 + double.series["entropy"].max()) * 4.0 * ROUNDOFF * steps_of(single)
    name, distance = largest(apart)
    assert 0.0 < distance < bound, name
    assert distance < SINGLE_TOLERANCE


def test_the_norm_drifts_by_rounding_alone(pair):
    double, single = pair
    assert single.scalars["norm_drift"] < 4.0 * ROUNDOFF * steps_of(single) < NORM_TOLERANCE["single"]
    assert double.scalars["norm_drift"] < 1e-11
    assert single.scalars["precision"] == "single"


def test_the_guards_judge_alike(pair):
    """Rounding is neither a tail nor an error of the step."""
    double, single = pair
    for name, allowed in (("spectral_tail", 0.01 * SINGLE_TOLERANCE), ("time_step_error", SINGLE_TOLERANCE)):
        assert abs(single.scalars[name] - double.scalars[name]) < allowed / 3.0


def test_series_and_scalars_are_double_numbers_all_the_same(pair):
    row, series = pair[1].to_records()
    assert {type(value) for value in row.values()} <= {int, float, str, type(None)}
    assert {values.dtype for values in series.values()} == {np.dtype(np.float64)}


# ---- transforms


def fingerprint(plans):
    grid = Grid((48, 40), (TWO_PI * 10, TWO_PI * 8))
    psi0 = gaussian_packet(grid, (0.4, 0.2), 4.0)
    still = np.cos(grid.positions()[0] / 5.0) + np.zeros(grid.shape)
    return StrangPropagator(grid, still, 0.2, plans).advance(psi0, 0.0, 25)


def test_the_same_wisdom_gives_the_same_bits_in_single():
    first = Plans((48, 40), precision="single")
    expected = fingerprint(first)
    assert expected.dtype == np.complex64
    # A record of the other precision, and of another shape, must not leak in between.
    Plans((48, 40))
    Plans((36,), precision="single")
    second = Plans((48, 40), first.wisdom, precision="single")
    np.testing.assert_array_equal(fingerprint(second), expected)
    assert set(second.wisdom.split()) == set(first.wisdom.split())


def test_a_record_for_single_precision_has_both():
    """The field's transform is in double; a record of either part from another FFTW is refused."""
    record = Plans((32,), precision="single").wisdom
    for part in (b" fftw_wisdom", b" fftwf_wisdom"):
        assert part in record
        with pytest.raises(InputError, match="plan anew"):
            Plans((32,), record.replace(part, b" fftwl_wisdom"), precision="single")


def test_a_field_is_made_in_double_in_either_precision():
    shapes = [Plans((16, 12), precision=name) for name in ("double", "single")]
    assert [plans.psi.dtype for plans in shapes] == [np.complex128, np.complex64]
    assert {plans.half.dtype for plans in shapes} == {np.dtype(np.complex128)}
    assert {plans.real.dtype for plans in shapes} == {np.dtype(np.float64)}


def test_single_transforms_are_the_discrete_fourier_transform():
    """To a few roundings of the norm, as log2 N."""
    plans, rng = Plans((45, 16), precision="single"), np.random.default_rng(0)
    values = rng.standard_normal((45, 16)) + 1j * rng.standard_normal((45, 16))
    plans.psi[...] = values
    plans.forward()
    size = np.sqrt(values.size) * np.linalg.norm(values)
    np.testing.assert_allclose(plans.psi, np.fft.fftn(values), rtol=0, atol=10.0 * ROUNDOFF * size)
    plans.backward()
    np.testing.assert_allclose(plans.psi / values.size, values, rtol=0, atol=100.0 * ROUNDOFF)


@pytest.mark.parametrize("precision", ["half", "SINGLE", 32, None])
def test_an_unknown_precision_is_refused(precision):
    with pytest.raises(InputError, match="precision: expected one of double, single, got"):
        Plans((16,), precision=precision)
