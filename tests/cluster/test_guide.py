"""The commands that cluster/ shows: the files are there, and regimap has the flags."""

import re
import shlex
from pathlib import Path

import click
import pytest

from sweep.cli import COMMANDS, regimap

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "cluster"
GUIDE = (CLUSTER / "README.md").read_text()
FILES = [path for path in sorted(CLUSTER.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


def shown() -> list[str]:
    """Commands of the guide, and of the comments at the head of each file."""
    commands = re.findall(r"`((?:regimap|sbatch|ray|kubectl|pip) [^`]+)`", GUIDE)
    for path in FILES:
        comment = re.sub(r"\\\n#?\s+", "", path.read_text())
        commands += re.findall(r"(?m)^(?:#   |    )((?:regimap|sbatch|ray|kubectl|pip|docker) .+)$", comment)
        commands += re.findall(r"(?m)^  entrypoint: ([^|\n]+)", comment)
    return sorted(set(commands))


def regimap_part(command: str) -> list[str]:
    """What regimap gets: from the name of its command on."""
    words = shlex.split(command, comments=True)
    found = [n for n, word in enumerate(words) if word in COMMANDS]
    return words[found[0] :] if found else []


@pytest.mark.parametrize("command", [c for c in shown() if regimap_part(c)])
def test_regimap_has_the_flags(command: str) -> None:
    name, *words = regimap_part(command)
    known = regimap.get_command(click.Context(regimap), name)
    assert known is not None
    options = {flag for parameter in known.params for flag in parameter.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("command", shown())
def test_the_files_are_there(command: str) -> None:
    for name in re.findall(r"(?<![\w./])(?:cluster|examples)/[\w./-]+\w", command):
        assert (ROOT / name).is_file(), name


def test_the_flags_in_the_text_are_regimaps_or_explained_as_rays() -> None:
    inline = set(re.findall(r"`(--[a-z-]+)[ `]", GUIDE))
    run = regimap.get_command(click.Context(regimap), "run")
    assert run is not None
    options = {flag for parameter in run.params for flag in parameter.opts}
    assert inline - options <= {"--tmux"}


def test_the_guide_opens_with_the_choice_and_ends_with_security() -> None:
    assert GUIDE.split("\n\n")[1].startswith("| where you run | take |")
    assert GUIDE.rsplit("\n## ", 1)[1].startswith("Security")


def test_every_file_to_choose_from_is_in_the_table_once() -> None:
    linked = re.findall(r"\]\(([\w./-]+)\)", GUIDE.split("\n\n")[1])
    chosen = [str(p.relative_to(CLUSTER)) for p in FILES if p.suffix in (".yaml", ".sbatch")]
    assert sorted(linked) == sorted(chosen)
