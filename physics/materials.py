"""Materials: SI values and a temperature in kelvin, mapped to the numbers of a scenario and back.

There are no presets: every value of one would need a source that was read for it, and none was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, pi
from typing import Any, final

from scipy import constants

from physics import theory
from physics.errors import InputError, require_nonnegative, require_positive
from physics.quantities import debye_wavenumber, fermi_wavenumber, in_si
from physics.scenario import Scenario

HBAR = constants.hbar
K_B = constants.k

# The Debye sphere's share of the mode sum: integral d^dq / (2 pi)^d of a function of q is
# integral q^(d-1) dq over this.
MODE_SHARE = {1: pi, 2: 2.0 * pi}

# Fields of a scenario that follow from a material and its temperature.
DECIDED = ("disorder", "coupling", "sound_speed", "temperature", "wavenumber", "dimension")


@final
@dataclass(frozen=True)
class Material:
    """A conductor with one isotropic parabolic band and one acoustic branch, in SI units.

    Give the density per area in two dimensions or per length in one: it decides the dimension.

    Parameters
    ----------
    effective_mass_kg : float
        m*.
    deformation_j : float
        Magnitude of the deformation potential constant E_d.
    sound_speed_m_s : float
        v_s.
    debye_wavenumber_per_m : float
        q_D.
    fermi_wavenumber_per_m : float
        k_F, at which the electron is launched.
    density_kg_m2, density_kg_m : float, optional
        rho, mass per area or per length; exactly one of them.

    Raises
    ------
    InputError
        For a value that is not above 0, naming it, and for values whose numbers overflow.

    References
    ----------
    Kim et al., Phys. Rev. B 106, 054311 (2022), doi:10.1103/PhysRevB.106.054311: the coherent-state
    deformation potential. That its mode sum gives V_rms as written here was derived from it.
    """

    effective_mass_kg: float
    deformation_j: float
    sound_speed_m_s: float
    debye_wavenumber_per_m: float
    fermi_wavenumber_per_m: float
    density_kg_m2: float | None = None
    density_kg_m: float | None = None

    def __post_init__(self) -> None:
        in_si({name: value for name, value in vars(self).items() if value is not None})
        for name in ("coupling", "sound_speed", "wavenumber", "debye_temperature_k"):
            try:
                number = getattr(self, name)
            except (OverflowError, ZeroDivisionError):
                number = float("inf")
            if not (isfinite(number) and number > 0.0):
                raise InputError(
                    f"{name}: expected finite and above 0, got {number}; check the units of {self}"
                )

    @classmethod
    def from_quantities(cls, values: Mapping[str, float]) -> Material:
        """Material from values in any of the known units, by names such as "effective_mass_me".

        Parameters
        ----------
        values : mapping of str to float
            By names of ``physics.quantities.UNITS``; exactly one for each quantity, lattice
            constant or Debye wavenumber, carrier density or Fermi wavenumber.
        """
        si = in_si(values)
        dimension = 2 if "density_kg_m2" in si else 1
        if "lattice_constant_m" in si:
            edge = si.pop("lattice_constant_m")
            si["debye_wavenumber_per_m"] = debye_wavenumber(edge, dimension)
        carriers = f"carrier_density_per_m{2 if dimension == 2 else ''}"
        if carriers in si:
            si["fermi_wavenumber_per_m"] = fermi_wavenumber(si.pop(carriers), dimension)
        if "fermi_wavenumber_per_m" not in si:
            raise InputError(
                f"carrier density: expected one per {'area' if dimension == 2 else 'length'}, as the density "
                f"of mass is, got {', '.join(name for name in values if name.startswith('carrier'))}"
            )
        return cls(**si)

    @classmethod
    def from_ev_angstrom(  # noqa: PLR0913  # one name per unit, of which half are given
        cls,
        *,
        effective_mass_me: float,
        deformation_ev: float,
        density_u_per_angstrom2: float | None = None,
        density_u_per_angstrom: float | None = None,
        sound_speed_m_s: float | None = None,
        sound_speed_angstrom_per_fs: float | None = None,
        debye_wavenumber_per_angstrom: float | None = None,
        lattice_constant_angstrom: float | None = None,
        fermi_wavenumber_per_angstrom: float | None = None,
        carrier_density_per_angstrom2: float | None = None,
        carrier_density_per_angstrom: float | None = None,
    ) -> Material:
        """Material from electron masses, electronvolts, atomic mass units and angstroms.

        Raises
        ------
        InputError
            If a quantity is given twice or not at all.
        """
        values = {name: value for name, value in locals().items() if name != "cls" and value is not None}
        return cls.from_quantities(values)

    @classmethod
    def from_numbers(
        cls,
        numbers: Mapping[str, float],
        *,
        effective_mass_kg: float,
        debye_wavenumber_per_m: float,
        density_kg_m2: float | None = None,
        density_kg_m: float | None = None,
        zero_point: bool = False,
    ) -> Material:
        """The material behind a scenario's four numbers, given what sets their units.

        Parameters
        ----------
        numbers : mapping of str to float
            disorder, sound_speed, temperature and wavenumber, as :meth:`numbers` gives them.
        effective_mass_kg, debye_wavenumber_per_m, density_kg_m2, density_kg_m : float
            As for :class:`Material`. The kelvin that belong to ``numbers["temperature"]`` are
            :meth:`temperature_k` of what is returned.
        zero_point : bool
            Whether the numbers are of modes that carry n + 1/2 quanta; then the temperature may be 0.

        Raises
        ------
        InputError
            For a number that is missing or outside its domain, naming it.
        """
        if not isinstance(numbers, Mapping):
            raise InputError(f"numbers: expected disorder, sound_speed, ... by name, got {numbers!r}")
        for name in ("disorder", "sound_speed", "temperature", "wavenumber"):
            if name not in numbers:
                raise InputError(f"{name}: expected among the numbers, got {', '.join(numbers) or 'none'}")
            may_vanish = zero_point and name == "temperature"
            (require_nonnegative if may_vanish else require_positive)(name, numbers[name])
        require_positive("effective_mass_kg", effective_mass_kg)
        require_positive("debye_wavenumber_per_m", debye_wavenumber_per_m)
        fermi = numbers["wavenumber"] * debye_wavenumber_per_m
        unit = cls(
            effective_mass_kg=effective_mass_kg,
            deformation_j=HBAR**2 * fermi**2 / (2.0 * effective_mass_kg),
            sound_speed_m_s=numbers["sound_speed"] * HBAR * fermi / effective_mass_kg,
            debye_wavenumber_per_m=debye_wavenumber_per_m,
            fermi_wavenumber_per_m=fermi,
            density_kg_m2=density_kg_m2,
            density_kg_m=density_kg_m,
        )
        # V_rms is proportional to E_d.
        vrms = unit._vrms(numbers["temperature"], zero_point=zero_point)
        ratio = numbers["disorder"] * unit.fermi_energy_j / vrms
        return cls(**vars(unit) | {"deformation_j": unit.deformation_j * ratio})

    @property
    def dimension(self) -> int:
        """2 with a density per area, 1 with one per length."""
        return 2 if self.density_kg_m2 is not None else 1

    @property
    def fermi_energy_j(self) -> float:
        """``E_F = hbar^2 k_F^2 / 2 m*``."""
        return HBAR**2 * self.fermi_wavenumber_per_m**2 / (2.0 * self.effective_mass_kg)

    @property
    def fermi_velocity_m_s(self) -> float:
        """``v_F = hbar k_F / m*``."""
        return HBAR * self.fermi_wavenumber_per_m / self.effective_mass_kg

    @property
    def debye_temperature_k(self) -> float:
        """``T_D = hbar v_s q_D / k_B``."""
        return HBAR * self.sound_speed_m_s * self.debye_wavenumber_per_m / K_B

    @property
    def wavenumber(self) -> float:
        """k_F / q_D."""
        return self.fermi_wavenumber_per_m / self.debye_wavenumber_per_m

    @property
    def sound_speed(self) -> float:
        """v_s / v_F."""
        return self.sound_speed_m_s / self.fermi_velocity_m_s

    @property
    def coupling(self) -> float:
        """Lambda, with ``(V_rms / E_F)^2 = Lambda I_d(T / T_D)``: what no temperature changes.

        ``Lambda = (E_d / E_F)^2 hbar q_D^3 / (2 pi rho v_s)`` in two dimensions and
        ``(E_d / E_F)^2 hbar q_D^2 / (pi rho v_s)`` in one.
        """
        sphere = self.debye_wavenumber_per_m ** (self.dimension + 1) / MODE_SHARE[self.dimension]
        energies = (self.deformation_j / self.fermi_energy_j) ** 2
        return energies * HBAR * sphere / (self._density * self.sound_speed_m_s)

    @property
    def length_m(self) -> float:
        """The natural unit of length, 1 / q_D."""
        return 1.0 / self.debye_wavenumber_per_m

    @property
    def time_s(self) -> float:
        """The natural unit of time, ``m* / (hbar q_D^2)``."""
        return self.effective_mass_kg / (HBAR * self.debye_wavenumber_per_m**2)

    @property
    def energy_j(self) -> float:
        """The natural unit of energy, ``hbar^2 q_D^2 / m*``."""
        return HBAR**2 * self.debye_wavenumber_per_m**2 / self.effective_mass_kg

    @property
    def diffusion_m2_s(self) -> float:
        """The natural unit of diffusion, ``hbar / m*``."""
        return HBAR / self.effective_mass_kg

    def temperature(self, temperature_k: float) -> float:
        """T / T_D of a temperature in kelvin."""
        require_nonnegative("temperature_K", temperature_k)
        return temperature_k / self.debye_temperature_k

    def temperature_k(self, temperature: float) -> float:
        """Kelvin of a temperature given as T / T_D."""
        require_nonnegative("temperature", temperature)
        return temperature * self.debye_temperature_k

    def vrms_j(self, temperature_k: float, *, zero_point: bool = False) -> float:
        """V_rms at a temperature in kelvin, see :func:`physics.theory.material_rms`.

        Parameters
        ----------
        temperature_k : float
        zero_point : bool
            Whether the modes carry n + 1/2 quanta instead of n.
        """
        return self._vrms(self.temperature(temperature_k), zero_point=zero_point)

    def numbers(self, temperature_k: float, *, zero_point: bool = False) -> dict[str, float | int]:
        """The numbers that matter at a temperature in kelvin, by the names that :class:`Scenario` has.

        Parameters
        ----------
        temperature_k : float
        zero_point : bool
            Whether the modes carry n + 1/2 quanta instead of n.

        Returns
        -------
        dict of str to float
            disorder, sound_speed, temperature, wavenumber and dimension.
        """
        temperature = self.temperature(temperature_k)
        return {
            "disorder": self._vrms(temperature, zero_point=zero_point) / self.fermi_energy_j,
            "sound_speed": self.sound_speed,
            "temperature": temperature,
            "wavenumber": self.wavenumber,
            "dimension": self.dimension,
        }

    def scenario(self, temperature_k: float, **others: Any) -> Scenario:  # noqa: ANN401  # Scenario checks them
        """Scenario at a temperature in kelvin, its disorder following from the coupling.

        Parameters
        ----------
        temperature_k : float
        **others
            Further fields of :class:`Scenario`, such as ``realization`` or ``packet_width``.

        Raises
        ------
        InputError
            For a field that the material decides, or a value outside its domain.
        """
        for name, value in others.items():
            if name in DECIDED:
                raise InputError(
                    f"{name}: expected none, as the material decides it, got {value!r}; remove it"
                )
        return Scenario(
            coupling=self.coupling,
            sound_speed=self.sound_speed,
            temperature=self.temperature(temperature_k),
            wavenumber=self.wavenumber,
            dimension=self.dimension,
            **others,
        )

    @property
    def _density(self) -> float:
        density = self.density_kg_m2 if self.density_kg_m2 is not None else self.density_kg_m
        assert density is not None
        return density

    def _vrms(self, temperature: float, *, zero_point: bool = False) -> float:
        return theory.material_rms(
            deformation=self.deformation_j,
            density=self._density,
            sound_speed=self.sound_speed_m_s,
            debye_wavenumber=self.debye_wavenumber_per_m,
            temperature_ratio=temperature,
            dimension=self.dimension,
            hbar=HBAR,
            zero_point=zero_point,
        )
