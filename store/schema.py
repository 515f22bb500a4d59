"""The two tables of a fragment, `trials` and `series`, column by column.

The types are frozen: a column may be added (a minor version) but never change its type (a major one).
Units are natural: hbar = m* = q_D = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from store.columns import Column, Table
from store.ledgers import LEDGERS

SCHEMA_VERSION = "1.3"

LENGTH = "1/q_D"
TIME = "m*/(hbar q_D^2)"
ENERGY = "hbar^2 q_D^2/m*"
MOMENTUM = "hbar q_D"
AREA = "1/q_D^2"
DIFFUSION = "hbar/m*"
ACCELERATION_SQUARED = "(hbar^2 q_D^3/m*^2)^2"

DATA_STATUSES = ("complete", "escaped")
FINAL_STATUSES = (*DATA_STATUSES, "invalid")
FAILED_STATUSES = ("error", "timeout", "lost", "cancelled")
STATUSES = FINAL_STATUSES + FAILED_STATUSES

AXES = (
    Column("disorder", "double", "E_F", "V_rms of the landscape over the launch energy E_F"),
    Column(
        "coupling",
        "double",
        "1",
        "Lambda, with disorder^2 = Lambda I_d(T/T_D); null unless swept instead of disorder",
    ),
    Column(
        "sound_speed",
        "double",
        "v_F",
        "speed of sound v_s over the launch velocity v_F; 0 is a frozen lattice",
    ),
    Column("temperature", "double", "T_D", "temperature over hbar v_s q_D / k_B"),
    Column("wavenumber", "double", "q_D", "launch wavenumber k_F over the Debye wavenumber"),
    Column(
        "packet_width", "double", "1/k_F", "standard deviation of |psi|^2 along an axis at launch, times k_F"
    ),
    Column("dimension", "bigint", "1", "number of space dimensions, 1 or 2"),
    Column("direction", "double", "rad", "launch direction of packet 0, from the first axis"),
    Column("temperature_K", "double", "K", "temperature of the material in kelvin; null without a material"),
)
AXIS_NAMES = tuple(axis.name for axis in AXES)


def _scalar(name: str, unit: str, meaning: str) -> tuple[Column, Column]:
    error = f"standard error of {name}"
    return Column(name, "double", unit, meaning), Column(f"{name}_err", "double", unit, error)


_IDENTITY = (
    Column(
        "trial_id",
        "varchar",
        "",
        "content hash of the trial: scenario, realization, packet, frozen, seed, numerics",
        True,
    ),
    Column(
        "point_id",
        "varchar",
        "",
        "content hash of the point: the trial without realization, packet and frozen",
        True,
    ),
    Column("chunk", "varchar", "", "the chunk this row was committed with", True),
    Column("attempt", "bigint", "1", "which try of the chunk this row comes from, from 1", True),
    Column("status", "varchar", "", "one of " + ", ".join(STATUSES), True),
    Column("reason", "varchar", "", "why the status is not complete"),
)
_DRAW = (
    Column("realization", "bigint", "1", "which lattice of the ensemble, from 0"),
    Column("packet", "bigint", "1", "which of the packets launched into this lattice, from 0"),
    Column("frozen", "boolean", "", "whether the lattice was stopped"),
)
_TWIN = (
    Column("twin_of", "varchar", "", "for a frozen twin, the trial_id of its moving partner"),
    Column("seed", "bigint", "1", "the sweep's seed, from which the phases of the modes derive"),
)
_OPTIONS = (
    Column("center_x", "double", LENGTH, "launch point of packet 0, first axis; null for the box's middle"),
    Column("center_y", "double", LENGTH, "launch point of packet 0, second axis; null for the box's middle"),
    Column(
        "energy_filter_e", "double", "E_F", "energy that the launched packet was filtered to, where asked"
    ),
    Column("energy_filter_delta", "double", "E_F", "standard deviation of that filter's window"),
    Column("classical", "boolean", "", "whether classical trajectories ran beside"),
    Column("amplitudes", "varchar", "", "of the modes: mean (their rms) or thermal (drawn)"),
    Column("zero_point", "boolean", "", "whether the modes carry n + 1/2 quanta instead of n"),
    Column("boundary", "varchar", "", "periodic or absorbing"),
)
_NUMERICS = (
    Column("grid_points", "bigint", "1", "grid points per axis"),
    Column("box_length", "double", LENGTH, "edge of the periodic box"),
    Column("dt", "double", TIME, "time step"),
    Column("field_interval", "double", TIME, "interval between syntheses of the field"),
    Column("integrator", "varchar", "", "the splitting scheme"),
    Column("precision", "varchar", "", "double or single"),
    Column("tolerance", "double", "1", "accuracy asked of the recorded observables"),
    Column("t_final", "double", TIME, "end of the propagation asked for"),
    Column("samples", "bigint", "1", "samples asked for, both ends included"),
)
_GUARDS = (
    Column("norm_drift", "double", "1", "largest departure of the norm from 1"),
    Column("edge_probability", "double", "1", "largest probability near the edge of the box"),
    Column("absorbed", "double", "1", "probability absorbed at the edge"),
    Column("spectral_tail", "double", "1", "largest spectral weight near the grid's largest wavenumber"),
    Column("time_step_error", "double", "1", "estimated error of the time step on the observables"),
    Column("t_valid", "double", TIME, "nothing after this time is used: the box edge is felt"),
)
_MEASURED = (
    Column("vrms_realised", "double", ENERGY, "V_rms of this realization in this box"),
    Column("energy", "double", ENERGY, "mean energy at launch"),
    Column("energy_width", "double", ENERGY, "standard deviation of the energy at launch"),
)
_SCALARS = (
    *_scalar("diffusion", DIFFUSION, "late diffusion constant, (1/2d) d MSD/dt"),
    *_scalar("planckian_alpha", "1", "diffusion constant over hbar/m*"),
    *_scalar("diffusion_dip", "1", "smallest D(t) after the peak, over the peak"),
    *_scalar("msd_exponent_late", "1", "late d ln MSD / d ln t"),
    *_scalar("participation_growth", "1", "late growth exponent of the participation ratio"),
    *_scalar("energy_gain", ENERGY, "kinetic and potential energy gained from the lattice"),
    *_scalar("momentum_relaxation_time", TIME, "decay time of the mean momentum"),
    *_scalar(
        "twin_release_time",
        TIME,
        "when the moving packet parts from its frozen twin, |ln(MSD ratio)| = 1/4: in the view twins",
    ),
    *_scalar("position_return", "1", "how far the mean position came back, as a share of its farthest"),
    *_scalar("mean_squared_acceleration", ACCELERATION_SQUARED, "<|grad V|^2> / m*^2 of the landscape"),
)
_DERIVED = (
    Column("inverse_kl", "double", "1", "1/(k_F l_tr), golden rule"),
    Column("omega_tau", "double", "1", "Debye frequency times transport time, golden rule"),
    Column("t_heat", "double", TIME, "heating time, (tau_tr/4) (v_F/v_s)^2"),
    Column("potential_over_quantum", "double", "1", "V_rms over hbar^2 q_D^2/m*"),
)
_PROVENANCE = (
    Column("physics_version", "varchar", "", "version of the physics, part of the trial's identity"),
    Column("regimap_version", "varchar", "", "version of the program"),
    Column("git_commit", "varchar", "", "commit of the checkout, where there is one"),
    Column("git_dirty", "boolean", "", "whether the checkout had uncommitted changes"),
    Column("host", "varchar", "", "machine that ran the trial"),
    Column("processor", "varchar", "", "processor type of that machine"),
    Column("python", "varchar", "", "Python version"),
    Column("libraries", "varchar", "", "library versions, a JSON object"),
    Column("started_at", "timestamp", "UTC", "when the trial started"),
    Column("wall_s", "double", "s", "wall time"),
    Column("cpu_s", "double", "s", "processor time"),
    Column("peak_rss_mb", "double", "MB", "largest resident memory of the process so far"),
    Column("traceback", "varchar", "", "traceback of an error"),
)
_OBSERVABLES = (
    Column("t", "double", TIME, "time of the sample", True),
    Column("norm", "double", "1", "integral of |psi|^2"),
    Column("mean_x", "double", LENGTH, "mean position from the launch point, first axis"),
    Column("mean_y", "double", LENGTH, "mean position from the launch point, second axis"),
    Column("msd", "double", AREA, "mean squared displacement minus its value at t = 0"),
    Column("msd_raw", "double", AREA, "mean squared displacement from the launch point"),
    Column("variance_x", "double", AREA, "variance of the position, first axis"),
    Column("variance_y", "double", AREA, "variance of the position, second axis"),
    Column("participation_ratio", "double", "1/q_D^d", "1 / integral |psi|^4: the volume the packet fills"),
    Column("autocorrelation_re", "double", "1", "real part of <psi(0)|psi(t)>"),
    Column("autocorrelation_im", "double", "1", "imaginary part of <psi(0)|psi(t)>"),
    Column("return_probability", "double", "1", "probability within two packet widths of the launch point"),
    Column("kinetic_energy", "double", ENERGY, "mean kinetic energy"),
    Column("potential_energy", "double", ENERGY, "mean potential energy"),
    Column("momentum_x", "double", MOMENTUM, "mean momentum, first axis"),
    Column("momentum_y", "double", MOMENTUM, "mean momentum, second axis"),
    Column("momentum_spread", "double", "1", "angular spread of the momentum distribution"),
    Column("entropy", "double", "1", "entropy of the position distribution"),
    Column("edge_probability", "double", "1", "probability near the edge of the box"),
    Column("spectral_tail", "double", "1", "spectral weight near the grid's largest wavenumber"),
    Column(
        "msd_classical", "double", AREA, "msd of the classical trajectories in the same field, where asked"
    ),
    Column("msd_classical_err", "double", AREA, "standard error of msd_classical over the trajectories"),
)

_REPEATED = (
    *("point_id", "chunk", "attempt", "status", "reason", "frozen", "integrator", "precision"),
    *("packet", "classical", "amplitudes", "zero_point", "boundary"),
    *("physics_version", "regimap_version", "git_commit", "git_dirty"),
    *("host", "processor", "python", "libraries"),
)

TRIALS = Table(
    "trials",
    (
        *_IDENTITY,
        *AXES,
        *_DRAW,
        *_TWIN,
        *_OPTIONS,
        *_NUMERICS,
        *_GUARDS,
        *_MEASURED,
        *_SCALARS,
        *_DERIVED,
        *_PROVENANCE,
    ),
    keys=frozenset((*AXIS_NAMES, *_REPEATED)),
)
SERIES_KEYS = ("trial_id", "chunk", "attempt", *AXIS_NAMES, "realization", "packet", "frozen")
SERIES = Table(
    "series",
    (*(TRIALS.by_name[name] for name in SERIES_KEYS), *_OBSERVABLES),
    keys=frozenset(SERIES_KEYS),
)


@dataclass(frozen=True)
class Schema:
    """The columns of the results in one store: those of the deformation potential, or of somebody's model.

    Attributes
    ----------
    trials, series : Table
    axes : tuple of Column
        Numbers that trials may be swept over, by which compacted files are sorted.
    outputs : tuple of Column
        Scalars that a user's function returns.
    own : bool
        Whether the model is the user's, whose columns are declared in the store.
    """

    trials: Table
    series: Table
    axes: tuple[Column, ...]
    outputs: tuple[Column, ...] = ()
    own: bool = False

    @cached_property
    def axis_names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return tuple(axis.name for axis in self.axes)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Every table of the store."""
        return (self.trials, self.series, *LEDGERS.values())

    @cached_property
    def series_keys(self) -> tuple[str, ...]:
        """Columns that series repeat from their trials."""
        return tuple(column.name for column in self.series.columns if column.name in self.series.keys)


