"""Markup, words and numbers."""

import pytest

from sweep.report.markup import Markup, element, joined
from sweep.report.words import (
    counted,
    html_label,
    named,
    number,
    percent,
    plain_label,
    svg_label,
    tick,
    with_error,
)


def test_text_is_escaped_and_markup_is_not() -> None:
    inner = element("b", "1 < 2")
    assert element("p", inner, " & so", title='"') == '<p title="&quot;"><b>1 &lt; 2</b> &amp; so</p>'
    assert joined(["<", Markup("<")]) == "&lt;<"


def test_attributes_without_a_value_and_left_out() -> None:
    found = element("input", type="radio", checked=True, hidden=False, id_=None, data_x=3)
    assert found == '<input type="radio" checked data-x="3">'


def test_a_label_in_html_in_svg_and_plain() -> None:
    label = "disorder  $V_{rms}\\,/\\,E_F$"
    thin = "\u2009"
    assert html_label(label) == f"disorder  <i>V</i><sub>rms</sub>{thin}<i>/</i>{thin}<i>E</i><sub>F</sub>"
    assert plain_label(label) == f"disorder  Vrms{thin}/{thin}EF"
    assert plain_label("$k_F^{-2}$ and $\\mathrm{MSD}\\Lambda$") == "kF-2 and MSDΛ"
    # What is lowered is raised again, in ems of the letters that follow.
    assert 'dy="0.373em">rms' in svg_label(label)
    assert 'dy="-0.28em">' in svg_label(label)


def test_names_that_are_no_mathematics_stay_as_they_are() -> None:
    assert html_label(named("my_axis^2", {"my_axis^2": "m/s"})) == "my_axis^2 (m/s)"
    assert named("a$b", {"a$b": "1"}) == "ab"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1234.56, "1235"),
        (-0.5, "−0.5"),
        (1.5e-7, "1.5×10⁻⁷"),
        (1e30, "10³⁰"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_numbers_have_four_digits(value: float | None, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (12.3456, 0.56, "12.35 ± 0.56"),
        (1.0, None, "1"),
        (2.4321e-6, 1.768e-6, "2.4×10⁻⁶ ± 1.8×10⁻⁶"),
        (-3.21, 0.1, "−3.21 ± 0.10"),
    ],
)
def test_errors_have_two(value: float, error: float | None, words: str) -> None:
    assert with_error(value, error) == words


def test_shares_counts_and_ticks() -> None:
    assert [percent(share) for share in (0.064, 0.12, 1.0)] == ["6.4%", "12%", "100%"]
    assert [counted(1, "library", "libraries"), counted(1200, "point")] == ["1 library", "1,200 points"]
    assert [tick(value) for value in (0.0, 0.05, 1e6, -2.0)] == ["0", "0.05", "10⁶", "−2"]
