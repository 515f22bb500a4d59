"""The two main jobs, as functions: run a fixed design, run an adaptive campaign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import final

from threadpoolctl import threadpool_limits

from store import ExperimentStore
from sweep.backends import make_backend
from sweep.chunk import Chunk, chunked, from_rows, missing, to_rows
from sweep.driver import Source, drive
from sweep.labelling import Labelling, label_chunks
from sweep.planning import check_resolvable, design_trials, plan_design
from sweep.progress import Progress
from sweep.provenance import Provenance
from sweep.rounds import CampaignSource
from sweep.spec import SweepSpec
from sweep.trial import digest

MODEL = "deformation-potential"


@final
@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes
    ----------
    statuses : tuple of (str, int)
        Trials of the job by status.
    stop_reason : str or None
        Why a campaign proposed no more.
    """

    statuses: tuple[tuple[str, int], ...]
    stop_reason: str | None = None

    @property
    def failed(self) -> dict[str, int]:
        """Trials by status, of those that give no data."""
        return {status: count for status, count in self.statuses if status not in ("complete", "escaped")}


@final
class PlannedSource(Source):
    """Chunks of a plan that was persisted before."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = list(chunks)
        self._trials = sum(len(chunk.trials) for chunk in chunks)

    @property
    def expected(self) -> int:
        """Trials of the plan."""
        return self._trials

    @property
    def exhausted(self) -> bool:
        """Whether all chunks were given out."""
        return not self._chunks

    def take(self, done: set[str]) -> list[Chunk]:
        """All chunks with work left, once."""
        chunks, self._chunks = self._chunks, []
        return [c for c in chunks if not all(trial.trial_id in done for trial in c.trials)]


def run(
    spec: SweepSpec,
    store: ExperimentStore | str | Path,
    *,
    backend: str = "ray",
    workers: int | None = None,
    address: str | None = None,
) -> Outcome:
    """Run the spec's fixed design; what the store holds already is not run again.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore or path
        Made if it does not exist.
    backend : str
        "ray", "process" or "serial".
    workers : int, optional
        One per core by default.
    address : str, optional
        Ray cluster to join.

    Returns
    -------
    Outcome

    Raises
    ------
    SpecError
        If a point cannot be resolved; nothing is written then.
    """
    expected = plan_design(spec)
    store = _opened(store)
    trials = design_trials(spec)
    plan = "run-" + digest(",".join(trial.trial_id for trial in trials))
    _note_sweep(store, spec, "run", plan, expected.trials, expected.chunks)
    if plan not in store.names("chunks"):
        store.append("chunks", plan, to_rows(plan, chunked(missing(trials, store.statuses()))))
    chunks = from_rows(store.rows("chunks", plan))
    ids = [trial.trial_id for chunk in chunks for trial in chunk.trials]
    _drive(PlannedSource(chunks), store, spec.name, ids, backend, workers, address)
    return Outcome(_counted(store, [trial.trial_id for trial in trials]))


def campaign(
    spec: SweepSpec,
    store: ExperimentStore | str | Path,
    *,
    budget: int | None = None,
    backend: str = "ray",
    workers: int | None = None,
    address: str | None = None,
) -> tuple[Outcome, Labelling | None]:
    """Run the adaptive campaign until its stop rule speaks, then label its points.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore or path
        Made if it does not exist; a campaign that it holds is continued.
    budget : int, optional
        Points to spend; the spec's by default. A larger one extends a finished campaign.
    backend, workers, address
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
    """
    budget = spec.campaign.budget if budget is None else budget
    check_resolvable(spec)
    # The learner's matrices are small: more threads than one only slow them, and may turn their last bits.
    with threadpool_limits(1):
        return _campaign(spec, _opened(store), budget, backend, workers, address)


def _campaign(
    spec: SweepSpec,
    store: ExperimentStore,
    budget: int,
    backend: str,
    workers: int | None,
    address: str | None,
) -> tuple[Outcome, Labelling | None]:
    source = CampaignSource(spec, store, budget)
    _note_sweep(store, spec, "campaign", f"campaign-{source.campaign}", source.expected, 0)
    _drive(source, store, spec.name, source.trial_ids, backend, workers, address)
    labelling = label_chunks(store, source.chunks, seed=spec.seed)
    if labelling is not None:
        labelling.keep(store)
    return Outcome(_counted(store, source.trial_ids), source.stop_reason), labelling


def _opened(store: ExperimentStore | str | Path) -> ExperimentStore:
    return store if isinstance(store, ExperimentStore) else ExperimentStore.create(store, model=MODEL)


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


def _drive(
    source: Source,
    store: ExperimentStore,
    label: str,
    ids: Sequence[str],
    backend: str,
    workers: int | None,
    address: str | None,
) -> None:
    provenance = Provenance.collect()
    done = len(set(ids) & store.statuses().keys())
    chosen = make_backend(backend, store.url, provenance, address)
    with Progress(label, source.expected, done) as progress:
        drive(source, store, chosen, workers=workers, provenance=provenance, progress=progress)


def _counted(store: ExperimentStore, ids: Sequence[str]) -> tuple[tuple[str, int], ...]:
    statuses = store.statuses()
    return tuple(sorted(Counter(statuses.get(trial_id, "missing") for trial_id in ids).items()))
