"""The main job, whole: minutes of work, behind the slow marker."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIMIT_SECONDS = 360.0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_quickstart_maps_its_regimes_in_time(tmp_path: Path) -> None:
    store = tmp_path / "quickstart"
    command = [sys.executable, "-m", "sweep.cli"]
    started = time.monotonic()
    done = subprocess.run(
        [*command, "campaign", str(ROOT / "examples" / "quickstart.toml"), "--store", str(store)],
        capture_output=True,
        text=True,
        check=False,
    )
    spent = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    assert spent < LIMIT_SECONDS
    assert (store / "map.png").is_file()
    query = "select count(*) as n, min(grid_points) as grid, count(distinct point_id) as points from trials"
    asked = subprocess.run(
        [*command, "query", str(store), query, "--json"], capture_output=True, text=True, check=True
    )
    (found,) = json.loads(asked.stdout)
    assert found["points"] >= 24
    assert found["n"] == found["points"] * 3 * 2
    assert found["grid"] >= 192
    summary = subprocess.run(
        [*command, "map", str(store), "--json"], capture_output=True, text=True, check=True
    )
    assert {regime["regime"] for regime in json.loads(summary.stdout)["regimes"]} >= {"held", "ballistic"}
