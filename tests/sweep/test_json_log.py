"""`--log json`: whatever happens to a command, its standard error is JSON lines."""

import json
import sys
from pathlib import Path

import pytest

from sweep.cli import invoke
from tests.sweep.conftest import SMALL

FEW = SMALL.replace("n = 6", "n = 2")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    spec = tmp_path / "spec.toml"
    spec.write_text(FEW)
    return ["run", str(spec), "--store", str(tmp_path / "store"), "--backend", "serial", "--log", "json"]


def events(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_job_tells_its_start_and_its_end_and_stdout_is_data(arguments, tmp_path, capsys):
    assert invoke(arguments) == 0
    captured = capsys.readouterr()
    told = [json.loads(line) for line in captured.err.splitlines()]
    assert [told[0]["event"], told[-1]["event"]] == ["started", "ended"]
    assert told[-1]["done"] == 8
    assert captured.out.startswith(str(tmp_path / "store"))


def test_a_refusal_is_an_event_with_its_exit_code(arguments, tmp_path, capsys):
    (tmp_path / "spec.toml").write_text(FEW.replace("max_grid = 2048", "max_grid = 32"))
    assert invoke(arguments) == 2
    (event,) = events(capsys)
    assert (event["event"], event["exit_code"]) == ("refused", 2)
    assert "max_grid" in event["message"]


def test_what_the_engine_refuses_is_an_event_too(arguments, capsys):
    assert invoke([*arguments, "--elastic"]) == 2
    (event,) = events(capsys)
    assert event["message"].startswith("elastic: expected")


@pytest.mark.parametrize(
    ("raised", "code", "names"),
    [(KeyboardInterrupt(), 130, ["message"]), (ZeroDivisionError("oh"), 1, ["message", "crashed"])],
)
def test_ctrl_c_crashes_and_stray_words_are_events(raised, code, names, arguments, capsys, monkeypatch):
    def stray(*_: object, **__: object) -> None:
        sys.stderr.write("stray\n\nwords\n")
        raise raised

    monkeypatch.setattr("sweep.cli.jobs.run", stray)
    assert invoke(arguments) == code
    told = events(capsys)
    assert {event["event"] for event in told} == set(names)
    assert told[0]["message"] == "stray"
    if code == 1:
        assert "ZeroDivisionError: oh" in told[-1]["traceback"]
