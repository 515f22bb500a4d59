"""``store-columns``: the columns of a table of the store, as the store itself names them."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from store import ExperimentStore

HEAD = ("column", "type", "unit", "meaning")


@cache
def columns() -> dict[str, list[tuple[str, ...]]]:
    """Name, type, unit and meaning of the columns of every table, in their order in an empty store."""
    with TemporaryDirectory() as directory:
        store = ExperimentStore.create(Path(directory) / "store")
        tables: dict[str, list[tuple[str, ...]]] = {}
        for table, *column in store.sql('select "table", name, type, unit, meaning from columns').rows():
            tables.setdefault(str(table), []).append(tuple(map(str, column)))
    return tables


def as_table(head: tuple[str, ...], rows: list[tuple[str, ...]], widths: str) -> StringList:
    """A table in reStructuredText, whose first row is its head."""
    lines = [".. list-table::", "   :header-rows: 1", "   :class: stacked", f"   :widths: {widths}", ""]
    for row in (head, *rows):
        for place, cell in enumerate(row):
            lines.append(f"   {'* -' if place == 0 else '  -'} {cell}")
    return StringList(lines)


class StoreColumns(SphinxDirective):
    """The columns of one table."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        rows = [
            (
                f"``{name}``",
                kind,
                f"``{unit}``" if unit not in ("", "1") else unit,
                meaning.replace("|", r"\|"),
            )
            for name, kind, unit, meaning in columns()[self.arguments[0]]
        ]
        return self.parse_text_to_nodes(as_table(HEAD, rows, "22 10 16 52"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx know of it."""
    app.add_directive("store-columns", StoreColumns)
    return {"parallel_read_safe": True}
