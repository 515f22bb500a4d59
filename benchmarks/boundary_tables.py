"""Tables of the boundary benchmark, as markdown; what the aim is measured by comes first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from statistics import fmean, median

from benchmarks.boundary_calibration import POINTS, Calibration, CalibrationOurs, CalibrationSobol
from benchmarks.boundary_curves import Band, Curves, band
from benchmarks.boundary_maps import MAPS
from benchmarks.boundary_measures import Figures
from benchmarks.boundary_methods import Sobol
from benchmarks.boundary_runs import DISTANCES_AT, METHODS, Run, Settings
from benchmarks.boundary_shares import Share, middle
from benchmarks.boundary_unseen import KNOWN, UNSEEN

SHOWN = (16, 32, 48, 68, 100, 144, 200, 288, 400, 800)
LIBRARIES = (
    "adaptive",
    "adaptive-triangulation",
    "numpy",
    "optuna",
    "scikit-activeml",
    "scikit-learn",
    "scipy",
    "torch",
)


def report(runs: Sequence[Run], settings: Settings) -> str:
    """All tables that the runs allow, with what was cut and what failed."""
    choosing = [run for run in runs if not issubclass(METHODS[run.job.method], Calibration)]
    curves = Curves.of(choosing)
    parts = [_conditions(runs, settings)]
    if curves.names:
        for group in (MAPS, UNSEEN):
            maps = [known.name for known in group if known.name in curves.maps]
            parts += [targets_table(curves, maps, target) for target in (0.05, 0.02) if maps]
        parts += [distance_table(curves), calibration_by_map(curves), seconds_table(curves)]
        parts += [area_table(curves, known) for known in curves.maps]
    if any(run.figures for run in runs if run not in choosing):
        parts.append(classifier_table(runs))
    return "\n\n".join([*parts, *_failures(runs)])


def targets_table(curves: Curves, maps: Sequence[str], target: float) -> str:
    """Points to a wrong area on some of the maps, and their ratio to Sobol's."""
    title = (
        f"Points to {target:.0%} wrong area: from there on the median over seeds stays below; "
        "in brackets as a share of Sobol's, bounds where one of the two was cut before"
    )
    rows = [_targets(curves, maps, target, name) for name in curves.names]
    return _table(title, ("", *maps, f"median share over {len(maps)} maps", "most"), rows)


def _targets(curves: Curves, maps: Sequence[str], target: float, name: str) -> list[str]:
    cells, shares = [name], []
    for known in maps:
        if (known, name) not in curves.figures:
            cells.append("")
            continue
        needed, sobol = (curves.points_to(target, known, each) for each in (name, Sobol.name))
        last = curves.last(known, name)
        said = f"> {last}" if needed is None else f"{needed:.0f}"
        if (known, Sobol.name) in curves.figures:
            shares.append(Share.of(needed, last, sobol, curves.last(known, Sobol.name)))
            said += f" ({shares[-1]})"
        cells.append(said)
    if len(shares) < len(maps):
        return [*cells, "", ""]
    most = Share(max(share.low for share in shares), max(share.high for share in shares))
    return [*cells, str(middle(shares)), str(most)]


def area_table(curves: Curves, known: str) -> str:
    """Wrong area of each against points."""
    names = [name for name in curves.names if (known, name) in curves.figures]
    shown = [n for n in SHOWN if any(n in curves.figures[known, name] for name in names)]
    title = f"{known}: wrong area in %, median over seeds and 90% band, by points"
    rows = []
    for name in names:
        areas = [[each.wrong for each in curves.at(known, name, n)] for n in shown]
        rows.append([name, *(_percent(band(each)) if each else "" for each in areas)])
    return _table(title, ("", *map(str, shown)), rows)


def distance_table(curves: Curves) -> str:
    """Distance between the boundaries at two numbers of points."""
    first, second = DISTANCES_AT
    title = (
        f"Mean distance between true and mapped boundary, in % of the side, at {first} / {second} points; "
        "none: the map has no boundary"
    )
    rows = []
    for name in curves.names:
        cells = []
        for known in curves.maps:
            found = [curves.at(known, name, n) for n in DISTANCES_AT]
            cells.append(" / ".join(_distance(each) for each in found) if all(found) else "")
        rows.append([name, *cells])
    return _table(title, ("", *curves.maps), rows)


def _distance(figures: Sequence[Figures]) -> str:
    middle = band([each.distance for each in figures if each.distance is not None]).median
    return f"{100 * middle:.1f}" if math.isfinite(middle) else "none"


