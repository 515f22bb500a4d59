"""The commands on a store in a bucket, as in the README."""

import json
from pathlib import Path

import pytest

from sweep.cli import invoke
from tests.sweep.conftest import SMALL


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (tmp_path / "spec.toml").write_text(SMALL)
    return str(tmp_path / "spec.toml")


@pytest.mark.parametrize("backend", ["serial", pytest.param("process", marks=pytest.mark.slow)])
def test_run_and_query(spec: str, url: str, backend: str, capsys) -> None:
    run = ["run", spec, "--store", url, "--backend", backend, "--workers", "1"]
    for _ in range(2):
        assert invoke(run) == 0
        assert "24 complete" in capsys.readouterr().out
    assert invoke(["query", url, "select count(*) as n from trials", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"n": 24}]
    assert invoke(["status", url]) == 0
    assert "24 of 24 planned trials" in capsys.readouterr().out
    assert invoke(["map", url]) == 2
    assert "add one, such as -o map.png" in capsys.readouterr().err


@pytest.mark.slow
def test_campaign_map_and_report(spec: str, url: str, capsys, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke(["campaign", spec, "--store", url, "--backend", "serial"]) == 0
    shown = capsys.readouterr().out
    assert f"regimap map {url} -o map.png" in shown
    assert f"regimap report {url} -o report.html" in shown
    for command, name in (("map", "map.png"), ("report", "report.html")):
        assert invoke([command, url]) == 2
        assert f"expected -o FILE, since {url} is no directory" in capsys.readouterr().err
        assert invoke([command, url, "-o", name]) == 0
        assert (tmp_path / name).stat().st_size > 1000
    assert f"--store {url}" in (tmp_path / "report.html").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.png", "report.html", "spec.toml"]


def test_an_empty_store_has_no_map(store, capsys) -> None:
    assert invoke(["map", store.url, "--json"]) == 2
    assert f"{store.url}: expected a campaign, found none" in capsys.readouterr().err
