"""A user's function is called apart from ours: its errors are its own, and so is what it prints."""

import subprocess
import sys
from pathlib import Path

import pytest

from sweep.errors import SpecError
from sweep.own_function import OwnFunction, OwnModelError


@pytest.fixture
def function(tmp_path: Path) -> OwnFunction:
    (tmp_path / "failing_model.py").write_text(
        "import os\n"
        "def helper(x):\n"
        "    return 1.0 / x\n"
        "def simulate(point, seed):\n"
        "    print('said')\n"
        "    os.system('echo started')\n"
        "    return {'x': helper(point['x'])}\n"
    )
    return OwnFunction.load("failing_model:simulate", (str(tmp_path),))


def test_errors_are_the_users_with_the_point_and_its_own_lines(function: OwnFunction) -> None:
    with pytest.raises(OwnModelError) as error:
        function({"x": 0.0, "mode": "plain"}, 7)
    assert "division by zero (failing_model.py, line 3)" in error.value.reason
    assert error.value.reason.endswith("failing_model:simulate at x=0, mode='plain', seed=7")
    lines = str(error.value.trace).splitlines()
    assert lines[0] == "failing_model:simulate was called at x=0, mode='plain', seed=7"
    files = [line for line in lines if line.startswith("  File")]
    assert len(files) == 2
    assert all("failing_model.py" in line for line in files)


def test_what_it_prints_is_no_output_of_ours(
    function: OwnFunction, capfd: pytest.CaptureFixture[str]
) -> None:
    assert function({"x": 2.0}, 0) == {"x": 0.5}
    out, err = capfd.readouterr()
    assert out == ""
    assert "said" in err
    assert "started" in err


def test_the_point_is_the_functions_own_copy(function: OwnFunction) -> None:
    point = {"x": 1.0}
    changing = OwnFunction("m:f", lambda given, seed: given.clear())
    changing(point, 0)
    assert point == {"x": 1.0}


def test_too_little_memory_is_left_to_the_engine() -> None:
    def greedy(point: dict[str, object], seed: int) -> object:
        raise MemoryError

    with pytest.raises(MemoryError):
        OwnFunction("m:greedy", greedy)({}, 0)


def test_a_library_is_not_replaced_by_a_file_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "string.py").write_text("def simulate(point, seed):\n    return {}\n")
    code = (
        "from sweep.own_function import OwnFunction\n"
        f"OwnFunction.load('string:simulate', ({str(tmp_path)!r},))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "expected a function simulate in the module string" in done.stderr


def load(place: Path, name: str, text: str) -> OwnFunction:
    (place / f"{name}.py").write_text(text)
    return OwnFunction.load(f"{name}:simulate", (str(place),))


@pytest.mark.parametrize("arguments", ["point", "point, seed, more", "*, point, seed", ""])
def test_a_function_that_takes_other_arguments_is_refused(tmp_path: Path, arguments: str) -> None:
    name = f"taking_{abs(hash(arguments))}"
    with pytest.raises(SpecError) as refusal:
        load(tmp_path, name, f"def simulate({arguments}):\n    return {{}}\n")
    assert f"{name}:simulate to take a point and a seed, got simulate({arguments})" in str(refusal.value)


def test_functions_that_take_a_point_and_a_seed_in_other_ways_are_taken(tmp_path: Path) -> None:
    for number, arguments in enumerate(["*given", "a, b=0, c=1", "point, /, seed"]):
        load(tmp_path, f"also_taking_{number}", f"def simulate({arguments}):\n    return {{}}\n")
    # Of functions in C the arguments may be unknown, and need not fit.
    OwnFunction.load("builtins:max", ())


def test_whatever_it_raises_is_an_error_of_the_trial(tmp_path: Path) -> None:
    text = "class Halt(BaseException):\n    pass\ndef simulate(point, seed):\n    raise Halt('full')\n"
    with pytest.raises(OwnModelError, match=r"Halt: full \(halting.py, line 4\)"):
        load(tmp_path, "halting", text)({}, 0)
    with pytest.raises(SpecError, match="BaseException: no"):
        load(tmp_path, "halting_early", "raise BaseException('no')\n")
    stopped = OwnFunction("m:f", lambda point, seed: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        stopped({}, 0)


def test_a_directory_that_has_the_modules_name_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "rotor_directory").mkdir()
    with pytest.raises(SpecError) as refusal:
        OwnFunction.load("rotor_directory:simulate", (str(tmp_path),))
    assert f"{tmp_path / 'rotor_directory'}, a directory of that name" in str(refusal.value)


def test_where_a_module_is_said_depends_on_who_asks() -> None:
    for key in ("model_path in [sweep]", "--model-path"):
        with pytest.raises(SpecError) as refusal:
            OwnFunction.load("no_such_module:f", (), key)
        assert f"give {key}, the directory" in str(refusal.value)
