"""The page: everything about one sweep in one file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from store import ExperimentStore
from sweep.analysis import CampaignResult
from sweep.certainty import certainty
from sweep.report.account import Account, read_account
from sweep.report.again_section import reproduce_section, spec_section
from sweep.report.charts import SeriesChart, series_charts
from sweep.report.cost_section import HOUR, cost_section
from sweep.report.course_section import course_section
from sweep.report.data import data_block, page_data
from sweep.report.failures_section import failures_section
from sweep.report.grid_cost import GridCost, grid_cost
from sweep.report.layers import layers_of
from sweep.report.map_section import map_section
from sweep.report.marks import definitions
from sweep.report.markup import Markup, element, joined
from sweep.report.panels import axis_label, panels_of
from sweep.report.points import Points, read_points
from sweep.report.points_section import points_section
from sweep.report.recordings import Recordings, read_recordings
from sweep.report.regimes_section import regimes_section
from sweep.report.subject import Subject, subject_of
from sweep.report.tables import facts
from sweep.report.words import counted, number, percent

PARTS = {
    "map": "map",
    "regimes": "regimes",
    "course": "course",
    "cost": "cost",
    "failures": "failures",
    "points": "points",
    "spec": "spec",
    "reproduce": "reproduce",
}


def report_html(store: ExperimentStore, result: CampaignResult | None = None) -> str:
    """A page about a sweep, as text.

    Parameters
    ----------
    store : ExperimentStore
    result : CampaignResult, optional
        The campaign it is about; by default the sweep that was started last, campaign or fixed design.

    Raises
    ------
    SweepError
        If nothing was run in the store.
    """
    return page_of(subject_of(store, result))


def write_report(store: ExperimentStore, result: CampaignResult | None, path: Path) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    store : ExperimentStore
    result : CampaignResult or None
        As for :func:`report_html`.
    path : Path
    """
    write_page(subject_of(store, result), path)


def write_page(subject: Subject, path: Path) -> None:
    """Write the page about a sweep, whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(page_of(subject), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def lead(result: CampaignResult) -> str:
    """How many points, which regimes, how many points name none, how sure."""
    counts = ", ".join(f"{name} ({counted(count, 'point')})" for name, count in result.counts().items())
    return (
        f"{len(result.proposals)} points over {' and '.join(result.spec.axis_names)} found "
        f"{counted(len(result.labelling.names), 'regime')}: {counts}. {_unnamed(result)}"
        f"How sure: {certainty(result.regime_map.wrong_area())}."
    )


def _unnamed(result: CampaignResult) -> str:
    unnamed = len(result.proposals) - sum(result.counts().values())
    if not unnamed:
        return ""
    names = "names" if unnamed == 1 else "name"
    return f"{counted(unnamed, 'point')} {names} no regime: around them the map goes by the others alone. "


def told(subject: Subject) -> str:
    """What the page is about, in a sentence."""
    return lead(subject.result) if subject.result is not None else _plain_lead(subject, read_account(subject))


def page_of(subject: Subject) -> str:
    """The page about a sweep, as text."""
    points, account = read_points(subject), read_account(subject)
    recordings = read_recordings(subject, points)
    labels = [axis_label(name, subject.units) for name in subject.spec.axis_names]
    charts = series_charts(recordings, subject.units, subject.compared, own=subject.own)
    panels = panels_of(subject.spec.axes, labels, probabilities=subject.result is not None)
    layers = None if subject.result is None else layers_of(subject.result, points, panels)
    grid = None if subject.result is None else grid_cost(subject.result, points)
    parts = [
        map_section(subject, points, recordings, charts, panels, layers, labels),
        *_parts(subject, points, account, recordings, charts, labels, grid),
    ]
    names = [name for name in PARTS if any(part.startswith(f'<section id="{name}"') for part in parts)]
    body = element(
        "body",
        definitions(),
        element("a", "Skip to the map", href="#map", class_="skip"),
        _header(subject, points, account, grid, names),
        element("main", *parts),
        data_block(page_data(points, recordings, charts, layers, labels, _expected(subject), subject.place)),
    )
    return _document(subject.spec.name, body)


def _parts(
    subject: Subject,
    points: Points,
    account: Account,
    recordings: Recordings,
    charts: Sequence[SeriesChart],
    labels: Sequence[str],
    grid: GridCost | None,
) -> Iterator[Markup]:
    if subject.result is not None:
        yield regimes_section(subject.result)
    if subject.command == "campaign":
        yield course_section(account, subject.spec.campaign.target_wrong_area)
    yield cost_section(account, len(points.shown), grid)
    yield failures_section(account)
    yield points_section(points, recordings, charts, labels)
    yield spec_section(subject)
    yield reproduce_section(subject, account, points)


def _document(name: str, body: Markup) -> str:
    style, script = (Markup(_asset(asset)) for asset in ("style.css", "script.js"))
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", name),
        element("style", style),
    )
    closed = Markup(body.removesuffix("</body>"))
    page = joined([head, closed, element("script", script), Markup("</body>")])
    return f"<!doctype html>\n{element('html', page, lang='en')}\n"


def _asset(name: str) -> str:
    return files("sweep.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _header(
    subject: Subject, points: Points, account: Account, grid: GridCost | None, names: Sequence[str]
) -> Markup:
    kind = "Regime map" if subject.result is not None else f"Report on a {subject.command}"
    links = [element("a", name, href=f"#{name}") for name in names]
    sentence = lead(subject.result) if subject.result is not None else _plain_lead(subject, account)
    return element(
        "header",
        element("p", kind, class_="kicker"),
        element("h1", subject.spec.name),
        element("p", sentence, class_="lead"),
        facts(_figures(subject, points, account, grid), class_="figures"),
        element("nav", *links, aria_label="Parts of this page"),
    )


def _figures(
    subject: Subject, points: Points, account: Account, grid: GridCost | None
) -> Iterator[tuple[str, str]]:
    yield "points", f"{len(points.shown) + points.left_out:,}"
    yield "trials", f"{account.landed:,}"
    yield "core-hours", number(float(f"{account.core_s / HOUR:.3g}"))
    if subject.result is not None:
        yield "expected wrong", percent(subject.result.regime_map.wrong_area())
    if grid is not None:
        yield "points of an equal grid", f"{grid.points:,}"
    yield "trials without data", f"{account.failed:,}"


def _plain_lead(subject: Subject, account: Account) -> str:
    counts = Counter({status: trials for status, trials, _ in account.statuses})
    parts = ", ".join(f"{trials:,} {status}" for status, trials in counts.most_common())
    words = (
        f"{account.landed:,} of {account.planned:,} trials over {' and '.join(subject.spec.axis_names)} "
        f"have landed: {parts or 'none yet'}."
    )
    return f"{words} There is no map: {subject.note}." if subject.note else words


def _expected(subject: Subject) -> dict[str, list[str]]:
    """Names of the regimes, by number, under each version of the labels that a proposal knew."""
    query = (
        "SELECT label_version, cluster, any_value(regime) FROM labels WHERE label_version IN "
        "(SELECT label_version FROM proposals WHERE campaign = ?) GROUP BY ALL ORDER BY ALL"
    )
    names: dict[str, list[str]] = {}
    for version, cluster, regime in subject.ask(query, subject.campaign):
        # A regime that no point belongs to most has no name there.
        known = names.setdefault(str(version), [])
        known += [f"regime {n + 1}" for n in range(len(known), int(cluster))]
        known.append(str(regime))
    return names
