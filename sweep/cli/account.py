"""What `simulate` says of a trajectory: an object for machines, a page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from math import floor, isfinite, log10
from typing import Any

from physics import Scenario, Trajectory
from physics.validity import limits
from store.schema import AREA, DIFFUSION, LENGTH, TIME, TRIALS
from sweep.cli.plain import plain
from sweep.cli.settings import Chosen
from sweep.closed_forms import closed_series, golden_rule

GUARDS = ("norm_drift", "edge_probability", "absorbed", "spectral_tail", "time_step_error")
LAUNCH = ("vrms_realised", "energy", "energy_width")
DERIVED = ("inverse_kl", "omega_tau", "t_heat", "potential_over_quantum")
# Of what the golden rule says: name, unit, meaning.
PREDICTED = (
    ("scattering_time", TIME, "tau, golden rule"),
    ("transport_time", TIME, "tau_tr, golden rule"),
    ("mean_free_path", LENGTH, "k tau_tr"),
    ("diffusion", DIFFUSION, "k^2 tau_tr / d"),
    ("lyapunov_exponent", "q_D", "S(2k) / (2 k^2), Born order"),
    ("localization_length", LENGTH, "1 / Lyapunov exponent in 1-D, l exp(pi k l / 2) in 2-D"),
    ("heating_time", TIME, "(tau_tr / 4) (v / v_s)^2"),
    ("heating_rate", "hbar^3 q_D^4/m*^2", "golden rule, slow lattice"),
)


def record(chosen: Chosen, trajectory: Trajectory, wall_s: float) -> dict[str, Any]:
    """One object of plain values: what JSON can say, null where a number is not determined."""
    row, series = trajectory.to_records()
    status, reason = row.pop("status"), row.pop("reason")
    content = {
        "trial_id": chosen.trial.trial_id,
        "point_id": chosen.trial.point_id,
        "status": status,
        "reason": reason,
        "scenario": asdict(trajectory.scenario),
        "numerics": asdict(trajectory.numerics),
        "temperature_K": chosen.temperature_k,
        "scalars": row,
        "closed_forms": golden_rule(trajectory.scenario),
        "wall_s": wall_s,
        "series": {name: values.tolist() for name, values in series.items()},
    }
    return {name: plain(value) for name, value in content.items()}


def summary(chosen: Chosen, trajectory: Trajectory, wall_s: float) -> str:
    """The page that `simulate` prints."""
    scalars, numerics = trajectory.scalars, trajectory.numerics
    verdict = trajectory.status + (f": {trajectory.reason}" if trajectory.reason else "")
    valid = f"valid to t = {scalars['t_valid']:.5g} of {numerics.t_final:.5g} {TIME}"
    head = {
        "status": f"{verdict}; {valid}",
        "point": ", ".join(_point(chosen)),
        "trial": chosen.trial.trial_id,
        "box": f"{scalars['box_length']:.5g} {LENGTH}, {_grid(trajectory)} points",
        "steps": f"{_steps(trajectory)} of {scalars['dt']:.4g} {TIME}, {scalars['integrator']}, "
        f"{scalars['precision']} precision",
        "spent": f"{wall_s:.2f} s",
    }
    parts = [
        *(f"{name:10s}{text}" for name, text in head.items()),
        "",
        *_guards(trajectory),
        "",
        *_section("at launch", _recorded(scalars, LAUNCH)),
        *_section("measured", _measured(trajectory)),
        *_section("closed forms", _closed(trajectory)),
        *_section("derived", _recorded(scalars, DERIVED)),
    ]
    return "\n".join(part.rstrip() for part in parts).rstrip()


def with_error(value: float, error: float) -> str:
    """A value to the second digit of its error: ``12.34 ± 0.56``."""
    if not isfinite(value):
        return "not determined"
    if not (isfinite(error) and error > 0.0):
        return f"{value:.4g}"
    place = floor(log10(error)) - 1
    if -6 <= place <= 0:
        return f"{value:.{-place}f} ± {error:.{-place}f}"
    digits = max(floor(log10(abs(value))) - place + 1, 1) if value else 1
    return f"{value:.{digits}g} ± {error:.2g}"


def _point(chosen: Chosen) -> Iterator[str]:
    """Fields of the scenario that a reader needs, and those that differ from their defaults."""
    scenario = chosen.scenario
    if chosen.temperature_k is not None:
        yield f"temperature_K {chosen.temperature_k:g}"
    always = ("disorder", "coupling", "sound_speed", "temperature", "wavenumber", "dimension", "realization")
    plain = Scenario(disorder=0.0)
    for name, value in asdict(scenario).items():
        if value is None or (name not in always and value == getattr(plain, name)):
            continue
        yield f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"


def _grid(trajectory: Trajectory) -> str:
    return " x ".join([str(trajectory.scalars["grid_points"])] * trajectory.scenario.dimension)


def _steps(trajectory: Trajectory) -> int:
    return round(float(trajectory.scalars["t_valid"]) / float(trajectory.scalars["dt"]))


def _guards(trajectory: Trajectory) -> Iterator[str]:
    known = limits(trajectory.numerics)
    yield f"{'guards':28s}{'found':>10s}{'limit':>10s}"
    for name in GUARDS:
        if name in trajectory.scalars:
            limit = f"{known[name]:10.2g}" if name in known else f"{'':10s}"
            yield f"{name:28s}{float(trajectory.scalars[name]):10.2g}{limit}"


def _section(title: str, lines: list[tuple[str, str, str, str]]) -> Iterator[str]:
    if not lines:
        return
    yield title
    for name, value, unit, meaning in lines:
        yield f"  {name:26s}{value:22s}{unit:24s}  {meaning}".rstrip()
    yield ""


def _recorded(scalars: Mapping[str, Any], names: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    return [_line(name, with_error(float(scalars[name]), 0.0)) for name in names if name in scalars]


def _measured(trajectory: Trajectory) -> list[tuple[str, str, str, str]]:
    scalars, series = trajectory.scalars, trajectory.series
    lines = [
        _line(name, with_error(float(value), float(scalars[f"{name}_err"])))
        for name, value in scalars.items()
        if f"{name}_err" in scalars
    ]
    last = f"at t = {scalars['t_valid']:.5g}"
    lines.append(("msd", f"{series['msd'][-1]:.5g}", AREA, last))
    if "msd_classical" in series:
        lines.append(("msd_classical", f"{series['msd_classical'][-1]:.5g}", AREA, f"{last}, classical twin"))
    ratio = series["participation_ratio"]
    lines.append(
        ("participation_ratio", f"{ratio[-1]:.5g}", _volume(trajectory), f"{last}; {ratio[0]:.5g} at 0")
    )
    return lines


def _closed(trajectory: Trajectory) -> list[tuple[str, str, str, str]]:
    scenario, numbers = trajectory.scenario, golden_rule(trajectory.scenario)
    lines = [
        (name, _number(numbers[name]), unit, meaning) for name, unit, meaning in PREDICTED if name in numbers
    ]
    series = closed_series(scenario, trajectory.t)
    last = f"at t = {trajectory.scalars['t_valid']:.5g}"
    for name, unit in (
        ("free_msd", AREA),
        ("fuerth_msd", AREA),
        ("free_participation_ratio", _volume(trajectory)),
    ):
        if name in series:
            lines.append((name, _number(float(series[name][-1])), unit, last))
    return lines


def _line(name: str, value: str) -> tuple[str, str, str, str]:
    column = TRIALS.by_name.get(name)
    if column is None:
        return name, value, "", ""
    return name, value, "" if column.unit == "1" else column.unit, column.meaning


def _number(value: float) -> str:
    return f"{value:.4g}" if isfinite(value) else "infinite"


def _volume(trajectory: Trajectory) -> str:
    return LENGTH if trajectory.scenario.dimension == 1 else AREA
