"""The part of the page about the regimes: how many, how large, how found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from learn import Areas, Clustering, Judgement
from sweep.analysis import CampaignResult
from sweep.certainty import known, share_with_error
from sweep.labelling import Labelling
from sweep.report.marks import swatch
from sweep.report.markup import Markup, element, joined
from sweep.report.scene import LEVEL
from sweep.report.tables import folded, paragraph, section, table
from sweep.report.words import counted


def regimes_section(result: CampaignResult) -> Markup:
    """The regimes with their areas, how they were found, and by what their number was chosen."""
    labelling = result.labelling
    clustering = labelling.found
    return section(
        "regimes",
        "The regimes",
        table(tuple(_header(result)), map(tuple, _regime_rows(result))),
        paragraph(*_found(labelling, twins=bool(result.spec.twin))),
        Markup("") if clustering is None else _choice(clustering),
        _beside_rules(result),
    )


def _found(labelling: Labelling, *, twins: bool) -> Iterator[str]:
    points = counted(len(labelling.keys), "point")
    if labelling.found is None:
        yield f"Regimes {labelling.method}, for {points}."
    elif twins:
        yield f"Found by {labelling.method}, from {len(labelling.keys)} series, each the mean over the "
        yield "trials of one point on one kind of lattice."
    else:
        yield f"Found by {labelling.method}, from the series of {points}, each the mean over its trials."
    if labelling.left_out:
        yield f" {labelling.left_out} more stand for no regime: a trial failed, or was too short."


def _choice(clustering: Clustering) -> Markup:
    return folded(
        f"Why {counted(clustering.k, 'regime')}",
        table(
            ("k", "silhouette", "of the weakest", "gap", "stability", "resamples", ""),
            [_judged(each, clustering) for each in clustering.judgements],
        ),
        paragraph(
            "A silhouette near 1 sets regimes apart; the gap is measured against references without "
            "structure; stability is how alike resamples find the regimes, and the column beside it the "
            "share of resamples that alone would choose this number."
        ),
    )


def _header(result: CampaignResult) -> Iterator[str]:
    yield from ("regime", "points")
    if result.spec.twin:
        yield "frozen twins"
    yield from ("share of the box", f"{LEVEL:.0%} interval")


def _regime_rows(result: CampaignResult) -> Iterator[Iterator[str]]:
    areas = result.regime_map.areas(LEVEL)
    for regime, (name, count) in enumerate(result.counts().items()):
        yield _regime_row(result, areas, regime, name, count)


def _regime_row(result: CampaignResult, areas: Areas, regime: int, name: str, count: int) -> Iterator[str]:
    yield joined([swatch(regime), " ", name])
    yield str(count)
    if result.spec.twin:
        twins = result.labelling.clusters.items()
        yield str(sum(found == regime for (_, still), found in twins if still))
    error = float(areas.deviation[regime])
    yield share_with_error(float(areas.share[regime]), error)
    # Of a map of one regime the interval is all there is, which says nothing.
    between = f"{100 * areas.low[regime]:.1f} to {100 * areas.high[regime]:.1f}%"
    yield "–" if known(error) is None else between


def _judged(each: Judgement, clustering: Clustering) -> tuple[str, ...]:
    choice = clustering.choice
    gap = "–"
    if each.gap is not None and np.isfinite(each.gap.value):
        gap = f"{each.gap.value:.2f} ± {each.gap.error:.2f}"
    return (
        str(each.k),
        "–" if each.silhouette is None else f"{each.silhouette:.2f}",
        "–" if each.weakest is None else f"{each.weakest:.2f}",
        gap,
        f"{each.stability:.2f}" if each.k > 1 else "–",
        f"{choice.shares.get(each.k, 0.0):.0%}" if choice.shares else "–",
        element("strong", "chosen") if each.k == clustering.k else "",
    )


def _beside_rules(result: CampaignResult) -> Markup:
    called, agreed = result.labelling.agreement()
    if not called:
        return Markup("")
    index = (
        "one group in both" if agreed.rand_index is None else f"adjusted Rand index {agreed.rand_index:.2f}"
    )
    words = (
        "Rules on late exponents and energy gain, which know nothing of the clusters, agree with them: "
        f"{index}."
    )
    rows = [
        (name, *(str(count) for count in agreed.table[regime].tolist()))
        for regime, name in enumerate(result.labelling.names)
    ]
    return folded("Beside rules on exponents", paragraph(words), table(("regime", *called), rows))
