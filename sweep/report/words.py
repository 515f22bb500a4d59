"""Numbers and labels as a reader wants them: with their indices, in HTML, in SVG and as plain parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import floor, isfinite, isnan, log10
from typing import Literal

from sweep.report.markup import Markup, element, joined

Kind = Literal["plain", "math", "sub", "sup"]
Part = tuple[Kind, str]

# The little of TeX that labels are written in.
_SIGNS = {"\\,": "\u2009", "\\Lambda": "Λ", "\\rho": "ρ", "\\sigma": "σ", "\\hbar": "ħ", "\\ln": "ln\u2009"}
_TOKEN = re.compile(r"([_^])(?:\{([^}]*)\}|(.))|\\mathrm\{([^}]*)\}|(\\,|\\[A-Za-z]+)|([^_^\\]+)")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def label_parts(label: str) -> list[Part]:
    """A label, ``$...$`` around its mathematics, in parts."""
    return [part for place, text in enumerate(label.split("$")) for part in _parts(text, math=place % 2 == 1)]


def html_label(label: str) -> Markup:
    """A label in HTML."""
    names = {"math": "i", "sub": "sub", "sup": "sup"}
    return joined(element(names[kind], text) if kind in names else text for kind, text in label_parts(label))


def svg_label(label: str) -> Markup:
    """A label inside an SVG text."""
    pieces, risen = [], 0.0
    for kind, text in label_parts(label):
        height = {"sub": 0.28, "sup": -0.4}.get(kind, 0.0)
        style = {"font_style": "italic"} if kind == "math" else {}
        # A shift holds for all that follows, in ems of the letters that it stands before.
        size = {"font_size": "75%"} if height else {}
        shift = (height - risen) / (0.75 if height else 1.0)
        pieces.append(element("tspan", text, **style, **size, dy=f"{shift:.3g}em" if shift else None))
        risen = height
    return joined(pieces)


def plain_label(label: str) -> str:
    """A label as a line of text."""
    return "".join(text for _, text in label_parts(label))


def named(name: str, units: Mapping[str, str]) -> str:
    """The label of a column: its name, and its unit where it has one."""
    unit = units.get(name, "")
    return (f"{name} ({unit})" if unit not in ("", "1") else name).replace("$", "")


def number(value: float | None) -> str:
    """Four significant digits; a dash where there is no number."""
    if value is None or not isfinite(value):
        return "–"
    return _powers(f"{value:.4g}").replace("-", "−")


def tick(value: float) -> str:
    """A number at an axis."""
    plain = value == 0 or 1e-3 <= abs(value) < 1e5
    return _powers(f"{value:g}" if plain else f"{value:.3g}").replace("-", "−")


def with_error(value: float, error: float | None) -> str:
    """A value to the second digit of its error."""
    if error is None or not isfinite(error) or error <= 0.0:
        return number(value)
    place = floor(log10(error)) - 1
    if -6 <= place <= 0:
        return f"{value:.{-place}f} ± {error:.{-place}f}".replace("-", "−")
    digits = max(floor(log10(abs(value))) - place + 1, 1) if value else 1
    return f"{_powers(f'{value:.{digits}g}')} ± {_powers(f'{error:.2g}')}".replace("-", "−")


def percent(share: float) -> str:
    """A share of the whole; a dash where it is not known."""
    if isnan(share):
        return "–"
    return f"{100 * share:.1f}%" if share < 0.0995 else f"{100 * share:.0f}%"


def counted(count: int, thing: str, things: str | None = None) -> str:
    """A number of things: `1 point`, `1,200 points`."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def _powers(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa}×{power}"


def _parts(text: str, *, math: bool) -> Iterator[Part]:
    if math:
        yield from _math(text)
    elif text:
        yield "plain", text


def _math(text: str) -> Iterator[Part]:
    for match in _TOKEN.finditer(text):
        mark, braced, single, upright, sign, letters = match.groups()
        if mark:
            yield ("sub" if mark == "_" else "sup"), (braced if braced is not None else single)
        elif upright is not None:
            yield "plain", upright
        elif sign is not None:
            yield "plain", _SIGNS.get(sign, sign.lstrip("\\"))
        else:
            yield "math", letters
