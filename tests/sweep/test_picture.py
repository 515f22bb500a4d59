"""Pictures are saved and shown alike everywhere: text is text, a column is legible, colour is not needed."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from sweep import SweepError
from sweep.figures import Picture, recorded_figure, save
from sweep.figures.map_parts import pale
from sweep.figures.picture import columns_for, finished, panels, wrapped
from sweep.figures.style import (
    REGIME_COLOURS,
    REGIME_DASHES,
    REGIME_HATCHES,
    REGIME_MARKERS,
    house_style,
)

# Machado, Oliveira and Fernandes 2009, doi 10.1109/TVCG.2009.113: of linear RGB, at full severity.
SIGHT = {
    "all cones": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def picture(width_mm: float | None = None) -> Picture:
    t = np.linspace(0.0, 1.0, 16)
    series = {"t": t, "angle": t**2, "energy": t}
    return recorded_figure(series, {"t": "s", "angle": "rad"}, "a title of many words", width_mm=width_mm)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_equal_pictures_are_equal_files_whatever_style_is_set(suffix, tmp_path):
    for name in ("one", "other"):
        with mpl.rc_context(
            {} if name == "one" else {"text.color": "red", "axes.facecolor": "black", "font.size": 30}
        ):
            save(picture(), tmp_path / f"{name}{suffix}")
    one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "other"))
    assert one == other


def test_text_is_text_in_svg_and_fonts_are_embedded_in_pdf(tmp_path):
    # As a user of matplotlib saves a figure, too.
    for ending in ("svg", "pdf"):
        picture().savefig(tmp_path / f"plain.{ending}")
    text = (tmp_path / "plain.svg").read_text()
    # Glyphs drawn as paths would have their text in a comment.
    assert ">a title of many words</text>" in text
    assert "<dc:date>" not in text
    whole = (tmp_path / "plain.pdf").read_bytes()
    assert b"/FontFile2" in whole
    assert b"/Type3" not in whole
    assert b"/CreationDate" not in whole


def test_a_notebook_shows_a_picture_that_pyplot_does_not_know():
    pixels, size = picture()._repr_png_()
    assert pixels.startswith(b"\x89PNG")
    width, height = (int.from_bytes(pixels[place : place + 4]) for place in (16, 20))
    assert (width, height) == pytest.approx((2 * size["width"], 2 * size["height"]), abs=2)


def test_a_width_is_that_of_print_with_fewer_panels_beside_each_other_and_smaller_text():
    wide, column = picture(), picture(86)
    assert column.get_figwidth() * 25.4 == pytest.approx(86)
    assert [figure.axes[0].get_gridspec().ncols for figure in (wide, column)] == [2, 1]
    sizes = [figure.axes[0].xaxis.label.get_size() for figure in (wide, column)]
    assert sizes == [10.0, 8.0]
    for width in (20.0, 4000.0):
        with pytest.raises(SweepError, match="from 60 to 600 mm"):
            picture(width)


@pytest.mark.parametrize("width_mm", [None, 86, 178])
def test_nothing_is_cut_off_and_panels_keep_their_room(width_mm):
    with panels(3, 4.0, width_mm) as (figure, drawn):
        for axes in drawn:
            axes.set(xlabel="x", ylabel="y", title="a panel")
            axes.plot([0, 1], [0, 1], label="a label that is rather long")
        finished(figure, (4.0, 3.0), "of words " * 30, *drawn[0].get_legend_handles_labels())
        figure.draw_without_rendering()
    for artist in (*drawn, *figure.legends, figure._suptitle):
        box = artist.get_tightbbox()
        assert box.x0 >= -1.0
        assert box.x1 <= figure.bbox.x1 + 1.0
        assert box.y0 >= -1.0
        assert box.y1 <= figure.bbox.y1 + 1.0
    assert min(axes.get_window_extent().height for axes in drawn) > 0.5 * figure.bbox.width / 3


def test_lines_are_broken_between_words_and_formulas_stay_whole():
    text = "wavenumber $k_F / q_D$ = 0.4,  launched at $0.5 \\pm 0.1\\,E_F$\nsecond"
    with house_style():
        lines = wrapped(text, 2.0).splitlines()
    assert len(lines) > 2
    assert lines[-1] == "second"
    assert all(line.count("$") % 2 == 0 for line in lines)
    assert any("$k_F / q_D$ = 0.4" in line for line in lines)
    assert " ".join(lines) == " ".join(text.split())


def test_a_legend_has_as_many_columns_as_have_room():
    assert columns_for(["held", "free"], 3.4) == 2
    assert columns_for(["held when frozen, released when moving"] * 3, 3.4) == 1


def test_regimes_differ_in_more_than_colour():
    for kind in (REGIME_COLOURS, REGIME_MARKERS, REGIME_HATCHES, REGIME_DASHES):
        assert len(set(kind)) == 6


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_differ_to_every_eye(sight):
    full, fields = ([_seen(of(colour), sight) for colour in REGIME_COLOURS] for of in (to_rgb, pale))
    # Just noticeable is about 2; lines are thin, regions beside each other and hatched.
    assert _nearest(full) > 12.0
    assert _nearest(fields) > 4.0


def _nearest(colours: list[np.ndarray]) -> float:
    return min(float(np.linalg.norm(a - b)) for i, a in enumerate(colours) for b in colours[:i])


def _seen(rgb: tuple[float, float, float], sight: str) -> np.ndarray:
    """CIE L*a*b* of what an eye without some cones sees."""
    c = np.array(rgb)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(SIGHT[sight]) @ linear, 0.0, 1.0)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    f = np.array(to_xyz) @ seen / [0.9505, 1.0, 1.089]
    f = np.where(f > 0.008856, np.cbrt(f), 7.787 * f + 16.0 / 116.0)
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])
