"""What `regimap regimes` prints and keeps."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store import ExperimentStore
from sweep.cli import invoke

T = np.linspace(0.0, 100.0, 24)
EXPONENTS = {"slow": 0.6, "fast": 2.0}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Eight points in two regimes, and one that failed."""
    return stored(tmp_path / "store", scatter=0.1)


def stored(path: Path, scatter: float) -> Path:
    opened = ExperimentStore.create(path)
    rows: list[dict[str, Any]] = []
    series = {}
    rng = np.random.default_rng(0)
    for name, exponent in EXPONENTS.items():
        for number in range(4):
            point = f"{name}-{number}"
            rows.append(
                {
                    "trial_id": point,
                    "point_id": point,
                    "status": "complete",
                    "frozen": False,
                    "t_valid": 100.0,
                    "t_final": 100.0,
                    "dimension": 2,
                    "wavenumber": 0.4,
                    "msd_exponent_late": exponent,
                    "participation_growth": exponent / 2.0,
                    "energy_gain": 0.0,
                }
            )
            msd = np.exp(scatter * rng.standard_normal()) * 10.0 * T**exponent
            series[point] = {"t": T, "msd": msd, "msd_raw": 20.0 + msd, "participation_ratio": 30.0 + msd}
    rows.append(rows[0] | {"trial_id": "bad", "point_id": "bad", "status": "invalid"})
    opened.commit("c1", rows, series)
    return path


def test_the_figures_of_each_k_the_choice_and_the_rules_are_shown(store: Path, capsys) -> None:
    assert invoke(["regimes", str(store)]) == 0
    out = capsys.readouterr().out
    assert "8 averaged series by k-medoids on banded DTW" in out
    assert "1 more name no regime" in out
    for word in ("silhouette", "gap", "stability", "resamples"):
        assert word in out
    assert [line.split()[0] for line in out.splitlines() if line.endswith("<- chosen")] == ["2"]
    assert "k = 2: all regimes are set apart; single figures say 2 (silhouette)" in out
    assert "held" in out
    assert "ballistic" in out
    assert "adjusted Rand index 1.00" in out
    assert "label_version" in out


def test_json_has_it_all_and_the_version_is_kept(store: Path, capsys) -> None:
    assert invoke(["regimes", str(store), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["k"] == 2
    assert (content["series"], content["compared"], content["left_out"]) == (8, 8, 1)
    assert [each["k"] for each in content["judgements"]] == [1, 2, 3, 4]
    assert set(content["judgements"][1]) == {
        *("k", "silhouette", "weakest", "gap", "gap_err", "stability", "share"),
    }
    assert set(content["choice"]) == {"set_apart", "silhouette", "gap", "stability"}
    assert content["regimes"][0]["rules"] == {"ballistic": 0, "held": 4}
    assert content["rand_index"] == 1.0
    assert {row["rule"] for row in content["labels"]} == {"held", "ballistic"}
    kept = ExperimentStore(store).rows("labels", content["label_version"])
    assert len(kept) == 8
    assert invoke(["regimes", str(store), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == content


def test_series_that_are_equal_are_two_regimes_and_the_json_is_json(tmp_path: Path, capsys) -> None:
    """Regimes without any spread have an infinite gap."""
    path = stored(tmp_path / "store", scatter=0.0)
    assert invoke(["regimes", str(path), "--json"]) == 0
    content = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert content["k"] == 2
    assert content["judgements"][1]["gap"] is None
    assert invoke(["regimes", str(path)]) == 0
    assert "inf" in capsys.readouterr().out


def test_k_and_method_may_be_asked_for(store: Path, capsys) -> None:
    assert invoke(["regimes", str(store), "--k", "3", "--method", "euclid-means"]) == 0
    out = capsys.readouterr().out
    assert "by k-means of" in out
    assert "k = 3 was asked for" in out
    assert invoke(["regimes", str(store), "--k", "9"]) == 2
    assert "the 8 distinct series, got 9" in capsys.readouterr().err


def test_thresholds_come_from_the_latest_sweep_or_from_a_spec(store: Path, tmp_path: Path, capsys) -> None:
    text = '[sweep]\nname = "s"\n[axes]\ndisorder = { low = 0.2, high = 4.0 }\n[regimes]\n'
    spec = tmp_path / "spec.toml"
    spec.write_text(text + "held_exponent = 0.5\n")
    assert invoke(["regimes", str(store), "--spec", str(spec)]) == 0
    out = capsys.readouterr().out
    assert "spreading" in out
    assert "held" not in out
    row = {"sweep": "a", "name": "s", "command": "run", "spec": text + "ballistic_exponent = 2.5\n"}
    ExperimentStore(store).append("sweeps", "a", [row | {"started_at": datetime(2026, 1, 1), "trials": 1}])
    assert invoke(["regimes", str(store)]) == 0
    out = capsys.readouterr().out
    assert "held" in out
    assert "ballistic" not in out


def test_a_store_without_series_is_refused(tmp_path: Path, capsys) -> None:
    ExperimentStore.create(tmp_path / "empty")
    assert invoke(["regimes", str(tmp_path / "empty")]) == 2
    assert "found none" in capsys.readouterr().err
