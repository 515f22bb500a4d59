"""What the writers under test do, and what a reader must then see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from store import ExperimentStore

Action = dict[str, Any]
Seen = dict[str, tuple[str, int, int, float]]
FINAL = ("complete", "escaped", "invalid")


def commit(chunk: str, *trial_ids: str, attempt: int = 1, status: str = "complete") -> Action:
    return {"do": "commit", "chunk": chunk, "ids": list(trial_ids), "attempt": attempt, "status": status}


def append(name: str) -> Action:
    return {"do": "append", "name": name}


def keep(name: str) -> Action:
    return {"do": "keep", "name": name}


def hold(name: str) -> Action:
    return {"do": "hold", "name": name}


def save(trial_id: str, number: int) -> Action:
    return {"do": "save", "name": trial_id, "number": number}


def compact(grace: float, *, full: bool = False) -> Action:
    return {"do": "compact", "grace": grace, "full": full}


CREATE: Action = {"do": "create"}


def samples_of(action: Action) -> int:
    """Differs from chunk to chunk and from attempt to attempt, so that a mixture shows."""
    return 4 + int(action["attempt"]) + sum(map(ord, action["chunk"])) % 5


def msd_of(action: Action, number: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.arange(1.0, samples_of(action) + 1.0) * (number + 1) + 1000.0 * action["attempt"]


def perform(path: Path | str, action: Action) -> None:
    """Do `action` as a fresh process would: when this returns it is acknowledged."""
    if action["do"] == "create":
        ExperimentStore.create(path)
        return
    store = ExperimentStore(path)
    if action["do"] == "commit":
        ids, status = action["ids"], action["status"]
        trials = [{"trial_id": name, "point_id": "p", "status": status, "disorder": 1.5} for name in ids]
        t = np.arange(float(samples_of(action)))
        series = {name: {"t": t, "msd": msd_of(action, number)} for number, name in enumerate(ids)}
        store.commit(action["chunk"], trials, series, attempt=action["attempt"])
    elif action["do"] == "append":
        row = {"plan": "p", "chunk": action["name"], "ordinal": 0, "trial_id": "t"}
        store.append("chunks", action["name"], [row])
    elif action["do"] == "keep":
        store.keep(action["name"], blob_of(action["name"]))
    elif action["do"] == "hold":
        store.hold(action["name"], {}).release()
    elif action["do"] == "save":
        store.save_checkpoint(action["name"], checkpoint_of(action))
    else:
        store.compact(grace=action["grace"], full=action["full"])


def blob_of(name: str) -> bytes:
    return f"what is kept under {name}".encode()


def checkpoint_of(action: Action) -> bytes:
    return f"{action['number']}: ".encode() + bytes(range(256)) * 40


def rows_of(action: Action) -> Seen:
    """What the trials of a committed chunk look like."""
    n = samples_of(action)
    return {
        name: (action["chunk"], action["attempt"], n, float(msd_of(action, number).sum()))
        for number, name in enumerate(action["ids"])
    }


def admitted(commits: list[Action]) -> Seen:
    """Apply the rule of one fragment for each trial to whole chunks."""
    rows: dict[str, list[tuple[tuple[bool, int, str], tuple[str, int, int, float]]]] = {}
    for action in commits:
        rank = (action["status"] not in FINAL, -action["attempt"], action["chunk"])
        for trial_id, row in rows_of(action).items():
            rows.setdefault(trial_id, []).append((rank, row))
    return {trial_id: min(candidates)[1] for trial_id, candidates in rows.items()}


def seen(path: Path | str) -> Seen:
    """Ask the views: chunk, attempt, samples and total msd of every trial; each must come once."""
    query = """
        WITH totals AS (
            SELECT trial_id, chunk, attempt, count(*) AS n, sum(msd) AS msd FROM series GROUP BY ALL
        )
        SELECT trials.trial_id, trials.chunk, trials.attempt, coalesce(n, 0), coalesce(totals.msd, 0)
        FROM trials FULL JOIN totals USING (trial_id, chunk, attempt)
    """
    rows = list(ExperimentStore(path).sql(query).rows())
    result = {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}
    assert len(result) == len(rows), f"a trial comes twice: {sorted(row[0] for row in rows)}"
    assert None not in result, "a series without its trial"
    return result


def committed(path: Path, attempted: list[Action]) -> list[Action]:
    """Read the fragments themselves: which of the attempted commits stand; each must be whole and right.

    Those that the newest manifest has absorbed stand too, whatever is left of their fragments.
    """
    known = {f"{action['chunk']}-a{action['attempt']}": action for action in attempted}
    standing = {name: known[name] for name in absorbed(path)}
    for directory in sorted((path / "fragments").iterdir()):
        if directory.name not in standing:
            action = standing[directory.name] = known[directory.name]
            assert_digests(directory)
            assert fragment_rows(directory) == rows_of(action), f"{directory.name} is not what was committed"
    return list(standing.values())


def absorbed(path: Path) -> list[str]:
    """Names of the fragments that the newest manifest says are in compacted files."""
    manifests = sorted((path / "manifests").glob("*.json"))
    return list(json.loads(manifests[-1].read_text())["absorbed"]) if manifests else []


def assert_digests(directory: Path) -> None:
    """Compare the files with the digests beside them, where there are any."""
    listed = directory / "sha256"
    if listed.exists():
        digests = dict(reversed(line.split()) for line in listed.read_text().splitlines())
        found = {path.name: path for path in directory.glob("*.parquet")}
        assert digests == {name: sha256(path.read_bytes()).hexdigest() for name, path in found.items()}


def fragment_rows(directory: Path) -> Seen:
    trials = pq.read_table(directory / "trials.parquet").to_pylist()
    series = pq.read_table(directory / "series.parquet").to_pylist()
    return {
        row["trial_id"]: (
            row["chunk"],
            row["attempt"],
            sum(sample["trial_id"] == row["trial_id"] for sample in series),
            sum(sample["msd"] for sample in series if sample["trial_id"] == row["trial_id"]),
        )
        for row in trials
    }


def lost(path: Path | str, acknowledged: list[Action], rows: Seen) -> Iterator[str]:
    """Name every acknowledged action whose outcome cannot be seen, or is wrong."""
    store = ExperimentStore(path)
    for action in acknowledged:
        if action["do"] == "commit" and not set(action["ids"]) <= set(rows):
            yield f"commit of {action['chunk']}"
        elif action["do"] == "append" and len(store.rows("chunks", action["name"])) != 1:
            yield f"append of {action['name']}"
        elif action["do"] == "keep" and store.kept(action["name"]) != blob_of(action["name"]):
            yield f"keep of {action['name']}"
        elif action["do"] == "save" and store.checkpoint(action["name"]) != checkpoint_of(action):
            yield f"save of {action['name']}"


def assert_sound(path: Path, attempted: list[Action], acknowledged: list[Action]) -> list[Action]:
    """All or nothing, once, and everything that was acknowledged; return the commits that stand."""
    standing = committed(path, [action for action in attempted if action["do"] == "commit"])
    rows = seen(path)
    assert rows == admitted(standing)
    assert not list(lost(path, acknowledged, rows))
    return standing
