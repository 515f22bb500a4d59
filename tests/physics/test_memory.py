"""The predicted memory of a simulation against what a fresh process takes for it."""

import subprocess
import sys
from dataclasses import replace

import pytest

from physics import Numerics, ResolutionError, Scenario, memory_bytes, resolve

PLANE = Scenario(disorder=0.3, sound_speed=0.3, wavenumber=0.4, packet_width=2.0)
ASKED = Numerics(t_final=6.0, samples=4, tolerance=1e-2, max_grid=2048, edge_tolerance=1.0)
# Lengths whose grids are so many points wide, or a size or two more; and lattices by how their field is kept.
BOXES = {256: 425.0, 512: 880.0, 1024: 1700.0}
LATTICES = {
    "frozen": replace(PLANE, frozen=True),
    "between": PLANE,
    "each kick": replace(PLANE, sound_speed=4.0),
    "classical": replace(PLANE, classical=True),
    "filtered": replace(PLANE, energy_filter=(1.0, 3.0)),
}
MEASURE = """
from physics import *
def resident(name):
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith(name))
before = resident("VmRSS")
assert simulate({scenario!r}, {numerics!r}).scalars["dt"] == resolve({scenario!r}, {numerics!r}).dt
print(resident("VmHWM") - before)
"""


def measured(scenario, numerics):
    script = MEASURE.format(scenario=scenario, numerics=numerics)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(run.stdout)


def agrees(scenario, numerics):
    assert memory_bytes(scenario, numerics) == pytest.approx(measured(scenario, numerics), rel=0.15)


def asked(points, **changes):
    return replace(ASKED, box_length=BOXES[points], **changes)


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@linux
def test_the_prediction_is_what_a_process_takes():
    agrees(PLANE, asked(256, integrator="strang"))


@linux
@pytest.mark.slow
@pytest.mark.parametrize("points", BOXES)
@pytest.mark.parametrize("integrator", ["strang", "takahashi-imada"])
@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("lattice", LATTICES)
def test_the_prediction_is_what_a_process_takes_in_every_mode(points, integrator, precision, lattice):
    agrees(LATTICES[lattice], asked(points, integrator=integrator, precision=precision))


@linux
@pytest.mark.slow
@pytest.mark.parametrize("precision", ["double", "single"])
def test_an_absorbing_edge_takes_its_share(precision):
    agrees(PLANE, asked(512, precision=precision, boundary="absorbing"))


def test_the_boxes_are_the_grids_they_say():
    for points in BOXES:
        assert resolve(PLANE, asked(points)).grid.shape == (points, points)


def test_what_takes_more():
    numerics = asked(512, integrator="strang")
    assert memory_bytes(PLANE, replace(numerics, precision="single")) < memory_bytes(PLANE, numerics)
    assert memory_bytes(PLANE, numerics) < memory_bytes(PLANE.twin(), numerics)
    assert memory_bytes(PLANE, numerics) < memory_bytes(PLANE, replace(numerics, boundary="absorbing"))
    assert memory_bytes(PLANE, numerics) < memory_bytes(
        PLANE, replace(numerics, integrator="takahashi-imada")
    )
    assert type(memory_bytes(PLANE, numerics)) is int
    line = replace(PLANE, dimension=1)
    assert 1e6 < memory_bytes(line, ASKED) < 5e6


def test_a_point_without_a_grid_has_no_prediction():
    with pytest.raises(ResolutionError, match="max_grid = 64"):
        memory_bytes(PLANE, asked(256, max_grid=64))
