"""All findings of a campaign in plain values, with seeds and cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from learn import RegimeMap
from sweep.analysis import CampaignResult
from sweep.equal_grid import equal_grid
from sweep.findings.answers import Findings
from sweep.findings.interference import HOLDS, InterferenceVerdict
from sweep.findings.late_windows import asked
from sweep.findings.power_law import PowerLaw
from sweep.findings.twin_verdicts import SURE, VERDICTS
from sweep.map_summary import map_summary

DIGITS = 6
# The range of alpha in the abstract of arXiv:2411.18768.
PLANCKIAN = (0.5, 2.0)


def findings_summary(findings: Findings) -> dict[str, Any]:
    """All findings in plain values: numbers to six digits, null for what is not a number.

    Keys: campaign (spec, cost, stop), map, choice_of_k, frozen_map, twins, interference, release, diffusion,
    theory_lines, grid. Areas are shares of the box, times and diffusion in natural units.
    """
    result = findings.result
    frozen, lines = findings.frozen, findings.lines
    content = {
        "campaign": _campaign(findings),
        "map": _map(result),
        "choice_of_k": {
            "k": len(result.labelling.names),
            "series": len(result.labelling.keys),
            "tried": choice_rows(result),
        },
        "frozen_map": None if frozen is None else _areas(frozen[0]),
        "twins": _twins(findings),
        "interference": _interference(findings),
        "release": _release(findings),
        "diffusion": _diffusion(findings),
        "theory_lines": None if lines is None else lines.crossed(),
        "grid": _grid(result.regime_map),
    }
    plain: dict[str, Any] = as_plain(content)
    return plain


def as_plain(value: Any) -> Any:  # noqa: ANN401  # whatever JSON can hold
    """As JSON holds it: floats to six digits, what is not a finite number as null."""
    if isinstance(value, Mapping):
        return {str(key): as_plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [as_plain(part) for part in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def _campaign(findings: Findings) -> dict[str, Any]:
    spec, store = findings.result.spec, findings.store
    cost = asked(store, "cost", findings.all_trial_ids)[0]
    ours = [row for row in store.rows("rounds") if row["campaign"] == spec.campaign_identity]
    ours.sort(key=lambda row: (row["round"], row["decided_at"]))
    return {
        "name": spec.name,
        "spec": spec.to_text(),
        "points": len(findings.result.proposals),
        "labelled_points": len(findings.values),
        "stop_reason": next((row["stop_reason"] for row in reversed(ours) if row["stop_reason"]), None),
        "rounds": [
            {name: row[name] for name in ("round", "points", "regimes", "wrong_area", "changed_area")}
            for row in ours
        ],
        "label_version": findings.result.labelling.version,
        "cost": cost,
    }


def _map(result: CampaignResult) -> dict[str, Any]:
    """As `map --json`, without the pieces of its boundary and band."""
    whole = map_summary(result.regime_map, result.labelling.names, result.counts())
    return {name: value for name, value in whole.items() if name not in ("boundary", "band")}


def _grid(regime_map: RegimeMap) -> dict[str, Any]:
    """The grid that would have told as much: its nodes per axis and in all."""
    nodes = equal_grid(regime_map, regime_map.wrong_area())
    return {"nodes": nodes, "points": None if nodes is None else nodes**regime_map.space.dimension}


def _areas(regime_map: RegimeMap) -> dict[str, Any]:
    areas, names = regime_map.areas(), regime_map.names or ()
    regimes = {
        name: {"area": areas.share[place], "low": areas.low[place], "high": areas.high[place]}
        for place, name in enumerate(names)
    }
    return {"regimes": regimes, "wrong_area": regime_map.wrong_area()}


def choice_rows(result: CampaignResult) -> list[dict[str, Any]]:
    """What speaks for each number of regimes that was tried, a row for each."""
    clustering = result.labelling.clustering
    return [
        {
            "k": each.k,
            "silhouette": each.silhouette,
            "gap": None if each.gap is None else each.gap.value,
            "gap_err": None if each.gap is None else each.gap.error,
            "stability": each.stability if each.k > 1 else None,
            "share_of_resamples": clustering.choice.shares.get(each.k, 0.0),
        }
        for each in clustering.judgements
    ]


def _twins(findings: Findings) -> dict[str, Any]:
    twins = findings.twins
    counts = Counter(each.verdict for each in twins.values())
    sure = Counter(each.verdict for each in twins.values() if each.sure)
    labelling = findings.result.labelling
    table = Counter(
        (labelling.names[labelling.clusters[point_id, False]], each.verdict)
        for point_id, each in twins.items()
    )
    return {
        "points": len(twins),
        "verdicts": {name: {"points": counts[name], "sure": sure[name]} for name in VERDICTS},
        "by_cluster": {name: {kind: table[name, kind] for kind in VERDICTS} for name in labelling.names},
        "accords": {name: asdict(each) for name, each in findings.accords.items()},
        "values": [findings.values[point_id] | asdict(each) for point_id, each in twins.items()],
    }


def _interference(findings: Findings) -> dict[str, Any] | None:
    holds = findings.holds
    if not holds:
        return None
    return {
        "points": len(holds),
        "verdicts": {
            name: _exponents([each for each in holds.values() if each.verdict == name]) for name in HOLDS
        },
        "values": [findings.values[point_id] | asdict(each) for point_id, each in holds.items()],
    }


def _exponents(those: Sequence[InterferenceVerdict]) -> dict[str, Any]:
    """How many points have a verdict, and between which exponents their waves and classical twins are."""
    ranges = {
        name: [getattr(each, name)[0] for each in those] or [float("nan")] for name in ("wave", "classical")
    }
    return {
        "points": len(those),
        "sure": sum(max(each.probabilities) >= SURE for each in those),
        **{name: [min(values), float(np.median(values)), max(values)] for name, values in ranges.items()},
    }


def _release(findings: Findings) -> dict[str, Any]:
    return {
        "law": _plain_law(findings.release_law),
        "values": [findings.values[point_id] | asdict(each) for point_id, each in findings.releases.items()],
    }


def _diffusion(findings: Findings) -> dict[str, Any]:
    """D m*/hbar by what the twins say, the lattice moving and frozen."""
    found: dict[str, Any] = {"law": _plain_law(findings.diffusion_law)}
    for name in VERDICTS:
        members = [each for each in findings.twins.values() if each.verdict == name]
        found[name] = {
            "moving": _quantiles([each.diffusion_moving for each in members]),
            "frozen": _quantiles([each.diffusion_frozen for each in members]),
        }
    return found


def _quantiles(values: Sequence[tuple[float, float]]) -> dict[str, Any] | None:
    if not values:
        return None
    rates, errors = np.array(values).T
    low, middle, high = np.quantile(rates, [0.1, 0.5, 0.9])
    return {
        "points": len(values),
        "alpha_10": low,
        "alpha_median": middle,
        "alpha_90": high,
        "median_error": float(np.median(errors)),
        "share_from_half_to_two": float(np.mean((rates >= PLANCKIAN[0]) & (rates <= PLANCKIAN[1]))),
    }


def _plain_law(law: PowerLaw | None) -> dict[str, Any] | None:
    if law is None:
        return None
    exponents = {
        name: {"exponent": exponent, "err": error}
        for name, exponent, error in zip(law.axes, law.exponents, law.errors, strict=True)
    }
    return {**asdict(law), "exponents": exponents}
