"""Fixed designs."""

import pytest

from sweep import SpecError, SweepSpec
from sweep.design import design_points

HEAD = """
[axes]
disorder = { low = 0.1, high = 10.0, scale = "log" }
sound_speed = { low = 0.0, high = 1.0 }
[fixed]
wavenumber = 0.4
"""


def points(design: str, directory: str = "") -> list[dict[str, float]]:
    return list(design_points(SweepSpec.from_text(HEAD + design, directory=directory)))


def test_a_grid_has_its_ends_and_its_scale() -> None:
    found = points('[design]\nkind = "grid"\npoints = [3, 2]')
    assert len(found) == 6
    assert sorted({round(p["disorder"], 9) for p in found}) == [0.1, 1.0, 10.0]
    assert sorted({p["sound_speed"] for p in found}) == [0.0, 1.0]


def test_sobol_points_fill_the_box_and_a_longer_design_begins_with_the_shorter() -> None:
    short, long = (points(f'[design]\nkind = "sobol"\nn = {n}') for n in (16, 64))
    assert long[:16] == short
    assert all(0.1 <= p["disorder"] <= 10.0 and 0.0 <= p["sound_speed"] <= 1.0 for p in long)
    # Sobol's net property: each half of each axis gets half of the points, in the axis's own scale.
    assert sum(p["disorder"] < 1.0 for p in long) == 32
    assert sum(p["sound_speed"] < 0.5 for p in long) == 32


def test_a_list_is_read_from_a_file_beside_the_spec(tmp_path) -> None:
    (tmp_path / "points.csv").write_text("sound_speed,disorder\n0.5,1.0\n0.25,2.0\n")
    found = points('[design]\nkind = "list"\nfile = "points.csv"', str(tmp_path))
    assert found == [{"disorder": 1.0, "sound_speed": 0.5}, {"disorder": 2.0, "sound_speed": 0.25}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sound_speed\n0.5\n", "line 2.*disorder"),
        ("sound_speed,disorder\n0.5,many\n", "line 2.*many"),
    ],
)
def test_a_list_that_lacks_something_is_refused_with_its_line(tmp_path, text: str, words: str) -> None:
    (tmp_path / "points.csv").write_text(text)
    with pytest.raises(SpecError, match=words):
        points('[design]\nkind = "list"\nfile = "points.csv"', str(tmp_path))


def test_a_missing_list_is_refused(tmp_path) -> None:
    with pytest.raises(SpecError, match=r"points\.csv"):
        points('[design]\nkind = "list"\nfile = "points.csv"', str(tmp_path))


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ("[3]", "2 numbers"),
        ('[3, "many"]', "a number of points per axis"),
        ("[3, 0]", "a number of points per axis"),
    ],
)
def test_a_grid_needs_a_number_per_axis(numbers: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        points(f'[design]\nkind = "grid"\npoints = {numbers}')


def test_a_grid_over_listed_values_takes_them_all_or_none() -> None:
    text = HEAD.replace("{ low = 0.0, high = 1.0 }", "{ values = [0.0, 0.5, 1.0] }")
    with pytest.raises(SpecError, match="expected 3 for sound_speed"):
        SweepSpec.from_text(text + '[design]\nkind = "grid"\npoints = [4, 2]')


def test_a_grid_over_axes_that_list_their_values_is_of_all_of_them() -> None:
    listed = HEAD.replace('{ low = 0.1, high = 10.0, scale = "log" }', "{ values = [1.0, 2.0, 4.0] }")
    both = listed.replace("{ low = 0.0, high = 1.0 }", "{ values = [0.1, 0.2] }")
    spec, spelled = (
        SweepSpec.from_text(both + f'[design]\nkind = "grid"\n{points}') for points in ("", "points = [3, 2]")
    )
    assert spec.design.points == (3, 2)
    assert spec.design_identity == spelled.design_identity
    assert len(list(design_points(spec))) == 6
    with pytest.raises(SpecError, match="a number of points per axis"):
        SweepSpec.from_text(listed + '[design]\nkind = "grid"\n')
