"""The part of the page about the regimes: how many, how large, how found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from learn import Clustering, Judgement
from sweep.analysis import CampaignResult
from sweep.labelling import Labelling
from sweep.report.marks import swatch
from sweep.report.markup import Markup, element, joined
from sweep.report.tables import folded, paragraph, section, table
from sweep.report.words import counted


def regimes_section(result: CampaignResult) -> Markup:
    """The regimes with their areas, how they were found, and by what their number was chosen."""
    labelling = result.labelling
    clustering = labelling.found
    return section(
        "regimes",
        "The regimes",
        table(("regime", "points", "frozen twins", "share of the box", "90% interval"), _regime_rows(result)),
        paragraph(*_found(labelling)),
        Markup("") if clustering is None else _choice(clustering),
        _beside_rules(result),
    )


def _found(labelling: Labelling) -> Iterator[str]:
    series = len(labelling.keys)
    if labelling.found is None:
        yield f"Regimes {labelling.method}, for {counted(series, 'point')}."
    else:
        yield f"Found by {labelling.method}, from {series} series, each the mean over the trials of one "
        yield "point on one kind of lattice."
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


def _regime_rows(result: CampaignResult) -> Iterator[tuple[str, ...]]:
    areas, twins = result.regime_map.areas(), list(result.labelling.clusters.items())
    for regime, (name, count) in enumerate(result.counts().items()):
        frozen = sum(found == regime for (_, still), found in twins if still)
        yield (
            joined([swatch(regime), " ", name]),
            str(count),
            str(frozen),
            f"{100 * areas.share[regime]:.1f} ± {100 * areas.deviation[regime]:.1f}%",
            f"{100 * areas.low[regime]:.1f} to {100 * areas.high[regime]:.1f}%",
        )


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
