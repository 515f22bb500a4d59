"""DuckDB without this package: the ways that docs/store.md tells of, as they are written there."""

import re
import subprocess
from pathlib import Path

import duckdb
import pytest

from store import ExperimentStore
from tests.store.test_views import DUCKDB

DOCS = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")
ASKED = {
    "trials": "select trial_id, status, attempt from trials order by trial_id",
    "series": "select trial_id, count(*), sum(msd) from series group by 1 order by 1",
    "labels": "select label_version, point_id, regime, latest from labels order by all",
}


@pytest.fixture(params=["compacted", "both"])
def varied(request, store: ExperimentStore, chunk) -> ExperimentStore:
    """A store with a trial in two fragments, one of which counts; all compacted, or a part."""
    store.commit("a", *chunk("t1", "t2", status="lost"))
    if request.param == "both":
        store.compact(grace=0)
    store.commit("b", *chunk("t2", "t3", samples=7), attempt=2)
    if request.param == "compacted":
        store.compact(grace=0)
        store.compact(grace=0)
    store.append(
        "labels", "v", [{"label_version": "v", "point_id": "point", "regime": "held", "frozen": False}]
    )
    return store


def commands(title: str) -> str:
    """The first block of shell commands after a paragraph of the page that begins so."""
    after = DOCS[DOCS.index(title) :]
    (block,) = re.findall(r"^```console\n(.*?)^```$", after, re.MULTILINE | re.DOTALL)[:1]
    return "\n".join(line.removeprefix("$ ") for line in block.splitlines())


def in_shell(script: str, place: Path) -> str:
    path = f"{DUCKDB.parent}:/usr/bin:/bin"
    script = script.replace("cd runs/quickstart", f"cd '{place}'")
    done = subprocess.run(
        ["sh", "-ec", script], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
    return {name: connection.sql(query).fetchall() for name, query in ASKED.items()}


def ours(store: ExperimentStore) -> dict[str, list[tuple]]:
    return {name: list(store.sql(query).rows()) for name, query in ASKED.items()}


def test_a_session_that_begins_with_the_init_file_sees_the_store_from_anywhere(
    varied, tmp_path, monkeypatch
) -> None:
    script = commands("**A program that connects by JDBC**").replace(
        "~/quickstart.sql", str(tmp_path / "init.sql")
    )
    in_shell(script, varied.path)
    monkeypatch.chdir(tmp_path)
    # What the driver does with the file: one execute of all of it, in a database in memory.
    with duckdb.connect() as connection:
        connection.execute((tmp_path / "init.sql").read_text())
        assert answers(connection) == ours(varied)
    text = (tmp_path / "init.sql").read_text()
    assert len(text) < 2**20, "the driver refuses a larger file"


def test_the_snapshot_is_a_database_of_its_own(varied, tmp_path, monkeypatch) -> None:
    script = commands("**One file that any DuckDB opens**").replace(
        "~/quickstart.duckdb", str(tmp_path / "s.duckdb")
    )
    in_shell(script, varied.path)
    monkeypatch.chdir(tmp_path)
    with duckdb.connect(str(tmp_path / "s.duckdb"), read_only=True) as connection:
        assert answers(connection) == ours(varied)
        assert connection.sql("select unit from columns where name = 'dt'").fetchall()[0] == (
            "m*/(hbar q_D^2)",
        )
