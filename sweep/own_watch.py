"""The names in [regimes] compared with what a user's model returns, as soon as it has returned something."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

from store import ExperimentStore
from store.schema import DATA_STATUSES
from sweep.engine.happenings import Happening, Landed
from sweep.own_regimes import check_names
from sweep.regimes import Regimes


def names_checked(
    happenings: Generator[Happening], store: ExperimentStore, regimes: Regimes
) -> Generator[Happening]:
    """The same happenings; they end with the first data where [regimes] does not fit these.

    Parameters
    ----------
    happenings : generator of Happening
        Of a job that writes to the store; closed with this one.
    store : ExperimentStore
    regimes : Regimes

    Yields
    ------
    Happening

    Raises
    ------
    SweepError
        Naming what does not fit.
    """
    unknown = store.schema.own
    with closing(happenings):
        for happening in happenings:
            yield happening
            if unknown and isinstance(happening, Landed) and set(DATA_STATUSES) & set(happening.statuses):
                check_names(store, [trial.trial_id for trial in happening.chunk.trials], regimes)
                unknown = False
