"""``spec-keys``: the keys of a table of the spec, from the docstring and the defaults of its class."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from importlib import import_module
from inspect import getdoc
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from numpydoc.docscrape import NumpyDocString
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from store_columns import as_table

from physics.quantities import NEEDS, ways_to_give

HEAD = ("key", "type", "default", "meaning")


def documented(record: type) -> dict[str, tuple[str, str]]:
    """Type and meaning of each parameter that a class's docstring describes."""
    described = NumpyDocString(getdoc(record) or "")["Parameters"]
    return {
        name: (parameter.type.removesuffix(", optional"), " ".join(parameter.desc))
        for parameter in described
        for name in parameter.name.split(", ")
    }


def keys(record: type, names: list[str]) -> Iterator[tuple[str, ...]]:
    """Key, type, default and meaning of each field, or of the named ones.

    Raises
    ------
    ExtensionError
        For a field that the docstring does not describe.
    """
    said = documented(record)
    for field in fields(record):
        if names and field.name not in names:
            continue
        if not said.get(field.name, ("", ""))[1]:
            raise ExtensionError(
                f"{record.__name__}: expected {field.name} among its Parameters, got no word"
            )
        kind, meaning = said[field.name]
        yield f"``{field.name}``", kind, default(field), meaning.replace("|", r"\|")


def default(field: "Field[Any]") -> str:
    """The default as TOML writes it; nothing where there is none, or where it depends."""
    value = field.default
    if value is MISSING or value in (None, "", ()):
        return ""
    return f"``{str(value).lower() if isinstance(value, bool) else repr(value)}``".replace("'", '"')


class SpecKeys(SphinxDirective):
    """The keys of one table, all of a class or some."""

    required_arguments = 1
    option_spec = {"only": directives.unchanged}  # noqa: RUF012 - as docutils has it

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        module, _, name = self.arguments[0].rpartition(".")
        record = getattr(import_module(module), name)
        rows = list(keys(record, self.options.get("only", "").split()))
        return self.parse_text_to_nodes(as_table(HEAD, rows, "20 12 12 56"))


class MaterialQuantities(SphinxDirective):
    """What a material needs, and the names that each can be given by."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        rows = [(quantity, ", ".join(f"``{name}``" for name in ways_to_give(quantity))) for quantity in NEEDS]
        return self.parse_text_to_nodes(as_table(("quantity", "one of"), rows, "25 75"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx know of it."""
    app.add_directive("spec-keys", SpecKeys)
    app.add_directive("material-quantities", MaterialQuantities)
    return {"parallel_read_safe": True}
