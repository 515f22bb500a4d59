"""One self-contained HTML page about a campaign."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any

from matplotlib.figure import Figure

from store import ExperimentStore
from sweep.analysis import CampaignResult
from sweep.certainty import certainty, share_with_error
from sweep.figures import DRAWN_AXES, map_figure, series_figure

TRIALS = """
select status, coalesce(reason, '') as reason, count(*) as trials, round(sum(cpu_s), 1) as cpu_s,
       round(max(peak_rss_mb)) as peak_mb
from trials group by status, reason order by trials desc limit 20
"""
MAP = """<figure><img src="$map" alt="Regime map over $axes">
<figcaption>$what Marks are simulated points, darker for earlier rounds.</figcaption></figure>"""
NOT_DRAWN = """<p class="quiet">A map is drawn over up to three axes;
<code>regimap map --json</code> gives this one.</p>"""
_BAND = "the dotted band holds the true boundary on 90% of its"
WHAT = MappingProxyType(
    {
        1: "The probability of each regime; dotted: where its boundary lies with a probability of 90%.",
        2: f"Regions are the most probable regime; {_BAND} length.",
        3: f"Three slices. Regions are the most probable regime; {_BAND} area.",
    }
)
VERSIONS = """
select distinct regimap_version, physics_version, coalesce(git_commit, 'none') as git_commit,
       python, processor
from trials limit 5
"""


def report_html(store: ExperimentStore, result: CampaignResult) -> str:
    """The page as text.

    Parameters
    ----------
    store : ExperimentStore
    result : CampaignResult
    """
    names = result.labelling.names
    spec = result.spec.to_text()
    fields = {
        "title": escape(f"{result.spec.name}: regime map"),
        "lead": escape(lead(result)),
        "map": _map(result),
        "series": _picture(
            series_figure(result.labelling.times, result.labelling.clustering.centroids, names)
        ),
        "method": escape(result.labelling.method),
        "silhouettes": escape(_silhouettes(result)),
        "regimes": _table(("regime", "points", "share of the area"), _regime_rows(result)),
        "points": _table(
            (*result.spec.axis_names, "round", "why", "regime", "membership"), _point_rows(result)
        ),
        "trials": _query_table(store, TRIALS),
        "spec": escape(spec),
        "reproduce": escape(f"regimap campaign {result.spec.name}.toml --store {_place(store)}"),
        "footer": _query_table(store, VERSIONS),
    }
    template = Template(files("sweep").joinpath("report.html").read_text(encoding="utf-8"))
    return template.substitute(fields)


def _place(store: ExperimentStore) -> str:
    """The name of a store's directory, or the address of one in a bucket."""
    return store.url if "://" in store.url else Path(store.url).name


def _map(result: CampaignResult) -> str:
    names = result.spec.axis_names
    if len(names) > DRAWN_AXES:
        return NOT_DRAWN
    picture = _picture(map_figure(result.regime_map, result.points(), result.title))
    return Template(MAP).substitute(map=picture, axes=escape(" and ".join(names)), what=WHAT[len(names)])


def write_report(store: ExperimentStore, result: CampaignResult, path: Path) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    store : ExperimentStore
    result : CampaignResult
    path : Path
    """
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(report_html(store, result), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def lead(result: CampaignResult) -> str:
    """One sentence: how many points, which regimes, how sure."""
    counts = ", ".join(f"{name} ({count} points)" for name, count in result.counts().items())
    return (
        f"{len(result.proposals)} points over {' and '.join(result.spec.axis_names)} found "
        f"{len(result.labelling.names)} regimes: {counts}. "
        f"How sure: {certainty(result.regime_map.wrong_area())}."
    )


def _silhouettes(result: CampaignResult) -> str:
    found = result.labelling.clustering.silhouettes
    return ", ".join(f"k = {k}: {value:.2f}" for k, value in sorted(found.items())) or "one regime only"


def _regime_rows(result: CampaignResult) -> Iterable[Sequence[Any]]:
    areas = result.regime_map.areas()
    for regime, (name, count) in enumerate(result.counts().items()):
        yield name, count, share_with_error(areas.share[regime], areas.deviation[regime])


def _point_rows(result: CampaignResult) -> Iterable[Sequence[Any]]:
    for row, point in zip(result.proposals, result.points(), strict=True):
        values = json.loads(row["point"])
        membership = result.labelling.of(str(row["point_id"]))
        regime = "none" if point.regime is None else result.labelling.names[point.regime]
        shares = "" if membership is None else ", ".join(f"{share:.2f}" for share in membership)
        yield (
            *(f"{values[n]:.4g}" for n in result.spec.axis_names),
            row["round"],
            row["why"],
            regime,
            shares,
        )


def _query_table(store: ExperimentStore, query: str) -> str:
    found = store.sql(query)
    return _table(found.columns, found.rows())


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(str(name))}</th>" for name in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _picture(figure: Figure) -> str:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
