"""Commands as pages show them: where each begins and ends, and how `regimap` is called in it."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import click

from sweep.cli import COMMANDS, regimap

PROMPT = "$ "
EXIT = re.compile(r"#\s*exit (\d+)\s*$")
ENDS = re.compile(r"[();<>|&]+")
# Files that hand the rest of their line to regimap.
LAUNCHERS = (".sbatch", "cluster/submit.py")
HELP = {"--help", "-h"}


@dataclass(frozen=True)
class Command:
    """A command of a console, with what it is to exit with."""

    text: str
    code: int = 0


def typed(console: str) -> Iterator[Command]:
    """The commands of a block in a console, each with the lines that continue it."""
    lines = iter(console.splitlines())
    for line in lines:
        if not line.startswith(PROMPT):
            continue
        text = line.removeprefix(PROMPT)
        while unfinished(text):
            text += "\n" + next(lines).removeprefix("> ")
        said = EXIT.search(text)
        yield Command(text, int(said[1]) if said else 0)


def unfinished(text: str) -> bool:
    """Whether a shell would wait for another line."""
    opened = re.search(r"<<-?\s*['\"]?(\w+)", text)
    if opened:
        return not re.search(rf"(?m)^{opened[1]}$", text)
    try:
        words(text)
    except ValueError:
        return True
    return text.endswith("\\")


def words(text: str) -> list[str]:
    """The words of a command, signs of the shell among them, without its comments."""
    read = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars=True)
    read.whitespace_split = True
    return list(read)


def calls(text: str) -> Iterator[list[str]]:
    """What `regimap` gets, each time that it is called in a text for the shell."""
    for line in joined(text):
        found = words(line)
        for place, word in enumerate(found):
            after = found[place + 1 :]
            if word.endswith(LAUNCHERS):
                after = after[1:] if after[:1] == ["--"] else after
                if after[:1] and after[0] in COMMANDS:
                    yield until_the_end(after)
            elif word.rpartition("/")[2] == "regimap" and after and not ENDS.fullmatch(after[0]):
                yield until_the_end(after)


def joined(text: str) -> Iterator[str]:
    """Lines of a script, each with those that continue it."""
    lines = iter(text.splitlines())
    for line in lines:
        while unfinished(line):
            line += "\n" + next(lines)  # noqa: PLW2901 - a line grows
        yield line


def until_the_end(after: list[str]) -> list[str]:
    """Words up to the sign that ends the command."""
    end = next((place for place, word in enumerate(after) if ENDS.fullmatch(word)), len(after))
    return after[:end]


def unknown(call: list[str]) -> list[str]:
    """What is asked of `regimap` that it does not know: its command, or options of it."""
    name, *rest = call
    if name.startswith("-"):
        return sorted({word for word in call if word.startswith("-")} - flags(regimap))
    if name not in COMMANDS:
        return [name]
    command = regimap.get_command(click.Context(regimap), name)
    assert command is not None
    given = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    return sorted(given - flags(command))


def flags(command: click.Command) -> set[str]:
    """Options that a command takes."""
    return HELP | {
        flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)
    }
