"""Numbers in a page that come from the summaries beside it, so that none is typed by hand.

In the page's source a number stands between two comments, which readers do not see:

    <!--= phase-diagram map.wrong_area .0% -->7%<!-- -->

names the directory of a summary.json, the way to a value in it (keys and places in lists, joined by dots; a
key that holds a dot or a space cannot be named), and how Python formats it. Null becomes "not known".
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

NUMBER = re.compile(r"<!--= (?P<name>\S+) (?P<way>\S+) (?P<form>\S+) -->.*?<!-- -->", re.DOTALL)
UNKNOWN = "not known"


def filled(text: str, directory: Path) -> str:
    """The page with its numbers as the summaries have them; those without a summary are left as they are.

    Parameters
    ----------
    text : str
    directory : Path
        Where the directories of the summaries are.

    Raises
    ------
    KeyError
        If a summary has no such value, naming it.
    """

    @cache
    def summary(name: str) -> Any:  # noqa: ANN401  # whatever JSON holds
        path = directory / name / "summary.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def number(match: re.Match[str]) -> str:
        content, way = summary(match["name"]), match["way"]
        if content is None:
            return match[0]
        told = formatted(value_at(content, way, match["name"]), match["form"])
        return f"<!--= {match['name']} {way} {match['form']} -->{told}<!-- -->"

    return NUMBER.sub(number, text)


def value_at(content: Any, way: str, name: str) -> Any:  # noqa: ANN401  # whatever JSON holds
    """The value that a way leads to.

    Raises
    ------
    KeyError
        If it leads nowhere.
    """
    for step in way.split("."):
        if content is None:
            return None
        try:
            content = content[int(step)] if isinstance(content, list) else content[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise KeyError(
                f"{name}/summary.json: expected a value at {way}, found none at {step!r}"
            ) from None
    return content


def formatted(value: Any, form: str) -> str:  # noqa: ANN401  # whatever JSON holds
    """A value as Python's format writes it; `h` and `min` are units of seconds, `s` is for words."""
    if value is None:
        return UNKNOWN
    if form in ("h", "min"):
        return f"{value / (3600.0 if form == 'h' else 60.0):.2g}"
    return format(value, "" if form == "s" else form)
