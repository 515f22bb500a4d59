"""Every answer that a campaign's store gives, asked for when it is needed, and once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from learn import RegimeMap
from store import ExperimentStore
from sweep.analysis import CampaignResult, latest_campaign
from sweep.chunk import point_trials
from sweep.findings.accord import Accord, accord
from sweep.findings.frozen_map import frozen_map
from sweep.findings.interference import InterferenceVerdict, interference_verdict
from sweep.findings.late_windows import PointWindows, late_windows
from sweep.findings.power_law import PowerLaw, power_law
from sweep.findings.release_times import ReleaseTime, release_times
from sweep.findings.theory_lines import TheoryLines, theory_lines
from sweep.findings.twin_verdicts import RELEASED, TwinVerdict, twin_verdict
from sweep.sampled_point import SampledPoint

PLANE = 2


@final
@dataclass(frozen=True, eq=False)
class Findings:
    """What a campaign says; each property asks the store once.

    Parameters
    ----------
    store : ExperimentStore
    result : CampaignResult
    """

    store: ExperimentStore
    result: CampaignResult

    @classmethod
    def of(cls, store: ExperimentStore) -> Findings:
        """Findings of the campaign that was started last in a store."""
        return cls(store, latest_campaign(store))

    @cached_property
    def values(self) -> dict[str, dict[str, float]]:
        """Axis values of the points that name a regime both moving and frozen, by point id.

        The others have a trial that failed, or are valid for less than half of t_final.
        """
        labelling = self.result.labelling
        return {
            str(row["point_id"]): json.loads(row["point"])
            for row in self.result.proposals
            if labelling.of(str(row["point_id"])) and labelling.of(str(row["point_id"]), frozen=True)
        }

    @cached_property
    def trial_ids(self) -> dict[str, list[str]]:
        """Trials of those points, by point id."""
        spec = self.result.spec
        return {
            point_id: [trial.trial_id for trial in point_trials(spec, point)]
            for point_id, point in self.values.items()
        }

    @cached_property
    def all_trial_ids(self) -> list[str]:
        """Trials of all points of the campaign."""
        points = [json.loads(row["point"]) for row in self.result.proposals]
        return [trial.trial_id for point in points for trial in point_trials(self.result.spec, point)]

    @cached_property
    def windows(self) -> dict[str, PointWindows]:
        """Late windows, by point id."""
        return late_windows(self.store, [trial for each in self.trial_ids.values() for trial in each])

    @cached_property
    def twins(self) -> dict[str, TwinVerdict]:
        """Verdicts of the twins, by point id."""
        return {point_id: self._verdict(point_id, each) for point_id, each in self.windows.items()}

    @cached_property
    def holds(self) -> dict[str, InterferenceVerdict]:
        """What holds packets in frozen lattices, by point id; empty where no classical twin ran."""
        found = {point_id: interference_verdict(each) for point_id, each in self.windows.items()}
        return {point_id: each for point_id, each in found.items() if each is not None}

    @cached_property
    def releases(self) -> dict[str, ReleaseTime]:
        """Release times, by point id."""
        return release_times(self.store, [trial for each in self.trial_ids.values() for trial in each])

    @cached_property
    def release_law(self) -> PowerLaw | None:
        """Release time as a power law of the log axes."""
        return self._law({point_id: each.median for point_id, each in self.releases.items()})

    @cached_property
    def diffusion_law(self) -> PowerLaw | None:
        """D m*/hbar in the moving lattice as a power law of the log axes."""
        return self._law({point_id: each.diffusion_moving[0] for point_id, each in self.twins.items()})

    @cached_property
    def frozen(self) -> tuple[RegimeMap, list[SampledPoint]] | None:
        """Map and points with the lattice frozen."""
        return frozen_map(self.result)

    @cached_property
    def lines(self) -> TheoryLines | None:
        """Closed forms over the plane; None over another number of axes."""
        return theory_lines(self.result.spec) if len(self.result.spec.axes) == PLANE else None

    @cached_property
    def accords(self) -> dict[str, Accord]:
        """Twins against clusters of moving series, and against labels that change when the lattice stops."""
        if not self.twins:
            return {}
        labelling, ids = self.result.labelling, list(self.twins)
        verdicts = [self.twins[point_id].verdict for point_id in ids]
        moving, frozen = (
            [labelling.names[labelling.clusters[point_id, still]] for point_id in ids]
            for still in (False, True)
        )
        changes = ["same" if one == other else "changes" for one, other in zip(moving, frozen, strict=True)]
        released = [RELEASED if verdict == RELEASED else "other" for verdict in verdicts]
        return {
            "clusters": accord(moving, verdicts, RELEASED),
            "label_changes": accord(changes, released, RELEASED),
        }

    def place(self, point_ids: Sequence[str]) -> NDArray[np.float64]:
        """Points (n, d) in axis units."""
        names = self.result.spec.axis_names
        return np.array([[self.values[point_id][name] for name in names] for point_id in point_ids])

    def _law(self, numbers: Mapping[str, float]) -> PowerLaw | None:
        axes = [axis.name for axis in self.result.spec.axes if axis.scale == "log"]
        return power_law(numbers, self.values, axes) if axes else None

    def _verdict(self, point_id: str, windows: PointWindows) -> TwinVerdict:
        spec = self.result.spec
        scenario = spec.scenario(self.values[point_id])
        return twin_verdict(windows, scenario.dimension, spec.regimes.driven_gain * scenario.fermi_energy)
