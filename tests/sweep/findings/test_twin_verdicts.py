"""Held, released or free: lattices that grow with known exponents get the verdict that these ask for."""

from dataclasses import replace

import numpy as np
import pytest

from sweep.findings import twin_verdict
from sweep.findings.twin_verdicts import held_growth
from tests.sweep.findings.cases import LATTICES, lattices, windows


@pytest.mark.parametrize(
    ("moving", "frozen", "expected"),
    [(0.1, 0.0, "held"), (0.9, 0.1, "released"), (0.9, 0.8, "free"), (0.1, 0.8, "free")],
)
def test_growth_decides(moving: float, frozen: float, expected: str) -> None:
    verdict = twin_verdict(windows(lattices(1.0, ratio=moving), lattices(1.0, ratio=frozen)), 2, driven=0.5)
    assert verdict.verdict == expected
    assert verdict.sure
    assert verdict.growth_moving == (pytest.approx(moving), pytest.approx(0.0, abs=1e-12))


def test_the_limit_is_half_of_diffusion_in_either_dimension() -> None:
    assert (held_growth(1), held_growth(2)) == (0.25, 0.5)
    case = windows(lattices(1.0, ratio=0.4), lattices(1.0, ratio=0.0))
    assert twin_verdict(case, 1, driven=0.5).verdict == "released"
    assert twin_verdict(case, 2, driven=0.5).verdict == "held"


@pytest.mark.parametrize(("gain", "expected"), [(0.4, "released"), (0.6, "driven")])
def test_a_packet_that_was_heated_is_driven(gain: float, expected: str) -> None:
    case = windows(lattices(1.0, ratio=0.9, gain=gain), lattices(1.0, ratio=0.1))
    verdict = twin_verdict(case, 2, driven=0.5)
    assert verdict.verdict == expected
    assert verdict.gain[0] == pytest.approx(gain / 0.5)


def test_lattices_that_scatter_leave_it_unsure() -> None:
    case = windows(lattices(1.0, ratio=0.5, scatter=0.3), lattices(1.0, ratio=0.0))
    verdict = twin_verdict(case, 2, driven=0.5)
    assert not verdict.sure
    assert sum(verdict.probabilities) == pytest.approx(1.0)
    assert verdict.growth_moving[1] > 0.05


def test_diffusion_is_the_slope_over_twice_the_dimension() -> None:
    line = np.broadcast_to(4.0 * np.array([50.0, 90.0]), (LATTICES, 2))
    still = replace(lattices(0.0), msd=np.full((LATTICES, 2), 7.0))
    verdict = twin_verdict(windows(replace(still, msd=line), still), 2, driven=0.5)
    assert verdict.diffusion_moving == (pytest.approx(1.0), pytest.approx(0.0))
    assert verdict.diffusion_frozen == (pytest.approx(0.0), pytest.approx(0.0))
    assert verdict.log_msd[0] == pytest.approx(np.log(4.0 * 90.0 / 7.0))
