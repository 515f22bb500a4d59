"""How the same trials are often kept: a file per trial, a database of samples, lines of JSON.

Each is given its best: the id as file name, integer keys and a clustered table, typed columns in `read_json`.
All fsync each chunk before it counts as written.
"""

from __future__ import annotations

import heapq
import json
import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.store_candidates import Answer, Candidate
from benchmarks.store_data import POWERS, Chunk, Data
from benchmarks.store_questions import QUANTILES, TOP, Question, sql, tenth, wanted

_AXES = ("disorder", "sound_speed", "temperature", "realization", "frozen")
_OBSERVABLES = ("t", "msd", *POWERS)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _duckdb(query: str, *views: str) -> Answer:
    with closing(duckdb.connect()) as connection:
        connection.execute("SET enable_progress_bar = false")
        for view in views:
            connection.execute(view)
        return Answer.of(connection.sql(query).to_arrow_reader(100_000).read_all())


@final
class FilePerTrial(Candidate):
    """One Parquet file per trial, its samples with the axes and one scalar; pyarrow's defaults."""

    name = "file per trial"
    how = "trial id as file name, write, fsync, rename; DuckDB on a glob; listing and one trial by file name"

    def prepare(self) -> None:
        """Make the directories."""
        (self.root / "staging").mkdir(parents=True)
        (self.root / "trials").mkdir()

    def write(self, chunks: Iterable[Chunk], writer: int) -> Iterable[float]:
        """Write and flush each trial's file, then the directory."""
        for chunk in chunks:
            began = time.perf_counter()
            for trial in chunk.trials:
                self._write_trial(trial, chunk.series[trial["trial_id"]])
            _flush(self.root / "trials")
            yield time.perf_counter() - began

    def _write_trial(self, trial: dict[str, Any], series: dict[str, np.ndarray]) -> None:
        names = ("trial_id", "point_id", "status", *_AXES, "diffusion", "diffusion_err")
        count = len(series["t"])
        columns = {name: pa.repeat(trial[name], count) for name in names} | series
        staged = self.root / "staging" / f"{trial['trial_id']}.parquet"
        pq.write_table(pa.table(columns), staged)
        _flush(staged)
        staged.rename(self.root / "trials" / staged.name)

    def ask(self, question: Question, data: Data) -> Answer:
        """Ask the glob, unless the name of the file is the answer."""
        folder = self.root / "trials"
        if question is Question.LISTING:
            return Answer(sum(1 for _ in folder.iterdir()), 0.0)
        if question is Question.OPEN:
            return _duckdb(sql(question, data))
        files = f"{wanted(data)}.parquet" if question is Question.ONE else "*.parquet"
        series = f"CREATE VIEW series AS SELECT * FROM read_parquet('{folder}/{files}')"
        trials = "CREATE VIEW trials AS SELECT * FROM series WHERE t = 0"
        return _duckdb(sql(question, data), series, trials)


@final
class Sqlite(Candidate):
    """SQLite: a row per sample, clustered by trial; trials with indexes on the id and on the axes."""

    name = "SQLite"
    how = "WAL, synchronous = FULL, a transaction per chunk, busy timeout 600 s; quantiles by numpy"

    def prepare(self) -> None:
        """Make the tables."""
        self.root.mkdir(parents=True)
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                f"CREATE TABLE trials (number INTEGER PRIMARY KEY, trial_id TEXT UNIQUE, point_id TEXT, "
                f"status TEXT, diffusion REAL, diffusion_err REAL, {', '.join(f'{a} REAL' for a in _AXES)})"
            )
            for axis in ("disorder", "sound_speed"):
                connection.execute(f"CREATE INDEX by_{axis} ON trials ({axis})")
            connection.execute(
                f"CREATE TABLE samples (number INTEGER, {', '.join(f'{o} REAL' for o in _OBSERVABLES)}, "
                "PRIMARY KEY (number, t)) WITHOUT ROWID"
            )
            connection.execute("CREATE VIEW series AS SELECT * FROM trials JOIN samples USING (number)")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.root / "trials.db", timeout=600.0, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def write(self, chunks: Iterable[Chunk], writer: int) -> Iterable[float]:
        """Write each chunk in one transaction; the writers wait for each other."""
        names = ("trial_id", "point_id", "status", "diffusion", "diffusion_err", *_AXES)
        row = f"INSERT INTO trials ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        samples = f"INSERT INTO samples VALUES ({', '.join('?' * (len(_OBSERVABLES) + 1))})"
        with closing(self._connect()) as connection:
            for chunk in chunks:
                began = time.perf_counter()
                connection.execute("BEGIN IMMEDIATE")
                for trial in chunk.trials:
                    number = connection.execute(row, [trial[name] for name in names]).lastrowid
                    series = [chunk.series[trial["trial_id"]][name].tolist() for name in _OBSERVABLES]
                    columns = zip(*series, strict=True)
                    connection.executemany(samples, ((number, *sample) for sample in columns))
                connection.execute("COMMIT")
                yield time.perf_counter() - began

    def ask(self, question: Question, data: Data) -> Answer:
        """Ask in SQL; the quantiles, which SQLite lacks, by numpy."""
        low, high = tenth(0)
        text = {
            Question.FULL: "SELECT t, avg(msd) FROM samples GROUP BY t",
            Question.QUANTILES: f"SELECT t, msd FROM series WHERE disorder BETWEEN {low} AND {high}",
        }.get(question, sql(question, data))
        with closing(self._connect()) as connection:
            rows = connection.execute(text).fetchall()
        if question is Question.QUANTILES:
            by_t = defaultdict(list)
            for t, msd in rows:
                by_t[t].append(msd)
            return _quantiles(by_t.values())
        return Answer(len(rows), 0.0 if question is Question.LISTING else float(sum(r[-1] for r in rows)))


