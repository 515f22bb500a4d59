"""Tables of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sweep.report.markup import Markup, element


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, class_: str | None = None) -> Markup:
    """A table, in a frame that scrolls where the page is narrow.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequence of str
        Markup as it is; any other text escaped.
    class_ : str, optional
        Of the table.
    """
    head = element("tr", *(element("th", name, scope="col") for name in header))
    body = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    inner = element("table", element("thead", head), element("tbody", *body), class_=class_)
    return element("div", inner, class_="wide")


def facts(pairs: Iterable[tuple[str, str]], *, class_: str = "facts") -> Markup:
    """Names with what they stand for."""
    entries = (element("div", element("dt", name), element("dd", value)) for name, value in pairs)
    return element("dl", *entries, class_=class_)


def section(name: str, title: str, *children: str) -> Markup:
    """A part of the page under a heading."""
    heading = element("h2", title, id_=f"{name}-title")
    return element("section", heading, *children, id_=name, aria_labelledby=f"{name}-title")


def figure(*children: str, caption: str, **attributes: object) -> Markup:
    """Drawings with a caption."""
    return element("figure", *children, element("figcaption", caption), **attributes)


def paragraph(*children: str, class_: str | None = None) -> Markup:
    """A paragraph."""
    return element("p", *children, class_=class_)


def folded(summary: str, *children: str) -> Markup:
    """What is shown when asked for."""
    return element("details", element("summary", summary), *children)
