"""What a trial of a user's model takes: what past ones took, or what the spec guesses; else nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from store import ExperimentStore
from sweep.any_trial import AnyTrial
from sweep.calibration import PAST, Speed
from sweep.own_trial import OwnTrial

GUESS, UNKNOWN = "guess", "unknown"
# Rows that are looked at.
SAMPLE = 400
# Ids are hashes: the first so many of them are a fair sample, and always the same one.
TAKEN = f"""select avg(wall_s), quantile_cont(wall_s, 0.05), quantile_cont(wall_s, 0.95), count(*) from (
    select wall_s from trials where model_version = ? and status in ('complete', 'invalid') order by trial_id
    limit {SAMPLE}
)"""


def priced(store: ExperimentStore | None, trials: Iterable[AnyTrial]) -> list[AnyTrial]:
    """The trials, those of a user's model with the mean wall time of past ones of the same version."""
    known = list(trials)
    versions = {trial.version for trial in known if isinstance(trial, OwnTrial)}
    if store is None or not versions or not store.schema.own:
        return known
    speeds = {version: _taken(store, version) for version in versions}
    return [_priced(trial, speeds) for trial in known]


def own_speed(store: ExperimentStore | None, trials: Sequence[AnyTrial]) -> Speed | None:
    """Where the predicted seconds of a user's trials come from; None for the deformation potential.

    Ratios are seconds taken over the mean: nine of ten past trials lie between low and high.
    """
    first = next((trial for trial in trials if isinstance(trial, OwnTrial)), None)
    if first is None:
        return None
    past = None if store is None or not store.schema.own else _taken(store, first.version)
    if past is not None:
        mean, low, high, count = past
        return Speed(1.0, low / mean, high / mean, count, PAST)
    return Speed(source=GUESS if first.seconds else UNKNOWN)


def _taken(store: ExperimentStore, version: str) -> tuple[float, float, float, int] | None:
    """Mean wall time of trials, the range of nine in ten of them, and their number; None without any."""
    ((mean, low, high, count),) = store.sql(TAKEN, [version]).rows()
    return (float(mean), float(low), float(high), int(count)) if mean else None


def _priced(trial: AnyTrial, taken: dict[str, tuple[float, float, float, int] | None]) -> AnyTrial:
    if not isinstance(trial, OwnTrial) or (found := taken[trial.version]) is None:
        return trial
    return replace(trial, seconds=found[0])
