"""From a scenario to its judged record: what is kept, what is refused, what repeats to the bit."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from physics import (
    InputError,
    Numerics,
    Plans,
    ResolutionError,
    Scenario,
    StrangPropagator,
    resolve,
    simulate,
    theory,
)
from physics.deviation import deviations, largest
from physics.simulation import ensemble

TWO_PI = 2.0 * np.pi
LINE = Scenario(disorder=1.0, sound_speed=0.3, wavenumber=0.4, packet_width=2.0, dimension=1)
PLANE = replace(LINE, dimension=2)
CASES = {
    "line": (LINE, Numerics(t_final=40.0, samples=17)),
    "plane": (PLANE, Numerics(t_final=20.0, samples=9)),
    "strong": (replace(LINE, disorder=3.0), Numerics(t_final=40.0, samples=17)),
}
SHORT = Numerics(t_final=30.0, samples=13, tolerance=1e-2, box_length=TWO_PI * 16)


@pytest.fixture
def run(plans_of):
    """Simulation with the session's transforms."""

    def simulated(scenario, numerics):
        return simulate(scenario, numerics, plans=plans_of(resolve(scenario, numerics).grid.shape))

    return simulated


@pytest.fixture(params=CASES)
def case(request, run):
    scenario, numerics = CASES[request.param]
    return run(scenario, numerics)


# ---- the record


def test_a_complete_record(case):
    assert case.status == "complete"
    assert case.reason is None
    np.testing.assert_allclose(case.t, np.linspace(0.0, case.numerics.t_final, case.numerics.samples))
    assert case.t[-1] == case.scalars["t_valid"]
    assert case.msd[0] == 0.0
    np.testing.assert_array_equal(case.msd, case.series["msd_raw"] - case.series["msd_raw"][0])
    np.testing.assert_array_equal(case.participation_ratio, case.series["participation_ratio"])
    for values in case.series.values():
        assert values.dtype == np.float64
        assert values.shape == case.t.shape
        assert np.all(np.isfinite(values))


def test_the_columns(case):
    per_axis = [f"{name}_{axis}" for name in ("mean", "variance", "momentum") for axis in "xy"]
    other = "y" if case.scenario.dimension == 1 else "-"
    assert set(case.series) == {
        *("t", "norm", "msd", "msd_raw", "participation_ratio", "autocorrelation_re", "autocorrelation_im"),
        *("return_probability", "kinetic_energy", "potential_energy", "momentum_spread", "entropy"),
        *("edge_probability", "spectral_tail"),
        *(name for name in per_axis if not name.endswith(other)),
    }


def test_scalars_with_their_errors(case):
    for name in (
        *("diffusion", "planckian_alpha", "diffusion_dip", "msd_exponent_late", "participation_growth"),
        *("energy_gain", "momentum_relaxation_time"),
    ):
        value, error = case.scalars[name], case.scalars[f"{name}_err"]
        assert np.isnan(value) == np.isnan(error)
        assert np.isnan(error) or error >= 0.0


def test_records_are_plain_values(case):
    """JSON takes them: no numpy scalar, no NaN."""
    row, series = case.to_records()
    assert {type(value) for value in row.values()} <= {int, float, str, type(None)}
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    assert row["status"] == "complete"
    assert series.keys() == case.series.keys()
    assert row.keys() == {"status", "reason", *case.scalars}


def test_what_is_undetermined_is_none(run):
    """Without a field nothing relaxes the momentum; without motion nothing heats."""
    row, _ = run(replace(LINE, disorder=0.0, sound_speed=0.0), SHORT).to_records()
    for name in ("momentum_relaxation_time", "momentum_relaxation_time_err", "t_heat", "omega_tau"):
        assert row[name] is None


def test_a_trajectory_travels(case):
    copy = pickle.loads(pickle.dumps(case))
    assert (copy.scenario, copy.numerics, copy.status) == (case.scenario, case.numerics, case.status)
    for name, values in case.series.items():
        np.testing.assert_array_equal(copy.series[name], values)


def test_resolved_numerics_are_recorded(case):
    found = resolve(case.scenario, case.numerics)
    assert case.scalars["grid_points"] == found.grid.shape[0]
    assert case.scalars["box_length"] == found.grid.length[0]
    assert case.scalars["dt"] == found.dt


