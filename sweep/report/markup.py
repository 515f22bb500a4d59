"""Markup by value: what is not markup already is escaped, so that no text of a user's becomes any."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import final

VOID = frozenset(("br", "input", "meta"))


@final
class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: object) -> Markup:
    """An element of HTML or SVG.

    Parameters
    ----------
    name : str
    *children : str
        Markup as it is; any other text escaped.
    **attributes : object
        By name, with ``-`` for ``_`` but at the end, where it only keeps clear of Python's words. None leaves
        an attribute out, True gives it no value.
    """
    opening = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{opening}>")
    return Markup(f"<{name}{opening}>{joined(children)}</{name}>")


def joined(parts: Iterable[str]) -> Markup:
    """The parts in their order, escaped where they are not markup."""
    return Markup("".join(part if isinstance(part, Markup) else escape(part) for part in parts))


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
