"""The map of the same points with the lattice frozen, in the regimes of the moving one."""

from __future__ import annotations

import json

from learn import BoundarySampler, Observation, RegimeMap, rebuild_study
from sweep.analysis import CampaignResult
from sweep.rounds import search_space
from sweep.sampled_point import SampledPoint


def frozen_map(result: CampaignResult) -> tuple[RegimeMap, list[SampledPoint]] | None:
    """Map and points of a campaign's frozen twins; None where no point has one with a label.

    Moving and frozen series were clustered together, so regimes bear the same names and colours. A frozen
    lattice knows of no sound speed: along that axis the map can only change by what is unsure about it.

    Parameters
    ----------
    result : CampaignResult
    """
    spec, labelling = result.spec, result.labelling
    observations, points = [], []
    for row in result.proposals:
        values = json.loads(row["point"])
        membership = labelling.of(str(row["point_id"]), frozen=True)
        observations.append(Observation(values, membership, count=float(spec.samples_per_point)))
        regime = None if membership is None else membership.index(max(membership))
        points.append(
            SampledPoint(tuple(values[name] for name in spec.axis_names), int(row["round"]), regime)
        )
    if all(each.membership is None for each in observations):
        return None
    sampler = BoundarySampler(search_space(spec))
    return sampler.classify(rebuild_study(sampler, observations), labelling.names), points
