"""A page as its elements, for tests that read it."""

from html.parser import HTMLParser

VOID = ("br", "input", "meta")


class Page(HTMLParser):
    """Elements with their attributes, and all text; fails where elements are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        """Attributes of the elements of a name."""
        return [attributes for tag, attributes in self.elements if tag == name]

    def classed(self, name: str) -> list[dict[str, str | None]]:
        """Attributes of the elements of a class."""
        return [given for _, given in self.elements if name in (given.get("class") or "").split()]

    def said(self, tag: str) -> str:
        """All text directly in elements of a name."""
        return " ".join(self.texts.get(tag, []))