def test_derived_axes(case):
    """1 / (k l) with l = k tau_tr; w_D tau_tr with w_D = v_s; t_heat = (tau_tr / 4) (v_F / v_s)^2."""
    scenario = case.scenario
    tau = 1.0 / theory.golden_rule_rate(
        wavenumber=0.4, temperature=1.0, rms=scenario.rms, transport=True, dimension=scenario.dimension
    )
    assert case.scalars["inverse_kl"] == pytest.approx(1.0 / (0.4 * 0.4 * tau))
    assert case.scalars["omega_tau"] == pytest.approx(0.3 * 0.4 * tau)
    assert case.scalars["t_heat"] == pytest.approx(tau / 4.0 / 0.3**2)


# ---- agreement


@pytest.mark.parametrize("dimension", [1, 2])
def test_free_flight(run, dimension):
    """No field: MSD = k^2 t^2 + d t^2 / (4 sigma^2), PR = (4 pi sigma^2(t))^(d/2), energies for ever.

    The spread of p^2 / 2 for momenta normal about k with s = 1 / (2 sigma): k^2 s^2 + d s^4 / 2.
    The packet's end at the edge of the box, exp(-16^2 / 2) or less, is below rounding.
    """
    free = replace(LINE, disorder=0.0, dimension=dimension)
    found = run(free, Numerics(t_final=20.0, samples=11, box_length=TWO_PI * 26))
    t, sigma, s = found.t, 5.0, 0.1
    assert found.status == "complete"
    np.testing.assert_allclose(found.msd, 0.16 * t**2 + dimension * t**2 / 100.0, atol=1e-9)
    volume = (4.0 * np.pi * (sigma**2 + t**2 / 100.0)) ** (dimension / 2.0)
    np.testing.assert_allclose(found.participation_ratio, volume, rtol=1e-9)
    np.testing.assert_allclose(found.series["kinetic_energy"], 0.08 + dimension * s**2 / 2.0, rtol=1e-10)
    np.testing.assert_array_equal(found.series["potential_energy"], 0.0)
    assert found.scalars["energy"] == pytest.approx(0.08 + dimension * s**2 / 2.0)
    assert found.scalars["energy_width"] == pytest.approx(np.sqrt(0.16 * s**2 + dimension * s**4 / 2.0))
    assert found.scalars["msd_exponent_late"] == pytest.approx(2.0, abs=1e-9)
    assert found.scalars["time_step_error"] < 1e-12


