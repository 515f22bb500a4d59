"""What every test runs under: numpy errors raise, and no example depends on the clock or on chance."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "gate", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate")


@pytest.fixture(scope="session", autouse=True)
def floating_errors() -> Iterator[None]:
    """Overflow, division by zero and invalid values are faults; underflow is how Gaussians end."""
    before = np.seterr(all="raise", under="ignore")
    yield
    np.seterr(**before)
