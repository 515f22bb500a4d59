"""What a caller can get wrong, at the public doors: every refusal says what was expected and what came.

Each door's own test file has the details; here are the kinds of mistake, once for every place they fit.
"""

import re
from functools import cache

import numpy as np
import pytest

from physics import (
    DeformationPotential,
    Grid,
    InputError,
    Material,
    Numerics,
    PhysicsError,
    Plans,
    Scenario,
    StrangPropagator,
    gaussian_packet,
    propagate,
    resolve,
    theory,
)
from physics.errors import PotentialError, require_whole

TWO_PI = 2.0 * np.pi
GRID = Grid((32,), (TWO_PI * 32,))
SQUARE = Grid((80, 80), (TWO_PI * 32,) * 2)
FLAT = np.zeros(32)
WAVE = np.ones(32, dtype=complex)
NAN, INFINITY = float("nan"), float("inf")
NO_NUMBERS = [NAN, INFINITY, -INFINITY, "1", None, True]


def thermal(**change):
    asked = {"rms": 0.1, "temperature": 1.0, "speed": 0.1, "seed": 0} | change
    return DeformationPotential.thermal(GRID, **asked)


@cache
def transforms():
    """Planned once: planning is the slow part here."""
    return Plans(GRID.shape)


def run(**change):
    asked = {"psi0": WAVE, "grid": GRID, "potential": FLAT, "dt": 0.1, "t_final": 1.0, "samples": 3} | change
    return list(propagate(plans=transforms(), **asked))


def refused(call, name):
    """The refusal's text: it begins with the name, and has its three parts."""
    with pytest.raises(InputError) as raised:
        call()
    text = str(raised.value)
    assert text.startswith(name), text
    assert re.search(r"expected .*got ", text), text
    return text


# ---- numbers that are none, and numbers out of range

POSITIVE = {
    "box length": lambda x: Grid((32,), (x,)),
    "wavenumber": lambda x: Scenario(disorder=1.0, wavenumber=x),
    "packet_width": lambda x: Scenario(disorder=1.0, packet_width=x),
    "t_final": lambda x: Numerics(t_final=x),
    "width": lambda x: gaussian_packet(GRID, (0.1,), x),
    "dt": lambda x: run(dt=x),
    "temperature": lambda x: thermal(temperature=x),
}
NOT_NEGATIVE = {
    "sound_speed": lambda x: Scenario(disorder=1.0, sound_speed=x),
    "rms": lambda x: thermal(rms=x),
    "speed": lambda x: thermal(speed=x),
}


@pytest.mark.parametrize("name", POSITIVE)
@pytest.mark.parametrize("value", [*NO_NUMBERS, 0.0, -1.0])
def test_what_must_be_above_zero(name, value):
    refused(lambda: POSITIVE[name](value), name)


@pytest.mark.parametrize("name", NOT_NEGATIVE)
@pytest.mark.parametrize("value", [*NO_NUMBERS, -1e-9])
def test_what_must_not_be_negative(name, value):
    refused(lambda: NOT_NEGATIVE[name](value), name)


@pytest.mark.parametrize("value", [NAN, INFINITY, "1", True, -1.0])
def test_numbers_that_may_be_left_out(value):
    """None stands for a default; anything else is a number."""
    refused(lambda: Scenario(disorder=value), "disorder")
    refused(lambda: Scenario(coupling=value), "coupling")
    refused(lambda: Numerics(box_length=value), "box_length")


@pytest.mark.parametrize("vector", [(NAN,), (INFINITY,), (0.1, 0.1), (), 0.1, ("a",), (1j,), np.array(0.1)])
@pytest.mark.parametrize("name", ["wavevector", "center"])
def test_vectors_of_a_packet(name, vector):
    given = {"wavevector": (0.1,), "center": (0.0,), name: vector}
    refused(lambda: gaussian_packet(GRID, width=3.0, **given), name)


def test_a_packet_that_box_or_grid_cannot_hold():
    assert "longer box or a narrower packet" in refused(lambda: gaussian_packet(GRID, (0.1,), 26.0), "width")
    assert "more grid points" in refused(lambda: gaussian_packet(GRID, (0.6,), 10.0), "wavevector")


# ---- whole numbers


@pytest.mark.parametrize("value", [2.0, 2.5, "2", None, True, NAN, np.float64(2.0), np.True_])
def test_whole_numbers_are_whole(value):
    for call in (
        lambda: Scenario(disorder=1.0, seed=value),
        lambda: Scenario(disorder=1.0, realization=value),
        lambda: Scenario(disorder=1.0, packet=value),
        lambda: Scenario(disorder=1.0, dimension=value),
        lambda: Numerics(samples=value),
        lambda: Numerics(max_grid=value),
        lambda: run(samples=value),
        lambda: require_whole("count", value, 0),
    ):
        refused(call, "")


