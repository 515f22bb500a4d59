"""The pictures of a campaign's findings, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sweep.figures import AXIS_LABELS, map_figure
from sweep.figures.backdrop import Picture
from sweep.figures.evidence import (
    choice_figure,
    courses_figure,
    drift_figure,
    interference_figure,
    release_figure,
)
from sweep.figures.plane_findings import Quantity, lines_figure, quantity_figure, twins_figure
from sweep.findings.answers import PLANE, Findings
from sweep.findings.drift import Variant, drift_between
from sweep.findings.interference import HELD_EXPONENT
from sweep.findings.power_law import PowerLaw
from sweep.findings.regime_courses import regime_courses
from sweep.findings.summary import choice_rows

DRAWN = 3


def pictures(findings: Findings) -> Iterator[tuple[str, Picture]]:
    """Name and figure of each finding that can be drawn; planes only for maps over two axes.

    Parameters
    ----------
    findings : Findings
    """
    result = findings.result
    if len(result.spec.axes) <= DRAWN:
        yield "map", map_figure(result.regime_map, result.points(), result.title)
        if findings.frozen is not None:
            frozen, points = findings.frozen
            title = f"{result.spec.name}, lattice frozen: label expected wrong on {frozen.wrong_area():.0%}"
            yield "frozen", map_figure(frozen, points, title)
    courses = regime_courses(findings.store, result.labelling, findings.all_trial_ids)
    yield (
        "courses",
        courses_figure(
            courses.times,
            courses.centroids,
            courses.mean,
            courses.deviation,
            result.labelling.names,
            courses.counts,
        ),
    )
    yield "choice", choice_figure(choice_rows(result), result.labelling.clustering.k)
    if findings.holds:
        yield "interference", _interference(findings)
    if findings.releases and "sound_speed" in result.spec.axis_names:
        yield "release", _release(findings)
    if len(result.spec.axes) == PLANE:
        yield from _planes(findings)


def drift_picture(variants: Mapping[str, Variant]) -> Picture:
    """Boundaries of the variants of a map over two axes."""
    maps = {name: each.regime_map for name, each in variants.items()}
    labels = {}
    for name, each in variants.items():
        before = variants["box" if name == "time" else "base"]
        beside = "" if name == "base" else f": differs on {drift_between(before, each).changed_area:.0%}"
        labels[name] = each.title + beside + (" from 2 L" if name == "time" else "")
    return drift_figure(maps, labels)


def _planes(findings: Findings) -> Iterator[tuple[str, Picture]]:
    result, lines = findings.result, findings.lines
    assert lines is not None
    every = np.array([point.at for point in result.points()])
    title = f"{result.spec.name}: where it can be read"
    yield "lines", lines_figure(result.regime_map, every, (lines.x, lines.y), lines.ratios, title)
    if not findings.twins:
        return
    twins = list(findings.twins.values())
    points = findings.place([each.point_id for each in twins])
    yield (
        "twins",
        twins_figure(
            result.regime_map,
            points,
            [each.verdict for each in twins],
            [each.sure for each in twins],
            _accord_title(findings),
        ),
    )
    rates = {
        "lattice moving": np.array([each.diffusion_moving for each in twins]),
        "lattice frozen": np.array([each.diffusion_frozen for each in twins]),
    }
    quantities = [
        Quantity(name, "$D\\,m^*/\\hbar$, late", each[:, 0], each[:, 1]) for name, each in rates.items()
    ]
    contours = (lines.x, lines.y, lines.acceleration, "$\\langle|\\nabla V|^2\\rangle$, closed form")
    yield "diffusion", quantity_figure(result.regime_map, points, quantities, contours=contours)


def _accord_title(findings: Findings) -> str:
    found = findings.accords["clusters"]
    rand, kappa = found.rand_index, found.kappa
    if len(findings.result.labelling.names) == 1:
        return "what twins say; the series show one regime, with which nothing can agree"
    if not found.matched:
        return "what twins say, over the regimes: none is mostly of released points"
    return (
        f"released, and in {', '.join(found.matched)}: kappa {kappa[0]:.2f} ({kappa[1]:.2f} to "
        f"{kappa[2]:.2f})\n"
        f"all verdicts and regimes: Rand index {rand[0]:.2f} ({rand[1]:.2f} to {rand[2]:.2f})"
    )


def _interference(findings: Findings) -> Picture:
    holds = list(findings.holds.values())
    wave, classical = (np.array([getattr(each, name) for each in holds]) for name in ("wave", "classical"))
    return interference_figure(wave, classical, [each.verdict for each in holds], HELD_EXPONENT)


def _release(findings: Findings) -> Picture:
    releases = list(findings.releases.values())
    names = findings.result.spec.axis_names
    other = next((name for name in names if name != "sound_speed"), "sound_speed")
    values = [findings.values[each.point_id] for each in releases]
    return release_figure(
        np.array([each["sound_speed"] for each in values]),
        np.array([(each.median, each.low, each.high) for each in releases]),
        np.array([each[other] for each in values]),
        AXIS_LABELS[other],
        _along_speed(findings.release_law, values),
    )


def _along_speed(law: PowerLaw | None, values: list[dict[str, float]]) -> tuple[float, float, float] | None:
    """The law as a function of the sound speed, the other axes at their geometric mean over the points."""
    if law is None or "sound_speed" not in law.axes:
        return None
    place = law.axes.index("sound_speed")
    others = sum(
        exponent * float(np.mean(np.log([each[name] for each in values])))
        for name, exponent in zip(law.axes, law.exponents, strict=True)
        if name != "sound_speed"
    )
    return float(np.exp(law.intercept + others)), law.exponents[place], law.errors[place]
