"""The examples that end each command's help, as commands that can be copied."""

from itertools import takewhile
from typing import Any

from click import Context
from sphinx.application import Sphinx

BEGINS = "Example: "


def _as_console(app: Sphinx, context: Context, lines: list[str]) -> None:
    # Lines whose ends are kept come behind bars.
    plain = [line.removeprefix("|").strip() for line in lines]
    for place, line in enumerate(plain):
        if line.startswith(BEGINS):
            shown = list(takewhile(bool, [line.removeprefix(BEGINS), *plain[place + 1 :]]))
            typed = [f"   {'$ ' if each.startswith('regimap') else '  '}{each}" for each in shown]
            lines[place : place + len(shown)] = ["", ".. code-block:: console", "", *typed, ""]
            return


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx know of it."""
    app.connect("sphinx-click-process-epilog", _as_console)
    return {"parallel_read_safe": True}
