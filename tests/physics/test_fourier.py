"""Transforms: the same numbers as numpy's, and the same bits from the same wisdom."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import physics
from physics import InputError, Plans
from physics.fourier import FAST_SIZES, fast_size

ROOT = Path(physics.__file__).parents[1]
SHAPES = [(64,), (45,), (16, 36), (9, 15)]


def random_complex(shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_forward_is_the_discrete_fourier_transform(shape, plans_of):
    plans, values = plans_of(shape), random_complex(shape)
    plans.psi[...] = values
    plans.forward()
    # An FFT's rounding grows as log2 N ulps of the norm; 1e-14 leaves a factor of ten.
    np.testing.assert_allclose(
        plans.psi, np.fft.fftn(values), rtol=0, atol=1e-14 * np.sqrt(values.size) * np.linalg.norm(values)
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_the_pair_multiplies_by_the_number_of_points(shape, plans_of):
    plans, values = plans_of(shape), random_complex(shape)
    plans.psi[...] = values
    plans.forward()
    plans.backward()
    np.testing.assert_allclose(plans.psi / values.size, values, rtol=0, atol=1e-14)


@pytest.mark.parametrize("shape", SHAPES)
def test_synthesize_sums_the_half_spectrum(shape, plans_of):
    plans = plans_of(shape)
    values = random_complex(shape).real
    plans.half[...] = np.fft.rfftn(values) / values.size
    np.testing.assert_allclose(plans.synthesize(), values, rtol=0, atol=1e-14)


def test_the_buffers_stay_where_they_are():
    plans = Plans((32,))
    psi, real = plans.psi, plans.real
    plans.psi[...] = 1.0
    plans.half[...] = 0.0
    plans.forward()
    plans.synthesize()
    assert plans.psi is psi
    assert plans.synthesize() is real


def round_trips(plans):
    plans.psi[...] = random_complex(plans.shape)
    for _ in range(20):
        plans.forward()
        plans.psi[...] *= np.exp(1j * np.arange(plans.psi.size).reshape(plans.shape)) / plans.psi.size
        plans.backward()
    plans.half[...] = random_complex(plans.half.shape)
    return plans.psi.tobytes() + plans.synthesize().tobytes()


def test_the_same_wisdom_gives_the_same_bits():
    first = Plans((48, 48))
    expected = round_trips(first)
    # Planning something else in between must not leak into what the record decides.
    Plans((40,))
    second = Plans((48, 48), wisdom=first.wisdom)
    # FFTW writes its records in no fixed order.
    assert set(second.wisdom.split(b"\n")) == set(first.wisdom.split(b"\n"))
    assert round_trips(second) == expected


def test_the_same_wisdom_gives_the_same_bits_in_another_process():
    plans = Plans((48, 48))
    program = (
        "import sys, hashlib\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_fourier import Plans, round_trips\n"
        "plans = Plans((48, 48), wisdom=sys.stdin.buffer.read())\n"
        "print(hashlib.sha256(round_trips(plans)).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=plans.wisdom, capture_output=True, check=True, cwd=ROOT
    )
    assert done.stdout.decode().strip() == hashlib.sha256(round_trips(plans)).hexdigest()


@given(st.floats(min_value=-10.0, max_value=7e4))
def test_fast_size_is_the_smallest_of_the_table_that_suffices(minimum):
    size = fast_size(minimum)
    enough = [n for n in FAST_SIZES if n >= minimum]
    assert size == (min(enough) if enough else None)


def test_the_table_ascends_and_has_only_small_factors():
    assert list(FAST_SIZES) == sorted(set(FAST_SIZES))
    for size in FAST_SIZES:
        rest = size
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        assert rest == 1


def test_a_record_of_another_fftw_is_refused_and_not_ignored():
    record = Plans((32,)).wisdom
    with pytest.raises(InputError, match="plan anew"):
        Plans((32,), record.replace(b"fftw-3", b"fftw-2"))
