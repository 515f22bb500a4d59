"""A computation beside the one who asked for it."""

import threading

import pytest

from sweep.thought import Thought


def test_its_result_is_there_once_it_has_ended() -> None:
    go = threading.Event()
    thought = Thought(lambda: go.wait(10.0) and 42)
    assert not thought.wait(0.01)
    go.set()
    assert thought.result() == 42
    assert thought.wait(0.0)


def test_its_error_is_raised_where_the_result_is_asked_for() -> None:
    thought = Thought(lambda: 1 / 0)
    assert thought.wait()
    with pytest.raises(ZeroDivisionError):
        thought.result()


def test_it_keeps_no_program_from_ending() -> None:
    thought = Thought(lambda: None)
    assert thought._thread.daemon
