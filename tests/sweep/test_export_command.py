"""`regimap export` and `regimap query` where rows are many or readers impatient."""

import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from store import ExperimentStore
from sweep.cli import invoke

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sweep.cli"]
MANY = "select * from range(100000000)"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    opened = ExperimentStore.create(tmp_path / "a 'store'")
    row = {"point_id": "p", "status": "complete", "disorder": 1.5}
    trials = [row | {"trial_id": f"t{n}", "realization": n, "frozen": n == 1} for n in range(2)]
    t = np.linspace(0.0, 1.0, 4)
    opened.commit("c", trials, {trial["trial_id"]: {"t": t, "msd": t**2} for trial in trials})
    return opened.path


def test_each_form_is_written_and_its_name_printed(store: Path, tmp_path: Path, capsys) -> None:
    for form in ("csv", "parquet", "zarr"):
        if form == "zarr":
            pytest.importorskip("zarr")
        target = tmp_path / f"out.{form}"
        assert invoke(["export", str(store), "--to", form, "-o", str(target)]) == 0
        captured = capsys.readouterr()
        assert captured.out == f"{target}\n"
        assert target.exists()
    options = ["--table", "series", "--columns", "trial_id, msd", "--where", "frozen"]
    assert invoke(["export", str(store), "--to", "csv", "-o", str(tmp_path / "s.csv"), *options]) == 0
    with (tmp_path / "s.csv").open(newline="") as file:
        assert [row["trial_id"] for row in csv.DictReader(file)] == ["t1"] * 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--to", "xlsx", "-o", "{out}"], ["xlsx", "netcdf"]),
        (["--to", "csv"], ["-o"]),
        (["--to", "csv", "-o", "{out}", "--times", "union"], ["--times"]),
        (["--to", "zarr", "-o", "{out}", "--table", "series"], ["--table"]),
        (["--to", "csv", "-o", "{out}", "--columns", "difusion"], ["'diffusion'"]),
        (["--to", "csv", "-o", "{out}", "--where", "nothing"], ["nothing"]),
        (["--to", "csv", "-o", "{old}"], ["exists"]),
        (["--to", "csv", "-o", "{home}", "--force"], ["got the directory"]),
    ],
)
def test_bad_input_exits_2_and_writes_nothing(store: Path, tmp_path: Path, capsys, options, words) -> None:
    (tmp_path / "old").write_text("mine")
    (tmp_path / "home").mkdir()
    places = {name: str(tmp_path / name) for name in ("out", "old", "home")}
    assert invoke(["export", str(store), *(option.format(**places) for option in options)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    for word in words:
        assert word in captured.err
    assert (tmp_path / "old").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a 'store'", "home", "old"]


def test_a_damaged_store_exits_3(store: Path, tmp_path: Path, capsys) -> None:
    (store / "fragments" / "c-a1" / "series.parquet").write_bytes(b"PAR1")
    arguments = ["export", str(store), "--to", "csv", "-o", str(tmp_path / "out"), "--table", "series"]
    assert invoke(arguments) == 3
    assert "series.parquet" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_ctrl_c_exits_130_and_leaves_nothing(store: Path, tmp_path: Path, monkeypatch) -> None:
    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("store.draft.fsync", interrupt)
    assert invoke(["export", str(store), "--to", "csv", "-o", str(tmp_path / "out")]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["a 'store'"]


@pytest.mark.parametrize(
    "form", ["--csv", *(pytest.param(form, marks=pytest.mark.slow) for form in ("--jsonl", "--json"))]
)
def test_a_reader_that_has_seen_enough_is_no_error(store: Path, form: str) -> None:
    with subprocess.Popen(
        [*COMMAND, "query", str(store), MANY, form], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0


def test_a_table_of_very_many_rows_stops_counting(store: Path, capsys) -> None:
    assert invoke(["query", str(store), MANY]) == 0
    assert "(more than 1,000,000 rows (40 shown))" in capsys.readouterr().out


def test_ctrl_c_stops_a_query_inside_duckdb(store: Path, tmp_path: Path) -> None:
    endless = "select count(*) from range(10000000000000)"
    arguments = [*COMMAND, "query", str(store), endless, "--json", "-o", str(tmp_path / "out")]
    with subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE) as running:
        while not list(tmp_path.glob(".out.*")):  # it has opened the store, and asks
            assert running.poll() is None
            time.sleep(0.1)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["a 'store'"]


def test_an_output_file_is_whole_or_not_there(store: Path, tmp_path: Path, capsys) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    assert invoke(["query", str(store), "select error('no') from trials", "--json", "-o", str(target)]) == 2
    assert target.read_text() == "old"
    assert invoke(["query", str(store), "select 1 as one", "--json", "-o", str(target)]) == 0
    assert json.loads(target.read_text()) == [{"one": 1}]
    assert invoke(["query", str(store), "select 1", "-o", os.devnull]) == 2
    assert "device" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("form", ["--csv", "--table"])
def test_memory_is_bounded_for_a_hundred_million_rows(store: Path, form: str) -> None:
    def peak(query: str) -> int:
        subprocess.run(
            [*COMMAND, "query", str(store), query, form], cwd=ROOT, stdout=subprocess.DEVNULL, check=True
        )
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024

    assert peak("select 1") + 100 > peak(MANY)