class JsonLines(Candidate):
    """JSON lines: a file per writer, a line per trial with its series as lists."""

    name = "JSON lines, DuckDB"
    how = "fsync per chunk; read_json with typed columns"

    def prepare(self) -> None:
        """Make the directory."""
        self.root.mkdir(parents=True)

    def write(self, chunks: Iterable[Chunk], writer: int) -> Iterable[float]:
        """Append and flush."""
        with (self.root / f"{writer}.jsonl").open("w", encoding="utf-8") as file:
            for chunk in chunks:
                began = time.perf_counter()
                for trial in chunk.trials:
                    series = {k: v.tolist() for k, v in chunk.series[trial["trial_id"]].items()}
                    file.write(json.dumps(trial | {"series": series}, default=str) + "\n")
                file.flush()
                os.fsync(file.fileno())
                yield time.perf_counter() - began

    def ask(self, question: Question, data: Data) -> Answer:
        """Ask DuckDB, which parses the lines."""
        trials = f"""
            CREATE VIEW trials AS SELECT * FROM read_json('{self.root}/*.jsonl', columns = {{
                trial_id: 'VARCHAR', disorder: 'DOUBLE', sound_speed: 'DOUBLE', diffusion: 'DOUBLE',
                series: 'STRUCT(t DOUBLE[], msd DOUBLE[])'}}, format = 'newline_delimited')"""
        series = """
            CREATE VIEW series AS
            SELECT trial_id, disorder, sound_speed, unnest(series.t) AS t, unnest(series.msd) AS msd
            FROM trials"""
        return _duckdb(sql(question, data), *(() if question is Question.OPEN else (trials, series)))


@final
class JsonPython(JsonLines):
    """The same lines, read by Python."""

    name = "JSON lines, Python"
    how = "json.loads per line, numpy"

    def ask(self, question: Question, data: Data) -> Answer:
        """Go through the lines."""
        if question is Question.OPEN:
            return Answer(1, 1.0)
        answers: dict[Question, Callable[[], Answer]] = {
            Question.CELLS: lambda: self._cells("disorder", tenth(0)),
            Question.OTHER_CELLS: lambda: self._cells("sound_speed", tenth(1)),
            Question.QUANTILES: lambda: self._quantiles(tenth(0)),
            Question.FULL: self._full,
            Question.ONE: lambda: self._one(wanted(data)),
            Question.TOP: self._top,
            Question.LISTING: lambda: Answer(len({row["trial_id"] for row in self._lines()}), 0.0),
        }
        return answers[question]()

    def _lines(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.root.glob("*.jsonl")):
            with path.open(encoding="utf-8") as file:
                yield from map(json.loads, file)

    def _cells(self, axis: str, limits: tuple[float, float]) -> Answer:
        cells: dict[tuple[float, float], list[list[float]]] = defaultdict(list)
        for row in self._lines():
            if limits[0] <= row[axis] <= limits[1]:
                cells[row["disorder"], row["sound_speed"]].append(row["series"]["msd"])
        means = np.array([np.mean(rows, axis=0) for rows in cells.values()])
        return Answer(means.size, float(means.sum()))

    def _quantiles(self, limits: tuple[float, float]) -> Answer:
        rows = (r["series"]["msd"] for r in self._lines() if limits[0] <= r["disorder"] <= limits[1])
        return _quantiles(np.array(list(rows)).T)

    def _one(self, trial_id: str) -> Answer:
        found = next(row for row in self._lines() if row["trial_id"] == trial_id)
        return Answer(len(found["series"]["t"]), float(sum(found["series"]["msd"])))

    def _top(self) -> Answer:
        best = heapq.nlargest(TOP, (row["diffusion"] for row in self._lines()))
        return Answer(len(best), float(sum(best)))

    def _full(self) -> Answer:
        count, total = 0, np.zeros(1)
        for row in self._lines():
            total = total + np.array(row["series"]["msd"])
            count += 1
        return Answer(total.size, float(total.sum() / count))


def _quantiles(groups: Iterable[Any]) -> Answer:
    found = np.array([np.quantile(values, QUANTILES) for values in groups])
    return Answer(found.size, float(found.sum()))
