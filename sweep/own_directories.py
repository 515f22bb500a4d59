"""Where the module of a store's model is, by the specs that were run there."""

from __future__ import annotations

from importlib.machinery import all_suffixes
from pathlib import Path

from store import ExperimentStore
from sweep.spec import SweepSpec


def stored_directories(store: ExperimentStore) -> tuple[str, ...]:
    """Directories that have the module of a user's model, those of the latest spec first.

    What a spec says as seen from the directory that it was run in is looked for from this one, then from
    those above the store: so that it is found from elsewhere too, and after all of it has moved.

    Returns
    -------
    tuple of str
        Where none of them has it, those that were looked in from here; none for the deformation potential.
    """
    if not store.schema.own:
        return ()
    rows = sorted(store.rows("sweeps"), key=lambda row: row["started_at"], reverse=True)
    texts = list(dict.fromkeys(str(row["spec"]) for row in rows))
    above = [] if "://" in store.url else list(map(str, store.path.parents))
    looked: tuple[str, ...] = ()
    for start in ("", *above):
        specs = (SweepSpec.from_text(text, directory=start) for text in texts)
        places = tuple(dict.fromkeys(place for spec in specs for place in spec.model.directories))
        having = tuple(place for place in places if _has(place, store.model))
        if having:
            return having
        looked = looked or places
    return looked


def _has(place: str, model: str) -> bool:
    """Whether a directory has the module that a model's name begins with."""
    module = Path(place, *model.partition(":")[0].split("."))
    files = (module.with_name(module.name + suffix) for suffix in all_suffixes())
    return (module / "__init__.py").is_file() or any(file.is_file() for file in files)
