"""Trapped, Anderson-localized or spreading: by the exponents of a wave and of its classical twin."""

import numpy as np
import pytest

from sweep.findings import interference_verdict
from tests.sweep.findings.cases import lattices, windows


@pytest.mark.parametrize(
    ("wave", "classical", "expected"),
    [
        (0.1, 0.2, "trapped"),
        (0.1, 1.1, "Anderson-localized"),
        (0.9, 1.1, "spreading"),
        (0.9, 0.1, "spreading"),
    ],
)
def test_exponents_decide(wave: float, classical: float, expected: str) -> None:
    still = lattices(wave, classical=classical, scatter=0.01)
    found = interference_verdict(windows(lattices(1.0), still))
    assert found is not None
    assert found.verdict == expected
    assert max(found.probabilities) == 1.0
    assert found.wave[0] == pytest.approx(wave, abs=0.05)
    assert found.classical[0] == pytest.approx(classical, abs=0.05)


def test_the_error_is_that_of_the_mean_over_lattices() -> None:
    still = lattices(0.5, classical=1.0, scatter=0.2)
    found = interference_verdict(windows(lattices(1.0), still))
    assert found is not None
    expected = 0.2 * np.sqrt(2.0 / 8.0) / np.log(1.8)
    assert 0.4 * expected < found.wave[1] < 2.0 * expected
    assert max(found.probabilities) < 1.0


def test_without_classical_twins_nothing_is_said() -> None:
    assert interference_verdict(windows(lattices(1.0), lattices(0.1))) is None
