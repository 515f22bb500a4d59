"""The two main jobs, as functions: run a fixed design, run an adaptive campaign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from threadpoolctl import threadpool_limits

from store import ExperimentStore
from sweep.campaign_labels import label_campaign
from sweep.campaigning import CampaignSource
from sweep.deformation_potential import MODEL
from sweep.engine.happenings import Happening
from sweep.engine.settings import Engine
from sweep.engine.source import Source
from sweep.errors import EngineError
from sweep.job import Job, finish
from sweep.labelling import Labelling
from sweep.memory import worker_memory
from sweep.outcome import MISSING, Outcome, count_statuses
from sweep.own_watch import names_checked
from sweep.planned import PlannedSource
from sweep.planning import check_resolvable, plan_design, stream_trials
from sweep.provenance import Provenance, require_clean
from sweep.spec import SweepSpec

__all__ = ["MODEL", "campaign", "run", "stream"]


def run(
    spec: SweepSpec,
    store: ExperimentStore | str | Path,
    *,
    backend: str | None = None,
    workers: int | None = None,
    address: str | None = None,
    engine: Engine | None = None,
) -> Outcome:
    """Run the spec's fixed design; what the store holds already is not run again.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore or path
        Made if it does not exist.
    backend : str, optional
        "ray", "process" or "serial"; "ray" by default.
    workers : int, optional
        One per core by default.
    address : str, optional
        Ray cluster to join.
    engine : Engine, optional
        Everything else about how it is run; the three before overrule it.

    Returns
    -------
    Outcome

    Raises
    ------
    SpecError
        If a point cannot be resolved; nothing is written then.
    HeldError
        If another driver is at work on the same trials.
    KeyboardInterrupt, SystemExit
        After Ctrl-C and SIGTERM, once what was running has landed or was given up.
    """
    asked = _asked(engine, backend, workers, address)
    job = _run_job(spec, store, asked)
    stopped = job.finish()
    return Outcome(_counted_by_plan(job.store, _plan(spec), job.source.expected), stopped=stopped)


def stream(
    spec: SweepSpec, store: ExperimentStore | str | Path, engine: Engine | None = None
) -> Iterator[Happening]:
    """Run the spec's fixed design as :func:`run` does, telling what happens as it does.

    To stop early, close the generator: what was running is given up.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore or path
    engine : Engine, optional

    Yields
    ------
    Landed, Moved, Asked, Pulse or Stopped
        See :mod:`sweep.engine.happenings`; a Landed names trials that are in the store from then on.
    """
    return _run_job(spec, store, engine or Engine()).happenings()


def campaign(
    spec: SweepSpec,
    store: ExperimentStore | str | Path,
    *,
    budget: int | None = None,
    backend: str | None = None,
    workers: int | None = None,
    address: str | None = None,
    engine: Engine | None = None,
) -> tuple[Outcome, Labelling | None]:
    """Run the adaptive campaign until its stop rule speaks, then label its points.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore or path
        Made if it does not exist; a campaign that it holds is continued.
    budget : int, optional
        Points to spend; the spec's by default. A larger one extends a finished campaign.
    backend, workers, address, engine
        As for :func:`run`.

    Returns
    -------
    Outcome
    Labelling or None
        Regimes of the campaign's points; None where no series can be compared.

    Raises
    ------
    SpecError
        If a point of the swept box cannot be resolved; nothing is written then.
    HeldError, KeyboardInterrupt, SystemExit
        As for :func:`run`.
    """
    asked = _asked(engine, backend, workers, address)
    if asked.part != (1, 1):
        raise EngineError(
            "part: expected for `run` only, got it for a campaign, whose rounds need each other"
        )
    budget = spec.campaign.budget if budget is None else budget
    check_resolvable(spec)
    # The learner's matrices are small: more threads than one only slow them, and may turn their last bits.
    with threadpool_limits(1):
        return _campaign(spec, _opened(spec, store, asked), budget, asked)


def _campaign(
    spec: SweepSpec, store: ExperimentStore, budget: int, engine: Engine
) -> tuple[Outcome, Labelling | None]:
    source = CampaignSource(spec, store, budget)
    name = f"campaign-{source.campaign}"
    _note_sweep(store, spec, "campaign", name, source.expected, 0)
    try:
        happenings = _job(source, store, spec, name, engine).happenings()
        stopped = finish(names_checked(happenings, store, spec.regimes))
    finally:
        source.leave()
    if stopped is not None:
        return Outcome(count_statuses(store, source.trial_ids), stopped=stopped), None
    labelling = label_campaign(store, spec)
    if labelling is not None:
        labelling.keep(store)
        source.conclude(labelling)
    return Outcome(count_statuses(store, source.trial_ids), source.stop_reason), labelling


def _asked(engine: Engine | None, backend: str | None, workers: int | None, address: str | None) -> Engine:
    engine = engine or Engine()
    return replace(
        engine,
        backend=backend or engine.backend,
        workers=engine.workers if workers is None else workers,
        address=address or engine.address,
    )


def _run_job(spec: SweepSpec, store: ExperimentStore | str | Path, engine: Engine) -> Job:
    expected = plan_design(spec)
    store, plan, (part, parts) = _opened(spec, store, engine), _plan(spec), engine.part
    _note_sweep(store, spec, "run", plan, expected.trials, expected.chunks)
    mean_cost = 3600.0 * (expected.core_hours or 0.0) / max(1, expected.trials)
    source = PlannedSource(store, plan, stream_trials(spec), expected.trials, engine.part, mean_cost)
    name = plan if parts == 1 else f"{plan}-{part}of{parts}"
    return _job(source, store, spec, name, engine)


def _job(source: Source, store: ExperimentStore, spec: SweepSpec, name: str, engine: Engine) -> Job:
    return Job(source, store, spec.name, name, engine, worker_memory(spec), spec.model.directories)


def _plan(spec: SweepSpec) -> str:
    return f"run-{spec.design_identity}"


def _opened(spec: SweepSpec, store: ExperimentStore | str | Path, engine: Engine) -> ExperimentStore:
    if engine.strict:
        require_clean(Provenance.collect())
    model, parameters = spec.model, spec.model.columns(spec)
    if isinstance(store, ExperimentStore):
        if parameters is None and store.model == model.name:
            return store
        # Refused where it is of another model; what this spec sweeps may be new in it.
        store = store.url
    return ExperimentStore.create(store, model=model.name, parameters=parameters)


def _note_sweep(
    store: ExperimentStore, spec: SweepSpec, command: str, name: str, trials: int, chunks: int
) -> None:
    row = {
        "sweep": name,
        "name": spec.name,
        "command": command,
        "spec": spec.to_text(),
        "started_at": datetime.now(UTC).replace(tzinfo=None),
        "trials": trials,
        "chunks": chunks,
    }
    store.append("sweeps", name, [row])


def _counted_by_plan(store: ExperimentStore, plan: str, total: int) -> tuple[tuple[str, int], ...]:
    query = """
    SELECT status, count(*) FROM trials
    SEMI JOIN (SELECT trial_id FROM chunks WHERE plan = ?) AS planned USING (trial_id) GROUP BY status
    """
    counts = {str(status): int(count) for status, count in store.sql(query, [plan]).rows()}
    missing = total - sum(counts.values())
    return tuple(sorted((counts | ({MISSING: missing} if missing > 0 else {})).items()))