@pytest.mark.parametrize("kind", [int, np.int64, np.uint16])
def test_numpys_whole_numbers_are_numbers(kind):
    require_whole("count", kind(3), 3)
    with pytest.raises(InputError, match="count: expected a whole number, 4 or above, got "):
        require_whole("count", kind(3), 4)
    assert len(run(samples=kind(3))) == 3
    scenario = Scenario(disorder=1.0, seed=kind(3), dimension=kind(1))
    assert scenario == Scenario(disorder=1.0, seed=3, dimension=1)
    assert {type(scenario.seed), type(scenario.dimension)} == {int}
    assert resolve(scenario, Numerics(max_grid=4096)) == resolve(
        Scenario(disorder=1.0, seed=3, dimension=1), Numerics(max_grid=kind(4096))
    )


@pytest.mark.parametrize("value", [-1, 1.5, "2", None, True])
def test_a_lattice_is_named_by_whole_numbers(value):
    for name in ("seed", "realization"):
        refused(lambda name=name: thermal(**{name: value}), name)


@pytest.mark.parametrize(
    ("shape", "length"), [(64, 10.0), ((64,), 10.0), (64, (10.0,)), (None, (10.0,)), ((64, 64), (10.0,))]
)
def test_a_grid_has_an_entry_for_each_axis(shape, length):
    refused(lambda: Grid(shape, length), "grid: ")


# ---- times


@pytest.mark.parametrize("value", [NAN, INFINITY, "1", None, 1j])
def test_a_field_has_no_value_at_no_time(value):
    field = DeformationPotential(GRID, [[1.0 / 32.0]], [1.0], [0.1], [0.0])
    for call in (field, field.rate, field.gradient, field.snapshot):
        refused(lambda call=call: call(value), "t: ")


def test_a_run_shorter_than_a_step():
    assert "run longer or shorten dt" in refused(lambda: run(t_final=0.09, samples=2), "t_final")


def test_more_samples_than_steps():
    assert "fewer samples or a shorter dt" in refused(lambda: run(samples=12), "samples")
    # Ten steps of 0.1 have eleven ends.
    assert len(run(samples=11)) == 11


# ---- names of things


@pytest.mark.parametrize(
    ("call", "name", "known"),
    [
        (lambda x: Numerics(integrator=x), "integrator", "auto, strang, takahashi-imada"),
        (lambda x: Numerics(boundary=x), "boundary", "periodic, absorbing"),
        (lambda x: Numerics(precision=x), "precision", "double, single"),
        (lambda x: Scenario(disorder=1.0, amplitudes=x), "amplitudes", "mean, thermal"),
        (lambda x: thermal(amplitudes=x), "amplitudes", "mean, thermal"),
        (lambda x: run(integrator=x), "integrator", "strang, takahashi-imada"),
    ],
)
@pytest.mark.parametrize("value", ["", "Strang", "yes", None, 2])
def test_an_unknown_name_is_answered_with_the_known_ones(call, name, known, value):
    assert f"expected one of {known}, got {value!r}" in refused(lambda: call(value), name)


def test_an_unknown_material_is_answered_with_how_to_make_one():
    with pytest.raises((InputError, TypeError)):
        Material("unobtainium")


SI = {"effective_mass_kg": 1e-30, "debye_wavenumber_per_m": 1e10, "density_kg_m2": 1e-6}
NUMBERS = {"disorder": 1.0, "sound_speed": 0.1, "temperature": 1.0, "wavenumber": 0.4}


@pytest.mark.parametrize(
    ("numbers", "si", "name"),
    [
        (5, {}, "numbers"),
        ({}, {}, "disorder"),
        (NUMBERS | {"temperature": 0.0}, {}, "temperature"),
        (NUMBERS | {"wavenumber": "1"}, {}, "wavenumber"),
        (NUMBERS, {"debye_wavenumber_per_m": "x"}, "debye_wavenumber_per_m"),
        (NUMBERS, {"effective_mass_kg": None}, "effective_mass_kg"),
    ],
)
def test_numbers_that_are_of_no_material(numbers, si, name):
    refused(lambda: Material.from_numbers(numbers, **SI | si), name)


@pytest.mark.parametrize(
    "name", ["disorder", "coupling", "sound_speed", "temperature", "wavenumber", "dimension"]
)
def test_what_a_material_decides_is_not_given_beside_it(name):
    material = Material.from_numbers(NUMBERS, **SI)
    assert "as the material decides it" in refused(lambda: material.scenario(300.0, **{name: 1}), name)


