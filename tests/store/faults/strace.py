"""Writers under strace: what they ask of the kernel, and faults put in its answers."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.store.faults.actions import Action
from tests.store.faults.writers import End, Writers

CALLS = "trace=%file,%desc"
_LINE = re.compile(r"(?P<pid>\d+) +(?P<text>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+|\?|0x[0-9a-f]+)(?P<rest>.*)")
_UNFINISHED, _RESUMED = " <unfinished ...>", re.compile(r"<\.\.\. \w+ resumed>(.*)")


@dataclass(frozen=True)
class Call:
    """A system call: the n-th of its name in its thread, from 1."""

    name: str
    nth: int
    arguments: str
    result: int | None

    @property
    def point(self) -> tuple[str, int]:
        return self.name, self.nth


def missing() -> str | None:
    """Say why writers cannot be traced here, or nothing if they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    command = ["strace", "-f", "-o", "/dev/null", "-e", "inject=sync:error=EIO", "sh", "-c", "exit 7"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    if tried.returncode != 7:
        return f"strace cannot trace a process or inject faults: {tried.stderr.strip()[-200:]}"
    return None


def traced(
    writers: Writers,
    log: Path,
    path: Path,
    *actions: Action,
    inject: str | None = None,
    contents: bool = False,
    quiet: bool = False,
) -> End:
    """Run a writer under strace from its first call on.

    Parameters
    ----------
    inject : str, optional
        A fault in strace's words, such as ``fsync:signal=KILL:when=2``.
    contents : bool
        Log everything that is written, in hexadecimal.
    quiet : bool
        Log only the call of the fault, which takes less time.
    """
    pid = writers.start(path, *actions)
    style = ["-xx", "-s", str(2**26)] if contents else [] if quiet else ["-y"]
    faults = ["-e", f"inject={inject}"] if inject else []
    followed = f"trace={inject.partition(':')[0]}" if inject and quiet else CALLS
    command = ["strace", "-f", *style, "-o", str(log), "-e", followed, *faults, "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        first = tracer.stderr.readline()
        assert "attached" in first, first
        writers.go(pid)
        return writers.wait(pid)


def calls(log: Path) -> Iterator[Call]:
    """Read a log back."""
    counts: Counter[tuple[str, str]] = Counter()
    for pid, text in _joined(log.read_text().splitlines()):
        call = _CALL.match(text)
        if call:
            counts[pid, call["name"]] += 1
            result = None if call["result"] == "?" else int(call["result"], 0)
            yield Call(call["name"], counts[pid, call["name"]], call["arguments"], result)


def _joined(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Put the calls together that another thread's interrupted."""
    begun: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line)
        assert found, line
        pid, text = found["pid"], found["text"]
        resumed = _RESUMED.match(text)
        if text.endswith(_UNFINISHED) and text.startswith("close("):
            # From here on another thread may get the number: it is free before the log says so.
            yield pid, f"{text.removesuffix(_UNFINISHED).rstrip(')')}) = 0"
        elif text.endswith(_UNFINISHED):
            begun[pid] = text.removesuffix(_UNFINISHED)
        elif resumed and pid in begun:
            yield pid, begun.pop(pid) + resumed[1]
        elif resumed:
            continue
        else:
            yield pid, text
    yield from ((pid, f"{text}) = ?") for pid, text in begun.items())
