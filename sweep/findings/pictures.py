"""The pictures of a campaign's findings, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from types import MappingProxyType

import numpy as np

from store import ExperimentStore
from sweep.certainty import certainty
from sweep.equal_grid import equal_grid
from sweep.errors import PictureError
from sweep.figures.beside_grid import beside_grid_figure
from sweep.figures.picture import Picture
from sweep.figures.plane_findings import drift_figure, lines_figure, twins_figure
from sweep.figures.quantity import Quantity, quantity_figure
from sweep.figures.regime_evidence import choice_figure, courses_figure
from sweep.figures.regime_map import DRAWN_AXES, map_figure
from sweep.figures.style import axis_label
from sweep.figures.twin_evidence import Law, interference_figure, release_figure
from sweep.findings.answers import PLANE, Findings
from sweep.findings.drift import Variant, drift_between
from sweep.findings.interference import HELD_EXPONENT
from sweep.findings.power_law import PowerLaw
from sweep.findings.regime_courses import regime_courses
from sweep.findings.summary import choice_rows

Drawn = Callable[[Findings, float | None], Picture | None]


def finding_figure(
    source: Findings | ExperimentStore | str | PathLike[str], name: str, *, width_mm: float | None = None
) -> Picture:
    """Draw one finding of a campaign.

    Parameters
    ----------
    source : Findings, ExperimentStore, str or Path
        Findings keep what they have asked; otherwise those of the campaign that a store began last.
    name : str
        map; grid, the map beside the grid that would have told as much; frozen, the map of the frozen twins;
        courses, the regimes' series; choice, of their number;
        interference, against classical twins; release, times at which twins part; lines, of closed forms;
        twins, their verdicts; diffusion, D m*/hbar over the map.
    width_mm : float, optional
        Width in print: 86 is a column of a journal, 178 its page. By default as for a screen.

    Returns
    -------
    Picture
        A matplotlib Figure.

    Raises
    ------
    PictureError
        If there is no such picture, of any campaign or of this one, or the width cannot be had.
    """
    if name not in PICTURES:
        raise PictureError(f"finding: expected one of {', '.join(PICTURES)}, got {name!r}")
    if not isinstance(source, Findings):
        source = Findings.of(source if isinstance(source, ExperimentStore) else ExperimentStore(source))
    figure = PICTURES[name](source, width_mm)
    if figure is None:
        raise PictureError(
            f"finding: expected one that this campaign gives, got {name!r}; it has not the twins or the axes"
        )
    return figure


def pictures(findings: Findings) -> Iterator[tuple[str, Picture]]:
    """Name and figure of each finding that can be drawn; planes only for maps over two axes.

    Parameters
    ----------
    findings : Findings
    """
    for name, draw in PICTURES.items():
        figure = draw(findings, None)
        if figure is not None:
            yield name, figure


def drift_picture(variants: Mapping[str, Variant], *, width_mm: float | None = None) -> Picture:
    """Boundaries of the variants of a map over two axes."""
    maps = {name: each.regime_map for name, each in variants.items()}
    labels = {}
    for name, each in variants.items():
        before = variants["box" if name == "time" else "base"]
        beside = "" if name == "base" else f": differs on {drift_between(before, each).changed_area:.0%}"
        labels[name] = each.title + beside + (" from 2 L" if name == "time" else "")
    return drift_figure(maps, labels, width_mm=width_mm)


def _map(findings: Findings, width_mm: float | None) -> Picture | None:
    if len(findings.result.spec.axes) > DRAWN_AXES:
        return None
    return map_figure(findings.result, width_mm=width_mm)


def _grid(findings: Findings, width_mm: float | None) -> Picture | None:
    nodes = equal_grid(findings.result.regime_map, findings.result.regime_map.wrong_area())
    if nodes is None or len(findings.result.spec.axes) != PLANE:
        return None
    return beside_grid_figure(findings.result, nodes, width_mm=width_mm)


def _frozen(findings: Findings, width_mm: float | None) -> Picture | None:
    if findings.frozen is None or len(findings.result.spec.axes) > DRAWN_AXES:
        return None
    frozen, points = findings.frozen
    title = f"{findings.result.spec.name}, lattice frozen: {certainty(frozen.wrong_area())}"
    return map_figure(frozen, points, title, width_mm=width_mm)


def _courses(findings: Findings, width_mm: float | None) -> Picture:
    labelling = findings.result.labelling
    courses = regime_courses(findings.store, labelling, findings.all_trial_ids)
    return courses_figure(
        courses.times,
        courses.centroids,
        courses.mean,
        courses.deviation,
        labelling.names,
        courses.counts,
        width_mm=width_mm,
    )


def _choice(findings: Findings, width_mm: float | None) -> Picture:
    result = findings.result
    return choice_figure(choice_rows(result), result.labelling.clustering.k, width_mm=width_mm)


def _interference(findings: Findings, width_mm: float | None) -> Picture | None:
    holds = list(findings.holds.values())
    if not holds:
        return None
    wave, classical = (np.array([getattr(each, name) for each in holds]) for name in ("wave", "classical"))
    verdicts = [each.verdict for each in holds]
    return interference_figure(wave, classical, verdicts, HELD_EXPONENT, width_mm=width_mm)


def _release(findings: Findings, width_mm: float | None) -> Picture | None:
    releases = list(findings.releases.values())
    names = findings.result.spec.axis_names
    if not releases or "sound_speed" not in names:
        return None
    other = next((name for name in names if name != "sound_speed"), "sound_speed")
    values = [findings.values[each.point_id] for each in releases]
    return release_figure(
        np.array([each["sound_speed"] for each in values]),
        np.array([(each.median, each.low, each.high) for each in releases]),
        np.array([each[other] for each in values]),
        axis_label(other),
        _along_speed(findings.release_law, values),
        width_mm=width_mm,
    )


def _lines(findings: Findings, width_mm: float | None) -> Picture | None:
    result, lines = findings.result, findings.lines
    if lines is None:
        return None
    every = np.array([point.at for point in result.points()])
    title = f"{result.spec.name}: where it can be read"
    nodes = (lines.x, lines.y)
    return lines_figure(result.regime_map, every, nodes, lines.ratios, title, width_mm=width_mm)


def _twins(findings: Findings, width_mm: float | None) -> Picture | None:
    twins = list(findings.twins.values())
    if not twins or len(findings.result.spec.axes) != PLANE:
        return None
    return twins_figure(
        findings.result.regime_map,
        findings.place([each.point_id for each in twins]),
        [each.verdict for each in twins],
        [each.sure for each in twins],
        _accord_title(findings),
        width_mm=width_mm,
    )


def _diffusion(findings: Findings, width_mm: float | None) -> Picture | None:
    twins, lines = list(findings.twins.values()), findings.lines
    if not twins or lines is None:
        return None
    rates = {
        "lattice moving": np.array([each.diffusion_moving for each in twins]),
        "lattice frozen": np.array([each.diffusion_frozen for each in twins]),
    }
    quantities = [
        Quantity(name, "$D\\,m^*/\\hbar$, late", each[:, 0], each[:, 1]) for name, each in rates.items()
    ]
    return quantity_figure(
        findings.result.regime_map,
        findings.place([each.point_id for each in twins]),
        quantities,
        contours=(lines.x, lines.y, lines.acceleration, "$\\langle|\\nabla V|^2\\rangle$, closed form"),
        width_mm=width_mm,
    )


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


def _along_speed(law: PowerLaw | None, values: list[dict[str, float]]) -> Law | None:
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


PICTURES: Mapping[str, Drawn] = MappingProxyType(
    {
        "map": _map,
        "grid": _grid,
        "frozen": _frozen,
        "courses": _courses,
        "choice": _choice,
        "interference": _interference,
        "release": _release,
        "lines": _lines,
        "twins": _twins,
        "diffusion": _diffusion,
    }
)
