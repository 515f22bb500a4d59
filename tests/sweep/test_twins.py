"""The view `twins` and the pure function say the same of a moving lattice and its frozen twin."""

from pathlib import Path

import numpy as np
import pytest

from physics import summary
from store import ExperimentStore
from sweep import SweepSpec, run

SPEC = """
[sweep]
name = "twins"
realizations = 2

[axes]
sound_speed = { values = [0.0, 0.001, 0.8] }

[fixed]
disorder = 3.0
wavenumber = 0.4
dimension = 1

[numerics]
t_final = 100.0
samples = 24
tolerance = 1e-2
max_grid = 1024

[design]
kind = "grid"
points = [3]
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path: Path = tmp_path_factory.mktemp("twins") / "store"
    run(SweepSpec.from_text(SPEC), path, backend="serial")
    return ExperimentStore(path)


def series(store: ExperimentStore, trial: str) -> tuple:
    table = store.sql(f"select t, msd from series where trial_id = '{trial}' order by t").arrow()
    return tuple(table.column(name).to_numpy() for name in ("t", "msd"))


def test_the_view_agrees_with_the_function(store: ExperimentStore) -> None:
    pairs = store.sql("select * from twins order by sound_speed, realization").arrow().to_pylist()
    assert [row["sound_speed"] for row in pairs] == [0.001, 0.001, 0.8, 0.8]
    found = 0
    for row in pairs:
        t, moving = series(store, row["trial_id"])
        still, frozen = series(store, row["twin_id"])
        size = min(t.size, still.size)
        release, error = summary.twin_release_time(t[:size], moving[:size], frozen[:size])
        if row["twin_release_time"] is None:
            assert np.isnan(release)
        else:
            found += 1
            assert row["twin_release_time"] == pytest.approx(release, rel=1e-12)
            assert row["twin_release_time_err"] == pytest.approx(error, rel=1e-12)
    # A fast lattice lets go; one that moves a tenth of a wavelength does not.
    assert found == 2


def test_a_lattice_at_rest_has_no_twin(store: ExperimentStore) -> None:
    assert store.sql("select count(*) as n from twins where sound_speed = 0").arrow().to_pylist() == [
        {"n": 0}
    ]
