"""How much of a start-up design points that are known already spare."""

import pytest

from learn import SearchSpace
from sweep.rounds import search_space
from sweep.taken_over import startup_left
from tests.sweep.campaigns import SPEC


@pytest.fixture
def space() -> SearchSpace:
    return search_space(SPEC)


def test_without_known_points_nothing_is_spared(space: SearchSpace) -> None:
    assert startup_left(space, 12, 0, []) == 12


def test_points_all_over_the_box_spare_all_of_it(space: SearchSpace) -> None:
    known = [space.point(row) for row in space.sobol(256, 7)]
    assert startup_left(space, 12, 0, known) == 0


def test_points_in_a_corner_spare_little_of_it(space: SearchSpace) -> None:
    known = [space.point(row) for row in space.from_unit(0.2 * space.to_unit(space.sobol(256, 7)))]
    assert 9 <= startup_left(space, 12, 0, known) < 12
