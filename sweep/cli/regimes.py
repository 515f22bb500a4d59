"""`regimes`: which regimes the series of a store fall into, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from math import isfinite
from typing import Any

import click

from learn import METHODS, Choice, Clustering, Judgement, Method
from store import ExperimentStore
from sweep.cli.places import STORE
from sweep.errors import SweepError
from sweep.labelling import Labelling, label_trials
from sweep.own_model import OwnModel
from sweep.regime_names import UNNAMED
from sweep.regimes import DEFAULT
from sweep.spec import SweepSpec


@click.command("regimes", epilog="Example: regimap regimes runs/quickstart --k 3")
@click.argument("store", type=STORE)
@click.option("--k", type=click.IntRange(min=1), help="Number of regimes; chosen from the series by default.")
@click.option("--method", type=click.Choice(METHODS), help="How series are clustered; as in [regimes].")
@click.option(
    "--spec",
    type=click.Path(exists=True, dir_okay=False),
    help="Spec whose table [regimes] counts: method and thresholds; that of STORE's latest sweep by default.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="One object: label_version, method, series compared and left out, judgements of each k, choice, "
    "regimes, agreement with the rules, labels, other_versions (trials of another model_version, left out).",
)
def regimes_command(
    store: str, *, k: int | None, method: Method | None, spec: str | None, as_json: bool
) -> None:
    """Cluster all series of STORE and write the labels as a new version.

    Of a model of one's own, those of the model_version that the spec has; trials of others are left out.

    The number of regimes is the largest whose regimes are all set apart, each by a silhouette of 0.8. Without
    such it is one where silhouettes or the gap statistic show no structure, and otherwise the one that
    bootstrap resamples find again best. Beside the regimes stands what rules on physical exponents call the
    same points, and how far the two agree.
    """
    opened = ExperimentStore(store)
    settings = _settings(opened, spec)
    regimes = DEFAULT if settings is None else settings.regimes
    regimes = regimes if method is None else replace(regimes, method=method)
    if regimes.stated and (k or method):
        raise SweepError(
            f"--{'k' if k else 'method'}: expected series to cluster, got regimes "
            f"{regimes.words}; leave it out"
        )
    trial_ids = _of_its_version(opened, settings)
    labelling = label_trials(opened, trial_ids, k=k, regimes=regimes)
    if labelling is None:
        raise SweepError(
            f"{store}: expected {regimes.evidence}, found none; see `regimap status` for what failed"
        )
    labelling.keep(opened)
    others = len(opened.statuses()) - len(trial_ids)
    if as_json:
        click.echo(json.dumps(as_mapping(labelling) | {"other_versions": others}))
        return
    if others:
        click.echo(f"regimap: {others} trials of another model_version are left out", err=True)
    click.echo("\n".join(_told(labelling)))


def as_mapping(labelling: Labelling) -> dict[str, Any]:
    """A labelling in plain values."""
    called, agreed = labelling.agreement()
    rows = labelling.rows()
    return {
        "label_version": labelling.version,
        "method": labelling.method,
        "k": len(labelling.names),
        "series": len(labelling.keys),
        "left_out": labelling.left_out,
        **_clustered(labelling.found),
        "regimes": [
            {
                "regime": name,
                "cluster": cluster,
                "moving": sum(row["cluster"] == cluster and not row["frozen"] for row in rows),
                "frozen": sum(row["cluster"] == cluster and row["frozen"] for row in rows),
                "rules": dict(zip(called, agreed.table[cluster].tolist(), strict=True)),
            }
            for cluster, name in enumerate(labelling.names)
        ],
        "rand_index": agreed.rand_index,
        "labels": [row | {"rule": rule} for row, rule in zip(rows, labelling.rules, strict=True)],
    }


def _clustered(clustering: Clustering | None) -> dict[str, Any]:
    """How regimes were found; null where the model says itself which regime a trial shows."""
    if clustering is None:
        return {"compared": None, "judgements": [], "choice": None}
    return {
        "compared": clustering.compared,
        "judgements": [_judgement(each, clustering.choice) for each in clustering.judgements],
        "choice": {
            "set_apart": clustering.choice.set_apart,
            "silhouette": clustering.choice.by_silhouette,
            "gap": clustering.choice.by_gap,
            "stability": clustering.choice.by_stability,
        },
    }


def _settings(store: ExperimentStore, spec: str | None) -> SweepSpec | None:
    """The spec that counts, if there is any."""
    if spec is not None:
        return SweepSpec.from_toml(spec)
    sweeps = store.rows("sweeps")
    latest = max(sweeps, key=lambda row: row["started_at"])["spec"] if sweeps else None
    return None if latest is None else SweepSpec.from_text(str(latest))


def _of_its_version(store: ExperimentStore, settings: SweepSpec | None) -> list[str]:
    """Trials of the version of a user's model that a spec names: another version may show other regimes."""
    if settings is None or not isinstance(settings.model, OwnModel):
        return list(store.statuses())
    query = "select trial_id from trials where model_version = ?"
    return [str(trial_id) for (trial_id,) in store.sql(query, [settings.model.version]).rows()]


