"""Electron wave packets in the thermal deformation potential of a vibrating lattice.

Natural units throughout: hbar = m* = q_D = 1. Files are ordered as the mathematics is: grid, fourier;
modes, halfplane, potential (the field); packet, energy_filter, launch (the electron at time 0);
landscape, absorption, propagator (its motion); observables, recording, deviation, validity (what is
recorded of it, and up to when it may be believed); scenario, resolution (one simulation from its
parameters); spline, classical (its classical twin); summary, scalars, trajectory, checkpoint, simulation
(it runs, stops and goes on); memory; quantities and materials (SI values). :mod:`physics.theory` holds
the closed forms that all of it is checked against.
"""

from physics import theory
from physics.absorption import absorber
from physics.classical import classical_twin
from physics.energy_filter import energy_filtered
from physics.errors import CheckpointError, InputError, PhysicsError, PotentialError, ResolutionError
from physics.fourier import FAST_SIZES, FFTW_VERSION, Plans
from physics.grid import Grid
from physics.materials import Material
from physics.memory import memory_bytes
from physics.packet import gaussian_packet
from physics.potential import DeformationPotential, FieldSnapshot
from physics.propagator import INTEGRATORS, StrangPropagator, TakahashiImadaPropagator, propagate
from physics.resolution import Resolution, resolve
from physics.scenario import PHYSICS_VERSION, Numerics, Scenario
from physics.simulation import Simulation, ensemble, simulate
from physics.trajectory import Trajectory

__all__ = [
    "FAST_SIZES",
    "FFTW_VERSION",
    "INTEGRATORS",
    "PHYSICS_VERSION",
    "CheckpointError",
    "DeformationPotential",
    "FieldSnapshot",
    "Grid",
    "InputError",
    "Material",
    "Numerics",
    "PhysicsError",
    "Plans",
    "PotentialError",
    "Resolution",
    "ResolutionError",
    "Scenario",
    "Simulation",
    "StrangPropagator",
    "TakahashiImadaPropagator",
    "Trajectory",
    "absorber",
    "classical_twin",
    "energy_filtered",
    "ensemble",
    "gaussian_packet",
    "memory_bytes",
    "propagate",
    "resolve",
    "simulate",
    "theory",
]
