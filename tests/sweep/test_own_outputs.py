"""What functions may return, and how what they may not is told."""

from collections import UserDict

import numpy as np
import pytest

from store.columns import Column
from store.declarations import Declaration
from sweep.own_function import OwnModelError
from sweep.own_outputs import Outputs

DECLARED = Declaration(
    scalars=(Column("x", "double", "", ""), Column("ok", "boolean", "", "")),
    observables=(Column("y", "double", "", ""),),
)


class Odd:
    """Raises whatever it is asked for."""

    def __array__(self, *_: object, **__: object) -> None:
        raise RuntimeError("not here")

    def __repr__(self) -> str:
        raise RuntimeError("not here")


class OddMapping(UserDict[str, float]):
    def __iter__(self) -> None:
        raise RuntimeError("not here")


def test_numbers_of_all_kinds_are_scalars_and_rows_of_them_are_series() -> None:
    returned = {
        "a": 1,
        "b": np.float32(0.5),
        "c": np.array(2.0),
        "d": np.bool_(True),
        "e": "text",
        "f": None,
        "g": [1, 2, 3],
        "h": np.array([True, False, True]),
    }
    outputs = Outputs.read("m:f", returned)
    assert outputs.scalars == {"a": 1.0, "b": 0.5, "c": 2.0, "d": True, "e": "text", "f": None}
    assert {name: values.tolist() for name, values in outputs.series.items()} == {
        "t": [0.0, 1.0, 2.0],
        "g": [1.0, 2.0, 3.0],
        "h": [1.0, 0.0, 1.0],
    }
    scalars, series = outputs.columns("m:f")
    assert [(column.name, column.type) for column in scalars] == [
        *[(name, "double") for name in "abc"],
        ("d", "boolean"),
        ("e", "varchar"),
        ("f", "double"),
    ]
    assert [column.name for column in series] == ["g", "h"]


def test_times_that_are_given_are_kept() -> None:
    outputs = Outputs.read("m:f", {"t": [0.0, 0.5, 2.0], "y": [1.0, 2.0, 3.0]})
    assert outputs.series["t"].tolist() == [0.0, 0.5, 2.0]


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ([1.0], ["a mapping", "[1.0]"]),
        (None, ["a mapping", "None"]),
        ({}, ["at least one value"]),
        ({1: 2.0}, ["names that are texts", "1"]),
        ({"x": 1j}, ["x", "1j"]),
        ({"x": 2**60}, ["hold exactly for x", str(2**60), "above 2^53"]),
        ({"x": np.longdouble(1.0)}, ["hold exactly for x", "a longdouble"]),
        ({"y": [1, -(2**60)]}, ["hold exactly for y", str(-(2**60)), "above 2^53"]),
        ({"x": Odd()}, ["for x", "a Odd that raised RuntimeError: not here"]),
        (OddMapping(), ["a mapping", "RuntimeError: not here"]),
        ({"x": object}, ["x", "class"]),
        ({"y": np.zeros((2, 2))}, ["y", "(2, 2)"]),
        ({"y": []}, ["y", "(0,)"]),
        ({"y": ["a", "b"]}, ["y", "U1"]),
        ({"y": [[1.0], [1.0, 2.0]]}, ["y"]),
        ({"y": [1.0, 2.0], "z": [1.0]}, ["one length", "2 of y", "1 of z"]),
        ({"t": [0.0, 0.0], "y": [1.0, 2.0]}, ["increase"]),
        ({"t": [0.0, float("nan")], "y": [1.0, 2.0]}, ["finite"]),
        ({"t": [0.0, 1.0]}, ["t alone"]),
        ({"t": 1.0}, ["series t"]),
    ],
)
def test_what_cannot_be_stored_is_named(returned: object, words: list[str]) -> None:
    with pytest.raises(OwnModelError) as refusal:
        Outputs.read("m:f", returned)
    for word in ["m:f", *words]:
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ({"x": 1.0, "y": [1.0]}, ["no ok"]),
        ({"x": 1.0, "ok": True, "y": [1.0], "z": 1.0}, ["z, which is new", "model_version"]),
        ({"x": True, "ok": True, "y": [1.0]}, ["a number for x", "True"]),
        ({"x": [1.0], "ok": True, "y": [1.0]}, ["a number for x", "a series"]),
        ({"x": 1.0, "ok": True, "y": 1.0}, ["a series for y", "1.0"]),
    ],
)
def test_outputs_that_change_between_trials_are_named(returned: object, words: list[str]) -> None:
    with pytest.raises(OwnModelError) as refusal:
        Outputs.read("m:f", returned).check("m:f", "1", DECLARED)
    for word in words:
        assert word in str(refusal.value)


def test_a_scalar_may_be_undetermined_now_and_then() -> None:
    Outputs.read("m:f", {"x": None, "ok": None, "y": [1.0]}).check("m:f", "1", DECLARED)
