"""From a scenario to the field and the wave function at time 0."""

from __future__ import annotations

from physics.absorption import absorber
from physics.energy_filter import energy_filtered
from physics.fourier import Plans
from physics.grid import FloatArray, Grid
from physics.packet import ComplexArray, gaussian_packet
from physics.potential import DeformationPotential
from physics.scenario import ABSORBING, Numerics, Scenario


def lattice(scenario: Scenario, grid: Grid, plans: Plans | None = None) -> DeformationPotential:
    """The field that a scenario names, on a grid."""
    return DeformationPotential.thermal(
        grid,
        rms=scenario.rms,
        temperature=scenario.temperature,
        speed=0.0 if scenario.frozen else scenario.speed,
        seed=scenario.seed,
        realization=scenario.realization,
        amplitudes=scenario.amplitudes,
        zero_point=scenario.zero_point,
        plans=plans,
    )


def launched(scenario: Scenario, field: DeformationPotential, plans: Plans | None = None) -> ComplexArray:
    """The wave function that a scenario launches into a field, shape ``grid.shape``, normalised.

    Raises
    ------
    InputError
        If the box cannot hold the packet, or the energy window holds next to nothing of it.
    """
    grid = field.grid
    center = scenario.launch_point(grid.length)
    psi = gaussian_packet(grid, scenario.wavevector, scenario.width, center)
    if scenario.energy_filter is None:
        return psi
    energy, delta = (share * scenario.fermi_energy for share in scenario.energy_filter)
    if plans is None or plans.precision != "double":
        # Not timed, so always the same: what is launched must not depend on the process.
        plans = Plans(grid.shape, effort="FFTW_ESTIMATE")
    return energy_filtered(psi, grid, field(0.0), energy, delta, plans)[0]


def loss_rate(scenario: Scenario, numerics: Numerics, grid: Grid) -> FloatArray | None:
    """Rate at which an absorbing edge takes amplitude; None where the box is periodic.

    The edge is that of the launch point, half a box from it on every side, as for `edge_probability`.
    """
    if numerics.boundary != ABSORBING:
        return None
    return absorber(grid, scenario.slowest_absorbed, scenario.launch_point(grid.length))
