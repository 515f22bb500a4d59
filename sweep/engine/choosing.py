"""Which voice a job has: one bar on a terminal, lines in a log, JSON lines for a collector."""

from __future__ import annotations

import sys
from typing import TextIO

from sweep.engine.bar import Bar
from sweep.engine.json_lines import JsonLines
from sweep.engine.voices import Lines, Voice


def make_voice(label: str, log: str, file: TextIO | None = None) -> Voice:
    """Voice of a job.

    Parameters
    ----------
    label : str
        What the job is called.
    log : str
        "text" or "json".
    file : text file, optional
        Where to write; standard error by default.
    """
    file = sys.stderr if file is None else file
    if log == "json":
        return JsonLines(label, file)
    return Bar(label, file) if file.isatty() else Lines(label, file)
