"""Closed forms: what the simulation must agree with, and what maps are annotated with.

Natural units, hbar = m* = q_D = 1: energies in hbar^2 q_D^2 / m*, times in m* / (hbar q_D^2). Files are
ordered as the physics is: the field, what it does to a plane wave (scattering), what becomes of a
packet (spreading), and what interference adds (localization, backscattering).
"""

from physics.theory.backscattering import backscattering_enhancement, dephasing_time
from physics.theory.field import (
    debye_integral,
    field_correlation,
    field_spectrum,
    mean_squared_acceleration,
    occupation,
)
from physics.theory.localization import (
    MOBILITY_EDGE,
    localization_length,
    lyapunov_exponent,
    transfer_matrix_lyapunov,
)
from physics.theory.materials import material_rms
from physics.theory.scattering import acoustic_rate, golden_rule_rate, heating_rate, mean_free_path
from physics.theory.spreading import diffusion_constant, free_variance, fuerth_msd

__all__ = [
    "MOBILITY_EDGE",
    "acoustic_rate",
    "backscattering_enhancement",
    "debye_integral",
    "dephasing_time",
    "diffusion_constant",
    "field_correlation",
    "field_spectrum",
    "free_variance",
    "fuerth_msd",
    "golden_rule_rate",
    "heating_rate",
    "localization_length",
    "lyapunov_exponent",
    "material_rms",
    "mean_free_path",
    "mean_squared_acceleration",
    "occupation",
    "transfer_matrix_lyapunov",
]
