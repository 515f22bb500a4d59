"""The import picture of docs/architecture.md: `python docs/architecture/imports.py` makes it anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import grimp
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from sweep.figures.style import FAINT, INK, REGIME_COLOURS, SETTINGS

PICTURE = Path(__file__).with_suffix(".svg")
ISLANDS = ("physics", "store", "learn")
SPECS, RUNS = "sweep: specs", "sweep: runs"
WORDS = {
    "physics": "grid, field, propagator, closed forms",
    "store": "fragments, tables, views, queries, care",
    "learn": "distances, regimes, classifier, sampler",
    SPECS: "spec, trial, labelling, rounds",
    RUNS: "run, campaign, worker",
    "sweep.engine": "scheduler, driver, requests",
    "sweep.backends": "serial, process, ray",
    "sweep.figures": "pictures",
    "sweep.report": "one page of HTML",
    "sweep.findings": "what a campaign says",
    "sweep.doctor": "checks of the machine",
    "sweep.cli": "the command regimap",
}
COLOURS = dict(zip(ISLANDS, REGIME_COLOURS, strict=False))
# From left to right, in their rows.
ORDER = ("physics", "store", "learn", "sweep.doctor", "sweep.report", "sweep.findings")
WIDTH, GAP, LINE = 2.5, 0.3, 0.36

Edges = frozenset[tuple[str, str]]
Box = frozenset[str]
Arrow = tuple[Box, Box]


def graph() -> grimp.ImportGraph:
    """Imports between the modules of all packages, but for those that only a type checker follows."""
    return grimp.build_graph(*ISLANDS, "sweep", exclude_type_checking_imports=True, cache_dir=None)


def edges(imports: grimp.ImportGraph) -> Edges:
    """Which part imports which: packages, and in sweep its subpackages and two groups of its own modules."""
    inner = tuple(name for name in sorted(imports.find_children("sweep")) if imports.find_children(name))
    home = {name: part(name, imports, inner) for name in imports.modules}
    pairs = {
        (home[name], home[other])
        for name in imports.modules
        for other in imports.find_modules_directly_imported_by(name)
    }
    return frozenset((above, below) for above, below in pairs if above != below)


def part(name: str, imports: grimp.ImportGraph, inner: tuple[str, ...]) -> str:
    """The part that a module belongs to; sweep's own modules by whether they need a subpackage."""
    package, *rest = name.split(".")
    if package in ISLANDS:
        return package
    if rest == ["__main__"]:
        return "sweep.cli"
    if rest and f"sweep.{rest[0]}" in inner:
        return f"sweep.{rest[0]}"
    needs = (other for other in imports.find_upstream_modules(name) if other != name)
    return RUNS if not rest or any(other.startswith(inner) for other in needs) else SPECS


def reached(pairs: Edges, start: str) -> frozenset[str]:
    """Parts that one imports, straight or through others."""
    found: set[str] = set()
    fresh = {start}
    while fresh:
        fresh = {below for above, below in pairs if above in fresh} - found
        found |= fresh
    return frozenset(found)


def boxes(pairs: Edges) -> dict[str, Box]:
    """The box of each part: those that need each other share one."""
    names = {name for pair in pairs for name in pair}
    below = {name: reached(pairs, name) for name in names}
    return {name: frozenset({name} | {o for o in below[name] if name in below[o]}) for name in names}


def arrows(pairs: Edges) -> set[Arrow]:
    """Arrows between boxes, but for those that follow from others."""
    box = boxes(pairs)
    drawn = {(box[above], box[below]) for above, below in pairs if box[above] != box[below]}
    direct = frozenset((min(above), min(below)) for above, below in drawn)
    return {
        (above, below)
        for above, below in drawn
        if not any(
            min(below) in reached(direct, other)
            for first, other in direct
            if first == min(above) and other != min(below)
        )
    }


def heights(drawn: set[Arrow]) -> dict[Box, int]:
    """The row of each box: one above the highest that it imports."""
    rows: dict[Box, int] = {}

    def row(box: Box) -> int:
        if box not in rows:
            rows[box] = max((1 + row(below) for above, below in drawn if above == box), default=0)
        return rows[box]

    for pair in drawn:
        for box in pair:
            row(box)
    return rows


def places(drawn: set[Arrow]) -> dict[Box, tuple[float, float]]:
    """The middle of each box: rows from below, in a row by how far left what it imports is."""
    rows = heights(drawn)
    found: dict[Box, tuple[float, float]] = {}
    y = 0.0
    for number in range(max(rows.values()) + 1):
        here = [box for box, row in rows.items() if row == number]
        here.sort(key=lambda box: ([name not in box for name in ORDER], sorted(box)))
        height = max(len(box) for box in here)
        y += height * LINE / 2
        for place, box in enumerate(here):
            found[box] = ((place - (len(here) - 1) / 2) * (WIDTH + GAP), y)
        y += height * LINE / 2 + 0.62
    return found


def figure(pairs: Edges) -> Figure:
    """The picture of what imports what."""
    drawn = arrows(pairs)
    middles = places(drawn)
    with mpl.rc_context({**SETTINGS, "svg.fonttype": "path"}):
        picture = Figure(figsize=(8.6, 5.6), layout="constrained")
        axes = picture.add_subplot()
        for above, below in drawn:
            arrow(axes, above, below, middles)
        for box, middle in middles.items():
            frame(axes, box, middle)
        axes.set(aspect="equal")
        axes.autoscale_view()
        axes.set_axis_off()
    return picture


def arrow(axes: Axes, above: Box, below: Box, middles: Mapping[Box, tuple[float, float]]) -> None:
    """An arrow from a box to one below it."""
    (x, y), (to_x, to_y) = middles[above], middles[below]
    ends = (x, y - half(above)), (to_x, to_y + half(below) + 0.02)
    style = {"arrowstyle": "-|>", "color": FAINT, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.1}
    axes.annotate("", ends[1], ends[0], arrowprops=style)


def half(box: Box) -> float:
    """Half of a box's height."""
    return len(box) * LINE / 2 + 0.06


def frame(axes: Axes, box: Box, middle: tuple[float, float]) -> None:
    """A box, with a line for each part in it."""
    x, y = middle
    colour = COLOURS.get(min(box), INK)
    axes.add_patch(
        FancyBboxPatch(
            (x - WIDTH / 2, y - half(box)),
            WIDTH,
            2 * half(box),
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="white",
            edgecolor=colour,
            linewidth=1.4,
        )
    )
    for number, name in enumerate(sorted(box)):
        line = y + (len(box) - 1) * LINE / 2 - number * LINE
        axes.text(x, line + 0.06, name, ha="center", va="center", weight="bold", size=8.5)
        axes.text(x, line - 0.09, WORDS[name], ha="center", va="center", size=6.2)


def write(path: Path = PICTURE) -> None:
    """Draw the imports as they are; the file says them in words too."""
    pairs = edges(graph())
    said = "; ".join(f"{above} > {below}" for above, below in sorted(pairs))
    with mpl.rc_context({**SETTINGS, "svg.fonttype": "path"}):
        figure(pairs).savefig(path, metadata={"Date": None, "Description": said})


def told(path: Path = PICTURE) -> Edges:
    """The imports that a picture was made from."""
    (said,) = re.findall(
        "<dc:description>(.*?)</dc:description>", path.read_text(encoding="utf-8"), re.DOTALL
    )
    return frozenset(tuple(pair.split(" > ")) for pair in unescape(said).split("; "))


if __name__ == "__main__":
    write()