def calibration_by_map(curves: Curves) -> str:
    """Expected calibration error at 100 points."""
    title = f"Expected calibration error in %, {POINTS} points of each method's own, median over seeds"
    rows = []
    for name in curves.names:
        found = [curves.at(known, name, POINTS) for known in curves.maps]
        errors = [100 * median(each.ece for each in figures) for figures in found if figures]
        cells = [f"{100 * median(each.ece for each in figures):.1f}" if figures else "" for figures in found]
        rows.append([name, *cells, *([f"{fmean(errors):.1f}", f"{max(errors):.1f}"] if errors else ["", ""])])
    return _table(title, ("", *curves.maps, "mean", "worst map"), rows)


def seconds_table(curves: Curves) -> str:
    """Processor time of choosing and fitting."""
    shown = [
        n
        for n in (48, 100, 200, 400)
        if n <= max(curves.last(m, s) for m in curves.maps for s in curves.names)
    ]
    title = (
        "Processor seconds of choosing and fitting, from the first point on: median over maps and seeds; "
        "of those with two readings, both"
    )
    rows = []
    for name in curves.names:
        found = [
            [f.cpu_s for m in curves.maps for f in curves.figures.get((m, name), {}).get(n, [])]
            for n in shown
        ]
        rows.append([name, *(f"{median(each):.2f}" if each else "" for each in found)])
    return _table(title, ("", *(f"{n} points" for n in shown)), rows)


def classifier_table(runs: Sequence[Run]) -> str:
    """Classifiers side by side on the same points."""
    title = f"Classifiers on the same {POINTS} points: means over the maps of the means over seeds"
    header = ("", "design", "ECE %", "worst map's ECE %", "NLL", "Brier", "wrong area %", "fit + predict s")
    rows = []
    for method, design in ((CalibrationSobol, "Sobol"), (CalibrationOurs, "ours")):
        curves = Curves.of([run for run in runs if run.job.method == method.name])
        for name in curves.names:
            maps = [figures for known in curves.maps if (figures := curves.at(known, name, POINTS))]
            error = [100 * fmean(each.ece for each in figures) for figures in maps]
            values = [
                fmean(fmean(getattr(f, key) for f in each) for each in maps)
                for key in ("nll", "brier", "wrong")
            ]
            seconds = fmean(fmean(f.cpu_s + f.predict_s for f in each) for each in maps)
            cells = (f"{fmean(error):.1f}", f"{max(error):.1f}", f"{values[0]:.3f}", f"{values[1]:.3f}")
            rows.append([name, design, *cells, f"{100 * values[2]:.2f}", f"{seconds:.2f}"])
    return _table(title, header, rows)


def _conditions(runs: Sequence[Run], settings: Settings) -> str:
    """What was run, and where it was cut."""
    lines = [f"Points asked for {settings.batch} at a time; versions: {', '.join(_versions())}."]
    for name in dict.fromkeys(run.job.method for run in runs):
        points = [min(settings.budget, most) for most in METHODS[name].largest.values()]
        most = f"at most {' / '.join(map(str, points))} points (2 / 3 / 4-D)"
        lines.append(f"- {name}: {_seeds([run for run in runs if run.job.method == name])}, {most}")
    return "\n".join(lines)


def _seeds(runs: Sequence[Run]) -> str:
    """How many seeds a method had on each map: most maps first, the others by name."""
    seeds = {known: len({run.job.seed for run in runs if run.job.map == known}) for known in KNOWN}
    seeds = {known: count for known, count in seeds.items() if count}
    (usual, _), *_ = Counter(seeds.values()).most_common(1)
    others = [f"{count} on {known}" for known, count in seeds.items() if count != usual]
    said = f"{usual} seed{'s' if usual > 1 else ''} a map"
    return f"{said} ({', '.join(others)})" if others else said


def _versions() -> Iterator[str]:
    for name in LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"no {name}"


def _failures(runs: Sequence[Run]) -> Iterator[str]:
    failed = [run for run in runs if run.error]
    if failed:
        lines = [
            f"- {r.job.map}, {r.job.method}, seed {r.job.seed}: {r.error.splitlines()[-1]}" for r in failed
        ]
        yield "\n".join([f"{len(failed)} of {len(runs)} runs ended early with an exception:", *lines])


def _percent(values: Band) -> str:
    return f"{100 * values.median:.2f} ({100 * values.low:.2f}-{100 * values.high:.2f})"


def _table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return f"**{title}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)
