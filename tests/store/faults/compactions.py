"""A store that is worth compacting, and what must hold of it however its compaction ends."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from store import ExperimentStore
from store.local import LocalMedium
from store.session import open_session
from tests.store.faults.actions import CREATE, Action, commit, compact, perform
from tests.store.test_compaction import VIEWS, differing
from tests.store.test_views import plain_duckdb

COMPACTIONS = {"later": compact(3600.0), "now": compact(0.0), "full": compact(0.0, full=True)}
"""Removing nothing yet; removing fragments; removing compacted files and a manifest as well."""
WORK = (
    CREATE,
    *(action for name in ("u", "v", "w") for action in (commit(name, f"{name}1", "x"), compact(0.0))),
    commit("c", "a", "b"),
    commit("c", "a", "b", attempt=2),
    commit("d", "b", "e", "u1", status="escaped"),
    commit("f", "e", "g", status="error"),
)
"""Three manifests; then loose fragments: a retry, overlaps with each other and with what is compacted."""
_CHANCE = re.compile(rb"[0-9a-f]{12,}|\d{4}-\d\d-\d\dT[0-9:.+]+")
_ABANDONED_S = 7 * 3600.0

Contents = dict[str, pa.Table]


def work(path: Path) -> Contents:
    """Do `WORK`, and return what the views then show."""
    for action in WORK:
        perform(path, action)
    return contents(path)


def contents(path: Path) -> Contents:
    """All that the views of one session show, in order."""
    with closing(open_session(LocalMedium(path))) as session:
        return {
            view: session.sql(f"SELECT * FROM {view} ORDER BY {key}").to_arrow_table()
            for view, key in VIEWS.items()
        }


def fresh_copy(stored: Path, path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    return shutil.copytree(stored, path)


def state(path: Path) -> tuple[tuple[str, str], ...]:
    """Names and digests of all files, but for what is drawn by chance, the time and the process ids."""
    return tuple(
        sorted((_name(each.relative_to(path)), _digest(each)) for each in path.rglob("*"))  # order of names
    )


def _name(path: Path) -> str:
    return re.sub(r"(?<=~)\d+(?=~)", "pid", _CHANCE.sub(b"*", os.fsencode(path)).decode())


def _digest(path: Path) -> str:
    if path.is_dir():
        return ""
    payload = path.read_bytes()
    text = _CHANCE.sub(b"*", payload) if payload.startswith(b"{") else payload
    return hashlib.sha256(text).hexdigest()


def assert_same(path: Path, before: Contents) -> None:
    """The views show what they showed, bit for bit."""
    after = contents(path)
    assert differing(before, after) == []
    assert {view: table.num_rows for view, table in after.items()} == {
        view: table.num_rows for view, table in before.items()
    }


def assert_same_to_all(path: Path, before: Contents) -> None:
    """The views show what they showed, and to the plain command as well."""
    assert_same(path, before)
    counts = "select (select count(*) from trials), (select count(*) from series)"
    assert plain_duckdb(path, counts) == [[str(before[name].num_rows) for name in ("trials", "series")]]


def assert_next_finishes(path: Path, before: Contents) -> None:
    """The next compaction finishes the work, and of the one before nothing is left when that is old."""
    store = ExperimentStore(path)
    store.compact(grace=0.0)
    assert names(path, "fragments") == names(path, "staging") == []
    assert_same(path, before)
    for each in (path / "compacted").rglob("*"):
        os.utime(each, (time.time() - _ABANDONED_S,) * 2)
    store.compact(grace=0.0)
    assert names(path, "compacted") == sorted(file["name"] for file in newest_manifest(path)["files"])
    assert_same(path, before)


def names(path: Path, directory: str) -> list[str]:
    return sorted(os.listdir(path / directory))  # noqa: PTH208 - names are all that is asked for


def newest_manifest(path: Path) -> Action:
    manifest: Action = json.loads(max((path / "manifests").glob("*.json")).read_text())
    return manifest
