"""Requests: numbered without gaps, in order, each asked once."""

from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from store import ExperimentStore, RecordError
from store.requests import ask


def test_a_request_is_kept_as_it_was_asked(store):
    assert store.ask("cancel", "disorder > 3", ["a", "b"]) == "r000001"
    assert store.ask("retry", "t7", []) == "r000002"
    first, second = store.requests()
    assert (first["request"], first["kind"], first["condition"]) == ("r000001", "cancel", "disorder > 3")
    assert (first["trial_ids"], second["trial_ids"]) == (["a", "b"], [])
    assert "@" in first["asked_by"]
    assert isinstance(first["asked_at"], datetime)
    assert list(store.sql("select request, kind from requests order by 1").rows()) == [
        ("r000001", "cancel"),
        ("r000002", "retry"),
    ]


def test_a_request_may_name_its_driver_and_the_attempts_it_found(store):
    store.ask("retry", "true", ["a", "b"], attempts=[2, 0], driver="plan")
    store.ask("retry", "true", ["a"])
    first, second = store.requests()
    assert (first["attempts"], first["driver"]) == ([2, 0], "plan")
    assert (second["attempts"], second["driver"]) == ([], None)
    with pytest.raises(RecordError, match="an attempt for each of 2 trials; got 1"):
        store.ask("retry", "true", ["a", "b"], attempts=[1])


def test_only_new_ones_are_read(store, monkeypatch):
    for n in range(3):
        store.ask("cancel", str(n), [])
    assert [row["condition"] for row in store.requests("r000001")] == ["1", "2"]
    monkeypatch.setattr("store.requests.ledger_rows", lambda *arguments: pytest.fail("read again"))
    assert store.requests("r000003") == []


def test_they_come_in_order_past_the_last_number_of_six_digits(store):
    row = {"kind": "cancel", "condition": "", "trial_ids": []}
    store.append("requests", "r999999", [row | {"request": "r999999"}])
    assert store.ask("retry", "x", []) == "r1000000"
    assert [row["request"] for row in store.requests()] == ["r999999", "r1000000"]
    assert [row["request"] for row in store.requests("r999999")] == ["r1000000"]


def test_others_are_refused(store):
    with pytest.raises(RecordError, match="cancel or retry; got 'stop'"):
        store.ask("stop", "a", ["a"])
    with pytest.raises(RecordError, match="such as r000001; got 'first'"):
        store.requests("first")
    assert store.requests() == []


def test_a_user_without_a_name_asks_too(store, monkeypatch):
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", unknown)
    store.ask("cancel", "a", ["a"])
    assert store.requests()[0]["asked_by"].partition("@")[0].isdigit()


def ask_often(path: Path, asker: int) -> list[str]:
    medium = ExperimentStore(path)._medium
    return [ask(medium, "cancel", f"{asker}-{n}", []) for n in range(20)]


def test_askers_never_share_a_number(store):
    with ProcessPoolExecutor(3) as pool:
        told = list(pool.map(ask_often, [store.path] * 3, range(3)))
    names = [name for each in told for name in each]
    assert sorted(names) == [f"r{n:06d}" for n in range(1, 61)]
    rows = {row["request"]: row["condition"] for row in store.requests()}
    assert rows == {name: f"{asker}-{n}" for asker in range(3) for n, name in enumerate(told[asker])}
