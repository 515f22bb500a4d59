"""The benchmark of predictions runs, and what it measures is near what was predicted."""

from pathlib import Path

import pytest

from benchmarks.cost import case, table

TINY = """
[sweep]
realizations = 10
[axes]
disorder = { low = 0.2, high = 0.4 }
[fixed]
wavenumber = 0.5
dimension = 1
sound_speed = 0.2
[numerics]
t_final = 60.0
samples = 32
max_grid = 4096
box_length = 400.0
[design]
kind = "grid"
points = [2]
"""


def test_measured_core_seconds_are_near_those_predicted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = case("tiny", TINY, tmp_path, seconds=0.5)
    assert found.trials == len(found.by_trial) == 40
    # 30% is what `plan` promises; a busy machine disturbs so small a sweep more.
    assert 0.5 < found.measured_s / found.calibrated_s < 2.0
    assert 0.5 < found.measured_half_s / found.past_half_s < 2.0
    assert len(list(table([found]))) == 3