BUILT_IN = Schema(TRIALS, SERIES, AXES)

_OWN_TRIAL = (
    Column("trial_id", "varchar", "", "content hash of model, parameters, realization and seed", True),
    Column("point_id", "varchar", "", "content hash of the point: the trial without its realization", True),
    *_IDENTITY[2:],
)
_OWN_DRAW = (
    Column("realization", "bigint", "1", "which draw of the point, from 0"),
    Column("packet", "bigint", "1", "always 0: another model than the deformation potential"),
    Column("frozen", "boolean", "", "always false: another model than the deformation potential"),
    Column("twin_of", "varchar", "", "always null: another model than the deformation potential"),
    Column("seed", "bigint", "1", "the seed that the function was given"),
    Column("samples", "bigint", "1", "samples that the function returned; null without series"),
)
_OWN_VERSION = Column("model_version", "varchar", "", "version of the model, part of the trial's identity")
_OWN_TIME = Column("t", "double", "", "time of the sample, or its number where the function gave none", True)
OWN_RESERVED = frozenset(
    column.name for column in (*_OWN_TRIAL, *_OWN_DRAW, _OWN_VERSION, *_PROVENANCE[1:], _OWN_TIME)
)
"""Names that no parameter and no output of a user's model may have."""


@lru_cache(maxsize=32)
def own_schema(
    parameters: tuple[Column, ...] = (),
    scalars: tuple[Column, ...] = (),
    observables: tuple[Column, ...] = (),
) -> Schema:
    """Return the schema of a user's model.

    Parameters
    ----------
    parameters : tuple of Column
        What a point says, repeated in the series.
    scalars, observables : tuple of Column
        What the function returns: one value a trial, and one a sample.
    """
    trials = Table(
        TRIALS.name,
        (*_OWN_TRIAL, *parameters, *_OWN_DRAW, *scalars, _OWN_VERSION, *_PROVENANCE[1:]),
        keys=frozenset((*(c.name for c in parameters), *(set(_REPEATED) & OWN_RESERVED), "model_version")),
    )
    repeated = ("trial_id", "chunk", "attempt", *(c.name for c in parameters), "realization")
    keys = (*repeated, "packet", "frozen")
    series = Table(
        SERIES.name,
        (*(trials.by_name[name] for name in keys), _OWN_TIME, *observables),
        keys=frozenset(keys),
    )
    return Schema(trials, series, tuple(c for c in parameters if c.type == "double"), scalars, own=True)