@pytest.mark.parametrize("temperature", [0.0, 0.3])
@pytest.mark.parametrize("scenario", [LINE, PLANE], ids=["line", "plane"])
def test_zero_point_motion_is_in_the_derived_axes(run, scenario, temperature):
    """Also at T = 0, where it is all there is."""
    scenario = replace(scenario, zero_point=True, temperature=temperature)
    found = run(scenario, Numerics(t_final=5.0, samples=5, tolerance=5e-2))
    rate = theory.golden_rule_rate(
        wavenumber=0.4,
        temperature=temperature,
        rms=scenario.rms,
        transport=True,
        dimension=scenario.dimension,
        zero_point=True,
    )
    assert found.status == "complete"
    assert found.scalars["inverse_kl"] == pytest.approx(rate / 0.4**2, rel=1e-12)
    assert found.scalars["omega_tau"] == pytest.approx(scenario.speed / rate, rel=1e-12)
    assert found.scalars["t_heat"] == pytest.approx(1.0 / (4.0 * rate * 0.3**2), rel=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_the_tolerance_is_kept(name, run):
    """Ten times the accuracy in the same box changes MSD and PR by no more than both tolerances."""
    scenario, numerics = CASES[name]
    numerics = replace(numerics, box_length=resolve(scenario, numerics).grid.length[0])
    rough, fine = (run(scenario, replace(numerics, tolerance=t)) for t in (1e-3, 1e-4))
    assert fine.scalars["grid_points"] > rough.scalars["grid_points"]
    assert fine.scalars["dt"] < rough.scalars["dt"]
    for key in ("msd_raw", "participation_ratio"):
        np.testing.assert_allclose(rough.series[key], fine.series[key], rtol=1.1e-3)


def test_frozen_energy_is_kept_and_moving_is_not(run):
    still, moving = (run(scenario, SHORT) for scenario in (PLANE.twin(), PLANE))
    energies = [x.series["kinetic_energy"] + x.series["potential_energy"] for x in (still, moving)]
    strays = [np.abs(energy - energy[0]).max() for energy in energies]
    assert strays[0] < SHORT.tolerance * PLANE.rms
    assert strays[1] > 10.0 * strays[0]


@pytest.mark.parametrize("boundary", ["periodic", "absorbing"])
@pytest.mark.parametrize(("dimension", "length"), [(1, 158.0), (2, 160.0)])
def test_the_launch_point_is_nothing_special(run, boundary, dimension, length):
    """Without a field every point of the periodic box is alike, and the edge is half a box from the launch.

    Launched in the middle, at a quarter and at the edge itself, all of them points of the grid.
    """
    free = replace(LINE, disorder=0.0, dimension=dimension, wavenumber=1.0, packet_width=4.0)
    numerics = Numerics(t_final=60.0, samples=9, tolerance=1e-2, box_length=length, boundary=boundary)
    spacing = length / resolve(free, numerics).grid.shape[0]
    middle, *others = (
        run(replace(free, center=(share * length // spacing * spacing,) * dimension), numerics)
        for share in (0.0, 0.25, 0.5)
    )
    assert middle.status == "escaped"
    for other in others:
        assert other.scalars["t_valid"] == middle.scalars["t_valid"]
        # What lies just half a box away is to the left of one point and to the right of another.
        for name in middle.series.keys() - {"mean_x", "mean_y", "variance_x", "variance_y"}:
            values = middle.series[name]
            np.testing.assert_allclose(other.series[name], values, rtol=1e-6, atol=1e-8, err_msg=name)


def test_each_of_several_packets_has_its_own_absorbing_edge(run):
    """None of them starts in a layer, wherever in the box it is launched."""
    numerics = Numerics(t_final=20.0, samples=5, tolerance=1e-2, box_length=240.0, boundary="absorbing")
    free = replace(LINE, disorder=0.0, wavenumber=1.0, packet_width=4.0)
    for packet in range(4):
        found = run(replace(free, packet=packet), numerics)
        assert found.status == "complete"
        assert found.scalars["absorbed"] < 1e-6


# ---- twins and realizations


@pytest.mark.parametrize("scenario", [LINE, PLANE], ids=["line", "plane"])
def test_a_frozen_twin_shares_everything_but_the_motion(run, scenario):
    moving, still = run(scenario, SHORT), run(scenario.twin(), SHORT)
    for name in ("grid_points", "box_length", "dt", "vrms_realised", "energy", "energy_width"):
        assert still.scalars[name] == moving.scalars[name]
    assert {name: values[0] for name, values in still.series.items()} == {
        name: values[0] for name, values in moving.series.items()
    }
    assert abs(still.msd[-1] / moving.msd[-1] - 1.0) > 0.01


def test_realizations_and_seeds_are_other_lattices(run):
    runs = [run(replace(LINE, **change), SHORT) for change in ({}, {"realization": 1}, {"seed": 1})]
    assert len({found.scalars["vrms_realised"] for found in runs}) == 3
    assert len({found.msd[-1] for found in runs}) == 3


def test_neighbouring_points_see_the_same_lattice(run):
    """Common random numbers: a millionth more disorder changes the record by about as little."""
    one, other = (run(replace(LINE, disorder=d), SHORT) for d in (1.0, 1.000001))
    np.testing.assert_allclose(other.series["msd_raw"], one.series["msd_raw"], rtol=1e-4)
    assert not np.array_equal(other.series["msd_raw"], one.series["msd_raw"])


def test_the_same_wisdom_gives_the_same_rows():
    """FFTW times its candidates, so it is the record of its choices that repeats, not the planning."""
    shape = resolve(PLANE, SHORT).grid.shape
    wisdom = Plans(shape).wisdom
    first, second = (simulate(PLANE, SHORT, plans=Plans(shape, wisdom=wisdom)) for _ in range(2))
    assert first.to_records()[0] == second.to_records()[0]
    for name, values in first.series.items():
        np.testing.assert_array_equal(second.series[name], values)


def test_shared_plans_carry_nothing_over(run):
    before = run(LINE, SHORT)
    run(replace(LINE, realization=5, disorder=1.2), SHORT)
    after = run(LINE, SHORT)
    for name, values in before.series.items():
        np.testing.assert_array_equal(after.series[name], values)


@pytest.mark.parametrize("steps_misjudged", [False, True])
def test_an_ensemble_is_its_members_one_by_one(steps_misjudged, monkeypatch):
    """Bit for bit, with the same transforms, also where a step has to be halved."""
    scenario, numerics = HARD
    if steps_misjudged:
        dt = resolve(scenario, numerics).dt
        monkeypatch.setattr("physics.resolution.longest_step", lambda *_: 4.0 * dt)
    wisdom = Plans(resolve(scenario, numerics).grid.shape).wisdom
    monkeypatch.setattr("physics.simulation.Plans", lambda shape, precision: Plans(shape, wisdom))
    together = list(ensemble(scenario, numerics, realizations=[0, 3, 1]))
    assert [member.scenario.realization for member in together] == [0, 3, 1]
    assert len({member.msd[-1] for member in together}) == 3
    for member in together:
        alone = simulate(member.scenario, numerics, plans=Plans((member.scalars["grid_points"],), wisdom))
        assert (alone.status, alone.scalars) == (member.status, pytest.approx(member.scalars, nan_ok=True))
        for name, values in alone.series.items():
            np.testing.assert_array_equal(member.series[name], values)


# ---- the edge of the box


FREE = Scenario(disorder=0.0, wavenumber=1.0, dimension=1)
SMALL = Numerics(t_final=100.0, samples=51, box_length=TWO_PI * 32)


@pytest.fixture
def escaped(run):
    return run(FREE, SMALL)


def test_an_escaped_record_ends_at_t_valid(escaped):
    assert escaped.status == "escaped"
    assert "edge" in escaped.reason
    assert 10 < escaped.t.size < 51
    assert escaped.t[-1] == escaped.scalars["t_valid"] < 100.0
    assert {values.size for values in escaped.series.values()} == {escaped.t.size}


def test_the_record_ends_where_the_edge_begins_to_count(run, escaped):
    """p_edge (L / 2)^2 <= edge_tolerance MSD up to t_valid and not one sample on."""
    longer = run(FREE, replace(SMALL, edge_tolerance=0.5))
    count = escaped.t.size
    assert longer.t.size > count
    faked = longer.series["edge_probability"] * (TWO_PI * 16) ** 2
    assert np.all(faked[1:count] <= 0.02 * longer.msd[1:count])
    assert faked[count] > 0.02 * longer.msd[count]
    for name, values in escaped.series.items():
        np.testing.assert_array_equal(values, longer.series[name][:count])


def test_what_is_kept_is_right_within_the_edge_tolerance(escaped):
    """Free flight in an infinite box: k^2 t^2 + t^2 / (4 sigma^2)."""
    exact = escaped.t**2 * (1.0 + 1.0 / (4.0 * 4.7**2))
    np.testing.assert_allclose(escaped.msd, exact, rtol=0.02)
    # And hardly earlier than needed: ballistic flight to the edge takes L / 2.
    assert escaped.t[-1] > 0.6 * TWO_PI * 16


def test_no_scalar_knows_what_came_after(run, escaped):
    """Asking for no more than the valid time gives the same scalars and guards."""
    last = escaped.t.size - 1
    asked = replace(SMALL, t_final=escaped.t[-1], samples=last + 1)
    within = run(FREE, asked)
    assert within.status == "complete"
    assert within.scalars.keys() == escaped.scalars.keys()
    for name, value in escaped.scalars.items():
        if isinstance(value, str) or name in ("t_final", "samples"):
            continue
        expected = pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True)
        assert within.scalars[name] == expected, name


def test_a_packet_at_the_edge_from_the_start_keeps_one_sample(run):
    crowded = replace(LINE, packet_width=4.7)
    found = run(crowded, replace(SHORT, box_length=TWO_PI * 16))
    assert found.status == "escaped"
    assert found.t.tolist() == [0.0]
    row, _ = found.to_records()
    assert row["t_valid"] == 0.0
    assert row["diffusion"] is row["energy_gain"] is row["diffusion_dip"] is None


# ---- failures are data


def invalid_for(found, reason):
    assert found.status == "invalid"
    assert reason in found.reason
    row, series = found.to_records()
    assert row["reason"] == found.reason
    json.dumps(row, allow_nan=False)
    return series


def test_a_grid_too_coarse_is_invalid(run, monkeypatch):
    """Half the wavenumber needed, as if the estimate were wrong: the tail tells, the series stay."""
    monkeypatch.setattr("physics.resolution.largest_wavenumber", lambda *_: 1.05)
    found = run(replace(LINE, disorder=3.0), SHORT)
    assert invalid_for(found, "spectral_tail")["t"].size > 1
    assert found.scalars["spectral_tail"] > 0.01 * SHORT.tolerance


def test_a_step_far_too_long_is_invalid(run, monkeypatch):
    """Halved twice it is too long still."""
    monkeypatch.setattr("physics.resolution.longest_step", lambda *_: 10.0)
    hard = replace(SHORT, tolerance=1e-3)
    found = run(replace(LINE, disorder=3.0), hard)
    assert invalid_for(found, "time_step_error")["t"].size > 1
    assert found.scalars["dt"] == resolve(LINE, hard).dt / 4.0


HARD = replace(LINE, disorder=3.0), Numerics(t_final=20.0, samples=9, box_length=TWO_PI * 32, max_grid=512)


@pytest.fixture(params=["strang", "takahashi-imada"])
def misjudged(request, monkeypatch):
    """A priori steps four times as long as the error's constants ask for."""
    scenario, numerics = HARD
    numerics = replace(numerics, integrator=request.param)
    honest = resolve(scenario, numerics)
    monkeypatch.setattr("physics.resolution.longest_step", lambda *_: 4.0 * honest.dt)
    return scenario, numerics


def test_a_step_that_proves_too_long_is_halved(misjudged, run):
    """Until the estimate is within the tolerance; the record is that of the step in the end."""
    scenario, numerics = misjudged
    first = resolve(scenario, numerics)
    found = run(scenario, numerics)
    assert found.status == "complete"
    assert found.scalars["time_step_error"] <= numerics.tolerance
    assert first.dt / found.scalars["dt"] in (2.0, 4.0)
    finer = first
    while finer.dt > found.scalars["dt"]:
        finer = finer.finer()
    plans = Plans(finer.grid.shape)
    same = simulate(scenario, numerics, plans=plans, resolution=finer)
    for name, values in found.series.items():
        np.testing.assert_allclose(same.series[name], values, rtol=1e-9, atol=1e-12)
    # And it is true: against an eighth of that step the record is within the tolerance.
    truth = simulate(scenario, numerics, plans=plans, resolution=finer.finer().finer().finer())
    assert largest(deviations(truth.series, found.series, scenario))[1] <= numerics.tolerance


def test_a_resolution_of_ones_own_is_not_refined(misjudged):
    """A convergence study gets the steps that it asked for, and the verdict on them."""
    scenario, numerics = misjudged
    asked = resolve(scenario, numerics)
    found = simulate(scenario, numerics, resolution=asked)
    assert found.scalars["dt"] == asked.dt
    invalid_for(found, "time_step_error")


def test_a_norm_that_leaks_is_invalid(run, monkeypatch):
    exact = StrangPropagator.advance
    monkeypatch.setattr(StrangPropagator, "advance", lambda *given: exact(*given) * (1.0 - 1e-9))
    found = run(LINE, replace(SHORT, integrator="strang"))
    assert invalid_for(found, "norm_drift")["t"].size == SHORT.samples


def test_numbers_that_are_none_are_invalid_and_the_series_so_far_kept(run, monkeypatch):
    exact = StrangPropagator.advance

    def breaks(self, psi, t, steps):
        after = exact(self, psi, t, steps)
        return after * np.nan if t >= 10.0 else after

    monkeypatch.setattr(StrangPropagator, "advance", breaks)
    series = invalid_for(run(LINE, replace(SHORT, integrator="strang")), "finite")
    np.testing.assert_allclose(series["t"], [0.0, 2.5, 5.0, 7.5, 10.0])
    assert all(np.all(np.isfinite(values)) for values in series.values())


def test_a_fault_outranks_an_escape(run, monkeypatch):
    monkeypatch.setattr("physics.validity.NORM_TOLERANCE", {"double": -1.0})
    invalid_for(run(FREE, SMALL), "norm_drift")


# ---- refusals


def test_a_grid_that_is_not_allowed_is_refused():
    with pytest.raises(ResolutionError, match=r"max_grid = 64 .*needs \d+"):
        simulate(PLANE, Numerics(max_grid=64))


def test_plans_of_another_precision_are_refused(plans_of):
    """Nothing is computed in a precision that the record does not name."""
    plans = plans_of(resolve(LINE, SHORT).grid.shape)
    with pytest.raises(InputError, match="plans: expected precision 'single', got 'double'"):
        simulate(LINE, replace(SHORT, precision="single"), plans=plans)


def test_plans_of_another_grid_are_refused(plans_of):
    with pytest.raises(InputError, match="plans: expected transforms of shape"):
        simulate(PLANE, SHORT, plans=plans_of((16, 16)))
