"""``public-names``: what a package exports, in a table of one line each, then each with its docstring."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc, isclass, isfunction, ismodule
from pprint import pformat
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

PACKAGES = (
    *("physics", "physics.theory", "store", "learn"),
    *("sweep", "sweep.figures", "sweep.report", "sweep.findings"),
)
OURS = {package.partition(".")[0] for package in PACKAGES}
# In the order of the page: what a reader wants to do, what with, what the numbers are, what may go wrong.
KINDS = ("function", "class", "data", "exception")


def exported(package: str) -> dict[str, object]:
    """Public values of a package by their names, modules left out."""
    module = import_module(package)
    values = {name: getattr(module, name) for name in module.__all__}
    return {name: value for name, value in values.items() if not ismodule(value)}


def kind(value: object) -> str:
    """What a value is to Sphinx."""
    if isclass(value):
        return "exception" if issubclass(value, BaseException) else "class"
    return "function" if isfunction(value) else "data"


def classes() -> dict[str, str]:
    """Full name of each public class, by its own."""
    return {
        name: f"{package}.{name}"
        for package in reversed(PACKAGES)
        for name, value in exported(package).items()
        if isclass(value)
    }


class PublicNames(SphinxDirective):
    """The names of one package."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the table and the entries."""
        package = self.arguments[0]
        values = sorted(exported(package).items(), key=lambda each: KINDS.index(kind(each[1])))
        return self.parse_text_to_nodes(StringList([*table(package, values), *entries(package, values)]))


def table(package: str, values: list[tuple[str, object]]) -> Iterator[str]:
    """A row for each name: what it is, in the first sentence of its docstring."""
    yield from (f".. automodule:: {package}", "   :no-members:", "")
    yield from (".. list-table::", "   :class: stacked", "   :widths: 30 70", "")
    for name, value in values:
        role = {"function": "func", "class": "class", "exception": "exc", "data": "data"}[kind(value)]
        first = "" if kind(value) == "data" else (getdoc(value) or "").partition("\n")[0]
        yield from (f"   * - :py:{role}:`{name} <{package}.{name}>`", f"     - {first}")
    yield ""


def entries(package: str, values: list[tuple[str, object]]) -> Iterator[str]:
    """Each name with its docstring; of a constant, its value."""
    for name, value in values:
        if kind(value) == "data":
            shown = pformat(value, width=10_000)
            yield from (f".. py:data:: {package}.{name}", f"   :value: {shown}", "")
        else:
            yield f".. auto{kind(value)}:: {package}.{name}"
            yield from (("   :show-inheritance:", "") if kind(value) == "exception" else ("",))


def _link_types(app: Sphinx, config: Config) -> None:
    # Those of our own only: numpydoc's lead to the pages of other projects.
    config.numpydoc_xref_aliases_complete = classes()
    config.numpydoc_xref_ignore = "all"


def _skipped(app: Sphinx, what: str, name: str, value: object, skip: bool, options: object) -> bool | None:
    # What a library gives to a class of ours is told of by its own pages.
    home = getattr(value, "__module__", None) or "physics"
    return None if str(home).partition(".")[0] in OURS else True


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx know of it."""
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-skip-member", _skipped)
    app.connect("config-inited", _link_types, priority=900)
    return {"parallel_read_safe": True}
