"""The pages that people read, and what is on them: blocks of code, links, headings."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from myst_parser.slugs import github_slugify

ROOT = Path(__file__).parents[2]
WRITTEN = MarkdownIt("commonmark").enable("table")
# Made by the site's build, or by benchmarks as they run.
NOT_PAGES = ("_build",)


@dataclass(frozen=True)
class Block:
    """A block of code: its language, and the line of the page that it begins at."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """A page of Markdown."""

    path: Path

    @property
    def name(self) -> str:
        """Where it is in the project."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def tokens(self) -> list[Token]:
        """The page, parsed."""
        return WRITTEN.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def blocks(self) -> list[Block]:
        """Blocks of code in their order, indented ones too; directives of the site are none."""
        return [
            Block(token.info.strip(), token.content, (token.map or [0])[0] + 1)
            for token in self.tokens
            if token.type in ("fence", "code_block") and not token.info.startswith("{")
        ]

    def written_in(self, *languages: str) -> list[Block]:
        """Blocks in one of some languages."""
        return [block for block in self.blocks if block.language in languages]

    @cached_property
    def anchors(self) -> set[str]:
        """Names of its headings, as links have them."""
        titles = [
            inline.content
            for token, inline in zip(self.tokens, self.tokens[1:], strict=False)
            if token.type == "heading_open"
        ]
        return {github_slugify(title.replace("`", "")) for title in titles}

    @cached_property
    def links(self) -> list[str]:
        """What it links to, and the pictures that it shows."""
        found = ((each.attrGet("href") or each.attrGet("src")) for each in self._inline())
        return [str(target) for target in found if target]

    @cached_property
    def spans(self) -> list[str]:
        """Code within its sentences."""
        return [each.content for each in self._inline() if each.type == "code_inline"]

    def _inline(self) -> Iterator[Token]:
        for token in self.tokens:
            yield from token.children or []


def pages() -> list[Page]:
    """The README, the pages of docs/, and those of other directories that they send a reader to."""
    paths = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        ROOT / "cluster" / "README.md",
    ]
    paths += (ROOT / "examples").glob("*.md")
    paths += [path for path in sorted((ROOT / "docs").rglob("*.md")) if not set(path.parts) & {*NOT_PAGES}]
    return [Page(path) for path in paths]


PAGES = pages()
EVERY_BLOCK = [(page, block) for page in PAGES for block in page.blocks]


def named(page: Page, block: Block | None = None) -> str:
    """The name of a test's case."""
    return page.name if block is None else f"{page.name}:{block.line}"
