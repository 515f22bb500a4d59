"""A damped kicked rotor (the Zaslavsky map): a simulator that knows nothing of regimap."""

from collections.abc import Mapping

import numpy as np

KICKS = 200
ROTORS = 64
TURN = 2.0 * np.pi


def simulate(point: Mapping[str, float], seed: int) -> dict[str, object]:
    """Kick rotors that start at random angles, and record how they move.

    Parameters
    ----------
    point : mapping
        ``kick``, the strength of the kicks; ``damping``, the share of the momentum lost between two.
    seed : int
        Draws the angles and momenta at the start.

    Returns
    -------
    dict
        ``lyapunov``, the rate per kick at which neighbours part; ``energy``, late and per rotor. Over ``t``,
        the number of kicks: ``momentum_squared``, the mean; ``coherence``, the length of the mean of
        exp(i angle).
    """
    kick, kept = point["kick"], 1.0 - point["damping"]
    draws = np.random.default_rng(seed)
    angle, momentum = draws.uniform(0.0, TURN, ROTORS), draws.normal(0.0, 1.0, ROTORS)
    # A small difference of two rotors, which the derivative of the map carries along.
    apart, drift, parted = np.ones(ROTORS), np.zeros(ROTORS), np.zeros(ROTORS)
    momentum_squared, coherence = np.empty(KICKS), np.empty(KICKS)
    for n in range(KICKS):
        momentum_squared[n] = np.mean(momentum**2)
        coherence[n] = abs(np.mean(np.exp(1j * angle)))
        drift = kept * drift + kick * np.cos(angle) * apart
        apart = apart + drift
        momentum = kept * momentum + kick * np.sin(angle)
        angle = (angle + momentum) % TURN
        length = np.hypot(apart, drift)
        apart, drift, parted = apart / length, drift / length, parted + np.log(length)
    return {
        "lyapunov": float(np.mean(parted)) / KICKS,
        "energy": float(np.mean(momentum_squared[KICKS // 2 :])) / 2.0,
        "t": np.arange(KICKS),
        "momentum_squared": momentum_squared,
        "coherence": coherence,
    }
