"""The command as a shell meets it: versions, completion, `python -m`."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete, get_completion_class

from physics import PHYSICS_VERSION
from sweep.cli import COMMANDS, invoke, regimap
from sweep.cli.versions import PACKAGES, versions

ROOT = Path(__file__).parents[2]


def shell(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m sweep` as a shell would."""
    return subprocess.run(
        [sys.executable, "-m", "sweep", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def completed(words: str, place: int) -> list[str]:
    answer = shell(_REGIMAP_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(place))
    return answer.stdout.splitlines()


def test_version_names_what_a_bug_report_needs_without_importing_it(capsys, monkeypatch) -> None:
    assert invoke(["--version"]) == 0
    told = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines())
    assert next(iter(told)) == "regimap"
    assert told["regimap"] == version("regimap")
    assert told["physics"] == PHYSICS_VERSION
    assert told["python"] == sys.version.split()[0]
    assert {name: told[name] for name in PACKAGES} == {name: version(name) for name in PACKAGES}
    monkeypatch.setattr("sweep.cli.versions.PACKAGES", ("no-such-package",))
    assert versions()["no-such-package"] == "not installed"


def test_python_dash_m_is_the_command_and_version_loads_no_library() -> None:
    answer = shell("--version", PYTHONPROFILEIMPORTTIME="1")
    assert answer.stdout.startswith("regimap ")
    loaded = {
        line.rpartition("|")[2].strip()
        for line in answer.stderr.splitlines()
        if line.startswith("import time")
    }
    assert "click" in loaded
    assert not loaded & {"numpy", "duckdb", "pyarrow", "ray", "optuna", "pyfftw", "matplotlib"}


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(name: str) -> None:
    if name == "bash":
        answer = shell(_REGIMAP_COMPLETE="bash_source")
        assert "complete -o nosort -F _regimap_completion regimap" in answer.stdout
        return
    made = get_completion_class(name)
    assert made is not None
    assert "regimap" in made(regimap, {}, "regimap", "_REGIMAP_COMPLETE").source()


def test_commands_options_stores_and_specs_are_completed() -> None:
    assert completed("regimap re", 1) == [f"plain,{name}" for name in COMMANDS if name.startswith("re")]
    at_the_prompt = ShellComplete(regimap, {}, "regimap", "_REGIMAP_COMPLETE").get_completions
    assert [item.value for item in at_the_prompt([], "--ver")] == ["--version"]
    assert [item.value for item in at_the_prompt(["status"], "--w")] == ["--watch"]
    assert [(item.type, item.value) for item in at_the_prompt(["status"], "ru")] == [("dir", "ru")]
    assert [(item.type, item.value) for item in at_the_prompt(["plan"], "sp")] == [("file", "sp")]


def test_every_store_is_completed_as_a_directory_and_every_spec_as_a_file() -> None:
    for name in COMMANDS:
        command = regimap.get_command(None, name)
        for parameter in command.params:
            if parameter.name in ("store", "sources"):
                assert [item.type for item in parameter.type.shell_complete(None, parameter, "x")] == [
                    "dir"
                ], name
            if parameter.name == "spec":
                assert [item.type for item in parameter.type.shell_complete(None, parameter, "x")] == [
                    "file"
                ], name
