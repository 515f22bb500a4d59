"""Electron wave packets in the thermal deformation potential of a vibrating lattice.

Natural units throughout: hbar = m* = q_D = 1. Files are ordered as the mathematics is: grid,
fourier, modes, potential, packet, propagator, observables, scenario, resolution, trajectory;
:mod:`physics.theory` holds the closed forms that all of it is checked against.
"""

from physics import theory
from physics.errors import InputError, PhysicsError, ResolutionError
from physics.fourier import FAST_SIZES, FFTW_VERSION, Plans
from physics.grid import Grid
from physics.packet import gaussian_packet
from physics.potential import DeformationPotential
from physics.propagator import StrangPropagator, propagate
from physics.resolution import Resolution, resolve
from physics.scenario import PHYSICS_VERSION, Numerics, Scenario
from physics.trajectory import Trajectory, simulate

__all__ = [
    "FAST_SIZES",
    "FFTW_VERSION",
    "PHYSICS_VERSION",
    "DeformationPotential",
    "Grid",
    "InputError",
    "Numerics",
    "PhysicsError",
    "Plans",
    "Resolution",
    "ResolutionError",
    "Scenario",
    "StrangPropagator",
    "Trajectory",
    "gaussian_packet",
    "propagate",
    "resolve",
    "simulate",
    "theory",
]
