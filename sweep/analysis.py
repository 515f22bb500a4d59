"""What a store says about a campaign: its points, its regime map, in numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from threadpoolctl import threadpool_limits

from learn import RegimeMap
from store import ExperimentStore
from sweep.campaign_labels import label_campaign
from sweep.certainty import certainty
from sweep.errors import SweepError
from sweep.labelling import Labelling
from sweep.map_summary import map_summary
from sweep.rounds import map_of
from sweep.sampled_point import SampledPoint
from sweep.spec import SweepSpec


@final
@dataclass(frozen=True)
class CampaignResult:
    """A campaign as the store holds it.

    Attributes
    ----------
    spec : SweepSpec
    proposals : tuple of dict
        In the order of rounds and slots.
    labelling : Labelling
    regime_map : RegimeMap
    """

    spec: SweepSpec
    proposals: tuple[dict[str, Any], ...]
    labelling: Labelling
    regime_map: RegimeMap

    def points(self) -> list[SampledPoint]:
        """Simulated points with round and regime."""
        return [self._point(row) for row in self.proposals]

    @property
    def title(self) -> str:
        """The map's title: its name, what it cost and how sure it is."""
        found = len(self.labelling.names)
        regimes = "one regime" if found == 1 else f"{found} regimes"
        return (
            f"{self.spec.name}: {regimes} from {len(self.proposals)} points, "
            f"{certainty(self.regime_map.wrong_area())}"
        )

    def counts(self) -> dict[str, int]:
        """Points per regime, by name."""
        regimes = [point.regime for point in self.points()]
        return {name: regimes.count(regime) for regime, name in enumerate(self.labelling.names)}

    def summary(self) -> dict[str, Any]:
        """The map in plain values: regimes with areas, boundary in axis units, points (docs/sampler.md)."""
        return map_summary(self.regime_map, self.labelling.names, self.counts()) | {
            "points": [self._plain_point(row) for row in self.proposals],
            "label_version": self.labelling.version,
        }

    def _point(self, row: Mapping[str, Any]) -> SampledPoint:
        values = json.loads(row["point"])
        membership = self.labelling.of(str(row["point_id"]))
        regime = None if membership is None else int(np.argmax(membership))
        return SampledPoint(tuple(values[name] for name in self.spec.axis_names), int(row["round"]), regime)

    def _plain_point(self, row: Mapping[str, Any]) -> dict[str, Any]:
        membership = self.labelling.of(str(row["point_id"]))
        regime = None if membership is None else self.labelling.names[int(np.argmax(membership))]
        point: dict[str, Any] = json.loads(row["point"])
        return point | {
            "point_id": row["point_id"],
            "round": row["round"],
            "why": row["why"],
            "regime": regime,
            "membership": membership,
        }


def latest_campaign(store: ExperimentStore) -> CampaignResult:
    """The campaign that was started last in this store, as far as it has come.

    Raises
    ------
    SweepError
        If the store holds no campaign, or none with series to compare.
    """
    sweeps = [row for row in store.rows("sweeps") if row["command"] == "campaign"]
    if not sweeps:
        raise SweepError(
            f"{store.url}: expected a campaign, found none; "
            "start one with `regimap campaign SPEC --store DIR`"
        )
    return campaign_result(store, str(max(sweeps, key=lambda row: row["started_at"])["sweep"]))


def campaign_result(store: ExperimentStore, sweep: str) -> CampaignResult:
    """A campaign by the name it has in the table `sweeps`.

    Raises
    ------
    SweepError
        If none of its points has series that can be compared.
    """
    row = next(row for row in store.rows("sweeps") if row["sweep"] == sweep)
    spec = SweepSpec.from_text(str(row["spec"]))
    campaign = sweep.removeprefix("campaign-")
    proposals = [row for row in store.rows("proposals") if row["campaign"] == campaign]
    proposals.sort(key=lambda row: (row["round"], row["slot"]))
    with threadpool_limits(1):
        labelling = label_campaign(store, spec)
        fitted = None if labelling is None else map_of(spec, proposals, labelling)
    if labelling is None or fitted is None:
        raise SweepError(
            f"{store.url}: expected points whose series can be compared, found none yet; "
            "see `regimap status` for what failed, or wait for more"
        )
    return CampaignResult(spec, tuple(proposals), labelling, fitted)
