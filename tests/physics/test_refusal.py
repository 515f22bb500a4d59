"""What cannot be resolved: said with the point, the need and ways out that are not refused in turn."""

import re
from dataclasses import replace

import numpy as np
import pytest

from physics import InputError, Numerics, ResolutionError, Scenario, resolve

AMPLE = 65536
PILOT = Numerics(t_final=100.0, samples=33, max_grid=1024)


@pytest.mark.parametrize("disorder", [0.3, 1.0, 2.2, 4.0])
@pytest.mark.parametrize("max_grid", [130, 200])
def test_a_refusal_names_the_point_and_two_ways_out(disorder, max_grid):
    scenario = Scenario(disorder=disorder, sound_speed=0.5, wavenumber=0.4, temperature=1.5)
    asked = {"t_final": 300.0, "max_grid": max_grid}
    with pytest.raises(ResolutionError) as refused:
        resolve(scenario, Numerics(**asked))
    text = str(refused.value)
    assert f"disorder = {disorder:g}, sound_speed = 0.5, temperature = 1.5, wavenumber = 0.4" in text
    assert f"max_grid = {max_grid}" in text
    needed = re.search(r"needs (\d+) .*raise max_grid to (\d+)", text)
    assert needed[1] == needed[2]
    assert resolve(scenario, Numerics(**{**asked, "max_grid": int(needed[1])})).grid.shape[0] == int(
        needed[1]
    )
    shorter = float(re.search(r"box_length = ([\d.e+-]+) and", text)[1])
    assert resolve(scenario, Numerics(**asked, box_length=shorter)).grid.shape[0] <= max_grid


def refusals():
    """Points spread over the axes that a small grid cannot resolve, and what is said of them."""
    random = np.random.default_rng(4)
    for number in range(120):
        scenario = Scenario(
            disorder=0.05 * 60.0 ** random.random(),
            sound_speed=random.random(),
            temperature=0.1 * 50.0 ** random.random(),
            wavenumber=0.4 + 2.1 * random.random(),
            packet_width=random.choice([2.0, 4.7, 14.0]),
            dimension=1 + number % 2,
        )
        asked = Numerics(
            t_final=random.choice([20.0, 60.0, 150.0]),
            tolerance=1e-2,
            max_grid=int(random.choice([64, 128, 250, 700])),
            boundary=str(random.choice(["periodic", "absorbing"])),
            box_length=random.choice([None, None, 300.0, 900.0]),
        )
        try:
            resolve(scenario, asked)
        except ResolutionError as error:
            yield scenario, asked, str(error)
        except InputError:
            # A box that was asked for and is too short has no grid to be refused for.
            assert asked.box_length is not None


def test_what_a_refusal_suggests_is_not_refused():
    found = {"max_grid": 0, "box_length": 0}
    for scenario, asked, text in refusals():
        assert "narrow the axes" in text
        if way := re.search(r"raise max_grid to (\d+)", text):
            resolve(scenario, replace(asked, max_grid=int(way[1])))
            found["max_grid"] += 1
        if way := re.search(r"box_length = ([\d.e+-]+) and", text):
            resolve(scenario, replace(asked, box_length=float(way[1])))
            found["box_length"] += 1
    assert found["max_grid"] > 50
    assert found["box_length"] > 30


def test_a_refusal_suggests_nothing_that_is_refused():
    """At T = 0.03 T_D no box on a small grid has modes enough; no grid has 65,536 points and more."""
    cold = Scenario(disorder=1.0, temperature=0.03, dimension=1)
    with pytest.raises(ResolutionError, match="raise max_grid to") as refused:
        resolve(cold, Numerics(max_grid=256))
    assert "box_length" not in str(refused.value)
    with pytest.raises(ResolutionError) as refused:
        resolve(Scenario(disorder=1.0, dimension=1), Numerics(t_final=1e6, max_grid=256))
    assert "max_grid to" not in str(refused.value)
    assert "box_length" in str(refused.value)


@pytest.mark.parametrize(("energy", "delta"), [(30.0, 0.1), (-20.0, 0.1), (-20.0, 1.0)])
def test_an_energy_that_no_packet_can_have_is_refused(energy, delta):
    """V_rms = 0.5 E_F: all that a packet has lies between -3 E_F and a few E_F."""
    scenario = Scenario(disorder=0.5, wavenumber=0.4, energy_filter=(energy, delta))
    with pytest.raises(InputError, match=r"energy_filter: expected .* from -3 to .* E_F, got"):
        resolve(scenario, PILOT)
    for possible in ((energy, 10.0), (1.0, 0.01), (-2.0, 0.1), (4.0, 0.1)):
        resolve(replace(scenario, energy_filter=possible), replace(PILOT, max_grid=AMPLE))


def test_a_box_without_room_for_its_absorbing_layers_is_refused_before_anything_runs():
    scenario = Scenario(disorder=1.0, wavenumber=0.4, packet_width=2.0)
    resolve(scenario, replace(PILOT, box_length=125.0))
    with pytest.raises(InputError, match=r"absorber: expected layers .* use a box of 131"):
        resolve(scenario, replace(PILOT, box_length=125.0, boundary="absorbing"))


def test_a_refusal_names_the_coupling_where_that_was_given():
    with pytest.raises(ResolutionError, match=r"coupling = 2, sound_speed"):
        resolve(Scenario(coupling=2.0), Numerics(max_grid=32))
