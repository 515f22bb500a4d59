"""Coherent backscattering: the sharpest test that the wave stays coherent, and that motion ends it.

A plane wave in the frozen field returns to -k0 with up to twice the intensity of the ring around it
(Cherroret et al., Phys. Rev. A 85, 011604 (2012)): ``1 + (1 - p_1) exp(-(t / t_phi)^3)``, p_1 the share
scattered once, ``t_phi = (3 tau_tr / (k v_s)^2)^(1/3)`` of the moving lattice. Isotropic scattering:
T = 20, q_D = 2.2 k0, V_rms = 0.3 E, k l = 17.

The box holds ten wavelengths, so twelve wavevectors have exactly the length k0: (10, 0), (6, 8) and
their mirror images. Each is launched in each field; the ring is the other ten. A speckle's
intensity scatters by its mean, and the error comes from the jackknife over fields. Systematic: 0.1, for
corrections of order 1 / (k l) = 0.06.
"""

from functools import cache

import numpy as np
import pytest

from physics import DeformationPotential, StrangPropagator, theory

PERIODS = 10
WAVENUMBER = 1.0 / 2.2
AT = {"wavenumber": WAVENUMBER, "temperature": 20.0, "rms": 0.3 * WAVENUMBER**2 / 2.0}
SYSTEMATIC = 0.1
STEP = 2.0


def enhancement(box, indices, plane_wave, momentum_weights, jackknife, *, speed, lifetimes, fields):
    """n(-k0) / n(ring) after some lifetimes with its error, and the closed form."""
    grid, plans = box
    rate, transport = (theory.golden_rule_rate(transport=x, **AT) for x in (False, True))
    steps = round(lifetimes / rate / STEP)
    counts = []
    for realization in range(fields):
        field = DeformationPotential.thermal(
            grid,
            rms=AT["rms"],
            temperature=AT["temperature"],
            speed=speed * WAVENUMBER,
            seed=0,
            realization=realization,
            plans=plans,
        )
        # Twelve waves meet the same field at the same times.
        potential = field if field.is_static else cache(field.__call__)
        propagator = StrangPropagator(grid, potential, STEP, plans)
        back, side = 0.0, 0.0
        for index in indices:
            weight = momentum_weights(propagator.advance(plane_wave(grid, index), 0.0, steps))
            opposite = (-index[0], -index[1])
            back += weight[opposite]
            side += np.mean([weight[at] for at in indices if at not in (index, opposite)])
        counts.append((back, side))
    dephasing = theory.dephasing_time(
        wavenumber=WAVENUMBER, transport_rate=transport, speed=speed * WAVENUMBER
    )
    expected = theory.backscattering_enhancement(steps * STEP, scattering_rate=rate, dephasing_time=dephasing)
    ratio, error = jackknife(lambda x: x[0] / x[1], counts)
    return ratio, error, float(expected)


def check(found, blunt, record):
    ratio, error, expected = found
    tolerance = 4.0 * error + SYSTEMATIC
    record("enhancement", f"{ratio:.3f}, expected {expected:.3f}")
    record("tolerance", f"{tolerance:.3f}")
    # 2 and 1, peak and no peak, are further apart than twice this.
    assert tolerance < blunt, "too blunt: more fields"
    assert abs(ratio - expected) < tolerance


def test_a_frozen_field_sends_back_twice_as_much(
    square, ring, plane_wave, momentum_weights, jackknife, record
):
    """At 4.5 lifetimes the closed form is 1.95."""
    box = square(PERIODS, WAVENUMBER)
    found = enhancement(
        box, ring(PERIODS), plane_wave, momentum_weights, jackknife, speed=0.0, lifetimes=4.5, fields=60
    )
    check(found, 0.5, record)


def test_a_moving_field_does_not(square, ring, plane_wave, momentum_weights, jackknife, record):
    """v_s = v / 20: t_phi is 1.6 lifetimes, and at 4.5 nothing is left."""
    box = square(PERIODS, WAVENUMBER)
    found = enhancement(
        box, ring(PERIODS), plane_wave, momentum_weights, jackknife, speed=0.05, lifetimes=4.5, fields=12
    )
    assert found[2] < 1.001
    check(found, 0.5, record)


@pytest.mark.slow
def test_the_frozen_peak_is_whole(square, ring, plane_wave, momentum_weights, jackknife, record):
    box = square(PERIODS, WAVENUMBER)
    found = enhancement(
        box, ring(PERIODS), plane_wave, momentum_weights, jackknife, speed=0.0, lifetimes=5.0, fields=300
    )
    check(found, 0.3, record)


@pytest.mark.slow
def test_the_peak_dies_after_the_dephasing_time(
    square, ring, plane_wave, momentum_weights, jackknife, record
):
    """t_phi = t = 4.5 lifetimes: 1 + 0.95 / e = 1.35; with t_phi 1.3 times longer 1.60, shorter 1.11."""
    speed = np.sqrt(3.0 / 4.5**3) * theory.golden_rule_rate(**AT) / WAVENUMBER**2
    box = square(PERIODS, WAVENUMBER)
    found = enhancement(
        box,
        ring(PERIODS),
        plane_wave,
        momentum_weights,
        jackknife,
        speed=float(speed),
        lifetimes=4.5,
        fields=200,
    )
    assert found[2] == pytest.approx(1.35, abs=0.01)
    check(found, 0.25, record)
