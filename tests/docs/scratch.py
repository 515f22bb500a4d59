"""A directory like the project's root, with a small store of the quickstart, where pages are run."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import tomli_w

from store import ExperimentStore
from sweep import Engine, SweepSpec, campaign
from tests.docs.commands import Command, typed
from tests.docs.pages import ROOT, Block, Page, named

PROGRAMS = Path(sys.executable).parent
# Jobs run in their own process where the page does not say otherwise: Ray takes seconds to come up.
SHIM = f"""#!/bin/sh
case "$1" in run|campaign|retry)
    case " $* " in *--backend*|*--help*) ;; *) set -- "$@" --backend serial ;; esac ;;
esac
exec '{PROGRAMS}/regimap' "$@"
"""
# What makes a spec quick, where it asks for more.
MOST = {
    "sweep": {"realizations": 2},
    "numerics": {"t_final": 60.0, "samples": 32, "box_length": 150.8},
    "campaign": {"budget": 14, "startup": 10},
    "design": {"n": 6},
    "observe": {"centers": 2},
}
SECONDS = 240


@dataclass
class Scratch:
    """A reader's directory, and what the page's Python has defined.

    Attributes
    ----------
    place : Path
    names : dict
        The namespace of the page's Python.
    said : str
        What its Python has printed.
    """

    place: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    said: str = ""

    def run(self, page: Page) -> None:
        """Run a page from top to bottom."""
        for block in page.blocks:
            self.run_block(page, block)

    def run_block(self, page: Page, block: Block) -> None:
        """Run one block, if its language is one that is run."""
        if block.language == "python":
            self.python(block.text, named(page, block))
        elif block.language == "sql":
            assert ExperimentStore(self.place / "runs" / "quickstart").sql(block.text).columns
        elif block.language == "console":
            self.console(list(typed(block.text)), named(page, block))

    def python(self, text: str, name: str) -> None:
        """Run Python in the namespace of the page."""
        said = StringIO()
        with inside(self.place), redirect_stdout(said):
            exec(compile(text, name, "exec"), self.names)
        self.said += said.getvalue()

    def console(self, commands: list[Command], name: str) -> None:
        """Run commands in one shell, each of which has to end as it is said to."""
        checked = (
            f"{command.text}\n__code=$?; [ $__code = {command.code} ] || "
            f'{{ echo "exit $__code, expected {command.code}, of command {number}" >&2; exit 99; }}'
            for number, command in enumerate(commands, 1)
        )
        done = subprocess.run(
            ["bash", "-c", "\n".join(checked)],
            cwd=self.place,
            env=surroundings(self.place),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{name}\n{done.stdout}\n{done.stderr}"


def surroundings(place: Path) -> dict[str, str]:
    """Variables of the reader's shell."""
    path = f"{place / 'bin'}:{PROGRAMS}:/usr/local/bin:/usr/bin:/bin"
    home = {"HOME": str(place / "home"), "PATH": path, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    return {name: text for name, text in os.environ.items() if name.startswith(("LANG", "LC_"))} | home


@contextmanager
def inside(place: Path) -> Iterator[None]:
    """Stand in a directory, where Python finds modules too."""
    before, path = Path.cwd(), list(sys.path)
    os.chdir(place)
    sys.path.insert(0, str(place))
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path


def furnished(place: Path) -> Path:
    """Put into a directory what pages take for granted, but for the store."""
    for name in ("examples", "cluster", "docs"):
        left = shutil.ignore_patterns("__pycache__", "_build")
        shutil.copytree(ROOT / name, place / name, ignore=left)
    shutil.copy(ROOT / "constraints.txt", place)
    for spec in (place / "examples").rglob("*.toml"):
        spec.write_text(tomli_w.dumps(reduced(tomllib.loads(spec.read_text(encoding="utf-8")))))
    for name in ("home", "bin", "runs"):
        (place / name).mkdir()
    shim = place / "bin" / "regimap"
    shim.write_text(SHIM)
    shim.chmod(0o755)
    return place


def reduced(content: dict[str, Any]) -> dict[str, Any]:
    """A spec of the same axes and columns that takes seconds."""
    for table, most in MOST.items():
        given = content.get(table, {})
        given.update({key: min(given[key], most[key]) for key in most if key in given})
    if "numerics" in content:
        content["numerics"]["tolerance"] = max(content["numerics"].get("tolerance", 0.0), 0.05)
    return content


def small_quickstart(place: Path) -> None:
    """The quickstart's campaign over few points, in a small box."""
    spec = SweepSpec.from_toml(place / "examples" / "quickstart.toml")
    campaign(spec, place / "runs" / "quickstart", engine=Engine(backend="serial"))