# ---- modes


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"q": [[0.99 / 32.0]]}, "round them to the box's reciprocal lattice"),
        ({"q": [[0.5]]}, "use more grid points"),
        ({"q": [[NAN]]}, "got NaN or infinity"),
        ({"amplitude": [INFINITY]}, "got NaN or infinity"),
        ({"omega": [NAN]}, "got NaN or infinity"),
        ({"phase": [0.0, 1.0]}, "got shapes"),
        ({"q": [[1.0 / 32.0, 0.0]]}, "got shapes"),
        ({"amplitude": [1j]}, "real numbers for amplitude, got an array of complex128"),
        ({"amplitude": ["a"]}, "real numbers for amplitude, got an array of <U1"),
        ({"omega": [1j]}, "real numbers for omega, got an array of complex128"),
        ({"phase": ["0"]}, "real numbers for phase"),
        ({"q": [[1.0], [1.0, 2.0]]}, "rows of different lengths"),
    ],
)
def test_modes_that_the_box_has_not(change, said):
    modes = {"q": [[1.0 / 32.0]], "amplitude": [1.0], "omega": [0.1], "phase": [0.0]} | change
    assert said in refused(lambda: DeformationPotential(GRID, **modes), "modes: ")


# ---- wave functions and potentials


@pytest.mark.parametrize(
    "psi0",
    [
        *(np.full(32, NAN), np.full(32, 1j * INFINITY), np.ones(31), np.ones((32, 1)), np.full(32, "1")),
        *(0 * WAVE, [1.0, [2.0]], None),
    ],
)
def test_a_wave_function_that_is_none(psi0):
    refused(lambda: run(psi0=psi0), "psi0")


SOME_NAN = np.where(np.arange(32) < 5, NAN, 0.0)
BAD_POTENTIALS = {
    "of another shape": (np.zeros(31), "shape (31,)"),
    "complex": (np.zeros(32, dtype=complex), "complex values (complex128)"),
    "not a number": (SOME_NAN, "NaN or infinity at 5 of 32 points"),
    "infinite": (np.full(32, INFINITY), "NaN or infinity at 32 of 32 points"),
    "text": (np.full(32, "0"), "an array of <U1"),
    "a number": (0.0, "shape ()"),
    "ragged": ([1.0, [2.0]], "rows of different lengths"),
}
both = pytest.mark.parametrize("integrator", ["strang", "takahashi-imada"])


@both
@pytest.mark.parametrize("kind", BAD_POTENTIALS)
def test_a_potential_that_is_none(kind, integrator):
    """As an array at once; as a function when it returns it, at step n, with t."""
    bad, fault = BAD_POTENTIALS[kind]
    text = refused(lambda: run(potential=bad, integrator=integrator), "potential")
    assert f"got {fault}" in text
    assert "the array that was given" in text

    def turns_bad(t):
        return FLAT if t < 0.42 else bad

    text = refused(lambda: run(potential=turns_bad, integrator=integrator), "potential")
    assert f"got {fault}" in text
    assert f"at t = {'0.5' if integrator == 'strang' else '0.45'}" in text
    assert "the function that was given" in text


@both
def test_an_error_of_the_callers_function_stays_the_callers(integrator):
    """Named as theirs, with t; the error itself is the cause, with the line that raised it."""

    table = []

    def breaks(t):
        return FLAT if t < 0.42 else table[0]

    with pytest.raises(PotentialError) as raised:
        run(potential=breaks, integrator=integrator)
    assert "the function that was given raised IndexError at t = 0." in str(raised.value)
    assert isinstance(raised.value, PhysicsError)
    assert isinstance(raised.value.__cause__, IndexError)
    assert raised.value.__cause__.__traceback__.tb_next.tb_frame.f_code.co_name == "breaks"


@both
def test_an_interrupt_is_not_an_error_of_the_function(integrator):
    def stops(t):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(potential=stops, integrator=integrator)


def test_a_field_of_another_box():
    other = DeformationPotential.thermal(SQUARE, rms=0.1, temperature=1.0, speed=0.0, seed=0)
    with pytest.raises(InputError, match="potential: expected a field on"):
        StrangPropagator(GRID, other, 0.1)


# ---- closed forms


@pytest.mark.parametrize("value", [NAN, INFINITY, 0.0, -1.0])
def test_closed_forms_refuse_what_they_have_no_value_for(value):
    for name in ("wavenumber", "temperature"):
        asked = {"wavenumber": 0.4, "temperature": 1.0, "rms": 0.1} | {name: value}
        refused(lambda asked=asked: theory.golden_rule_rate(**asked), name)
