"""The part of the page about what a sweep cost, and what a grid would have."""

from __future__ import annotations

from collections.abc import Iterator

from sweep.report.account import Account
from sweep.report.grid_cost import GridCost
from sweep.report.markup import Markup, element
from sweep.report.tables import paragraph, section, table
from sweep.report.words import number, percent

HOUR = 3600.0


def cost_section(account: Account, shown: int, grid: GridCost | None) -> Markup:
    """Core-hours, and those of a grid that would have told as much as so many points."""
    hours = account.core_s / HOUR
    rows = [
        ("Trials that have landed", f"{account.landed:,} of {account.planned:,}"),
        ("Core-hours", _hours(hours)),
    ]
    if account.frozen_core_s:
        rows.append(("of them for frozen twins", _hours(account.frozen_core_s / HOUR)))
    rows.append(("Core-seconds a trial, on average", number(account.core_s / max(1, account.landed))))
    if account.began is not None and account.ended is not None:
        wall = (account.ended - account.began).total_seconds() / HOUR
        span = f"{_hours(wall)}, from {account.began:%Y-%m-%d %H:%M} to {account.ended:%Y-%m-%d %H:%M} UTC"
        rows.append(("Hours from first to last", span))
    if account.peak_mb is not None:
        rows.append(("Largest memory of a worker", f"{account.peak_mb:,.0f} MB"))
    words = [] if grid is None else list(_grid_words(grid, shown, hours))
    return section("cost", "What it cost", table(("", ""), rows, class_="plain"), *words)


def _grid_words(grid: GridCost, shown: int, hours: float) -> Iterator[Markup]:
    size = " × ".join([str(grid.nodes)] * grid.dimension)
    size += f" = {grid.points:,}" if grid.dimension > 1 else ""
    times = number(float(f"{grid.points / shown:.2g}"))
    yield paragraph(
        "A grid of the same resolution has ",
        element("strong", f"{size} points"),
        f", {times} times as many as were simulated here, and would take about "
        f"{_hours(grid.core_s / HOUR)} core-hours instead of {_hours(hours)}.",
    )
    source = "those that were spread evenly here" if grid.spread else "the points here"
    yield paragraph(
        "A grid labels every place like its nearest node. Read off this map, and with no error at its nodes, "
        "that is the coarsest grid on which, as on all finer ones, at most ",
        f"{percent(grid.wrong)} of the box is labelled otherwise than on the map: the share on which the map "
        f"itself is expected to be wrong. Its points are taken to cost what {source} cost on average.",
        class_="quiet",
    )


def _hours(hours: float) -> str:
    return number(float(f"{hours:.3g}"))
