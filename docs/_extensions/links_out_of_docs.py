"""Links to what is no page by itself: to the page that includes it, or to the file as a download."""

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# Files of the project that are pages of the site, and what includes each.
PAGES = {
    "CHANGELOG.md": "docs/elsewhere/changelog.md",
    "README.md": "docs/index.md",
    "docs/boundaries/tables.md": "docs/elsewhere/comparison.md",
    "cluster/README.md": "docs/elsewhere/cluster.md",
    "examples/README.md": "docs/elsewhere/examples.md",
}
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")


def moved(text: str, origin: Path, page: Path, root: Path) -> str:
    """Text with the links that it has at its origin, as they are from its page.

    Parameters
    ----------
    text : str
        Markdown.
    origin, page : Path
        The file that has the text, and the page that shows it.
    root : Path
        The project's directory.
    """

    def link(found: re.Match[str]) -> str:
        target = (origin.parent / found[1]).resolve()
        if not target.is_relative_to(root):
            return found[1]
        if target.is_dir():
            target /= "README.md"
        name = target.relative_to(root).as_posix()
        return os.path.relpath(root / PAGES.get(name, name), page.parent)

    return LINK.sub(link, text)


def _read(app: Sphinx, name: str, content: list[str]) -> None:
    page = Path(app.env.doc2path(name))
    if page.suffix == ".md":
        content[0] = moved(content[0], page, page, Path(app.srcdir).parent)


def _included(app: Sphinx, file: Path, _: str, content: list[str]) -> None:
    page = Path(app.env.doc2path(app.env.docname))
    content[0] = moved(content[0], Path(app.srcdir, file).resolve(), page, Path(app.srcdir).parent)


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx know of it."""
    app.connect("source-read", _read)
    app.connect("include-read", _included)
    return {"parallel_read_safe": True}
