"""What two runs of one sweep must have in common."""

from typing import Any

from store import ExperimentStore

# Where and when a row was computed; everything else follows from the trial.
PROVENANCE = (
    *("regimap_version", "git_commit", "git_dirty", "host", "processor", "python", "libraries"),
    *("started_at", "wall_s", "cpu_s", "peak_rss_mb", "chunk", "attempt", "traceback"),
)


def trial_rows(store: ExperimentStore) -> list[tuple[Any, ...]]:
    """Ids, status, resolved numerics and scalars of all trials, NaN compared by its bits."""
    return _rows(store, f"select * exclude ({', '.join(PROVENANCE)}) from trials order by trial_id")


def series_rows(store: ExperimentStore) -> list[tuple[Any, ...]]:
    """All series, bit for bit."""
    return _rows(store, "select * exclude (chunk, attempt) from series order by trial_id, t")


def proposal_rows(store: ExperimentStore) -> list[tuple[Any, ...]]:
    """All proposals: points, scores and reasons."""
    return _rows(store, "select * from proposals order by campaign, round, slot")


def _rows(store: ExperimentStore, query: str) -> list[tuple[Any, ...]]:
    return [tuple(x.hex() if isinstance(x, float) else x for x in row) for row in store.sql(query).rows()]