def _judgement(each: Judgement, choice: Choice) -> dict[str, Any]:
    # JSON has no word for the infinite gap of regimes without any spread.
    told = each.gap is not None and isfinite(each.gap.value)
    return {
        "k": each.k,
        "silhouette": each.silhouette,
        "weakest": each.weakest,
        "gap": each.gap.value if each.gap is not None and told else None,
        "gap_err": None if each.gap is None else each.gap.error,
        "stability": each.stability,
        "share": choice.shares.get(each.k, 0.0) if choice.shares else None,
    }


def _told(labelling: Labelling) -> Iterator[str]:
    clustering = labelling.found
    what = "points" if clustering is None else "averaged series by"
    yield f"{len(labelling.keys)} {what} {labelling.method}"
    if clustering is not None and clustering.compared < len(labelling.keys):
        yield (
            f"regimes were found among {clustering.compared} of them, drawn by a hash of their values; "
            "the others were assigned"
        )
    if labelling.left_out:
        yield (
            f"{labelling.left_out} more name no regime: a trial failed, or the series are valid for less "
            "than half of t_final"
        )
    yield ""
    if clustering is not None:
        yield from _judged(clustering)
        yield ""
    yield from _beside_rules(labelling)
    yield ""
    yield f"label_version {labelling.version}"


def _judged(clustering: Clustering) -> Iterator[str]:
    yield "k  silhouette  of the weakest  gap            stability  resamples"
    for each in clustering.judgements:
        silhouette, weakest = (_figure(value) for value in (each.silhouette, each.weakest))
        gap = "" if each.gap is None else f"{each.gap.value:5.2f} +- {each.gap.error:.2f}"
        stability = f"{each.stability:.2f}" if each.k > 1 else ""
        share = f"{clustering.choice.shares.get(each.k, 0.0):.0%}" if clustering.choice.shares else ""
        chosen = "  <- chosen" if each.k == clustering.k else ""
        yield f"{each.k}  {silhouette:10}  {weakest:14}  {gap:13}  {stability:9}  {share:9}{chosen}".rstrip()
    yield _reason(clustering.k, clustering.choice)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _reason(k: int, choice: Choice) -> str:
    if choice.by_silhouette is None:
        return f"k = {k} was asked for"
    if choice.by_silhouette == 1:
        return "k = 1: no silhouette tells of structure"
    if choice.by_stability is None:
        return "k = 1: no gap is above that of one regime by two errors"
    why = (
        "all regimes are set apart" if choice.set_apart else "regimes overlap, and resamples find these best"
    )
    opinions = (
        f"{choice.by_silhouette} (silhouette), {choice.by_gap} (gap), {choice.by_stability} (stability)"
    )
    said = (
        f"k = {k}: {why}; single figures say {opinions}; {choice.shares.get(k, 0.0):.0%} of resamples agree"
    )
    others = {other: share for other, share in choice.shares.items() if other != k}
    if not others:
        return said
    rival = max(others, key=others.__getitem__)
    unsure = f"; not settled, see also --k {rival}" if others[rival] > choice.shares.get(k, 0.0) else ""
    return f"{said}, {others[rival]:.0%} say {rival}{unsure}"


def _beside_rules(labelling: Labelling) -> Iterator[str]:
    content = as_mapping(labelling)
    called = list(content["regimes"][0]["rules"])
    width = max(16, *(len(name) for name in labelling.names))
    head = "".join(f"  {name:>6}" for name in called)
    yield f"{'regime':{width}}  moving  frozen{'  | rules:' if called else ''}{head}".rstrip()
    for each in content["regimes"]:
        counts = "".join(f"  {n:{max(6, len(name))}d}" for name, n in each["rules"].items())
        bar = "  |       " if called else ""
        yield f"{each['regime']:{width}}  {each['moving']:6d}  {each['frozen']:6d}{bar}{counts}"
    if not called:
        return
    index = content["rand_index"]
    unnamed = sum(rule == UNNAMED for rule in labelling.rules)
    beside = f"; {unnamed} points that they cannot name are not counted" if unnamed else ""
    said = "one group in both" if index is None else f"adjusted Rand index {index:.2f}"
    yield f"agreement with the rules on late exponents and energy gain: {said}{beside}"
