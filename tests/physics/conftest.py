"""Transforms shared by the tests: planning is the slow part of a small problem."""

from collections.abc import Callable
from functools import cache

import pytest

from physics import Plans


@pytest.fixture(scope="session")
def plans_of() -> Callable[[tuple[int, ...]], Plans]:
    """Plans of a shape, made once per session; no two users may hold state in them at a time."""

    @cache
    def plans(shape: tuple[int, ...]) -> Plans:
        return Plans(shape)

    return plans
