"""Every block of code on every page is what it says it is: nothing is run here, or only parsed and bound."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from store import ExperimentStore
from sweep import SweepSpec
from tests.docs.commands import calls, typed, unknown
from tests.docs.pages import EVERY_BLOCK, PAGES, ROOT, Block, Page, named

LANGUAGES = {"console", "python", "sql", "toml", "bash", "text", "json"}
QUICKSTART = ROOT / "examples" / "quickstart.toml"


def of(*languages: str) -> pytest.MarkDecorator:
    """The blocks in some languages, one by one."""
    chosen = [(page, block) for page, block in EVERY_BLOCK if block.language in languages]
    return pytest.mark.parametrize(("page", "block"), chosen, ids=[named(*each) for each in chosen])


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_blocks_are_fenced_and_say_their_language(page: Page) -> None:
    unfit = [(block.line, block.language) for block in page.blocks if block.language not in LANGUAGES]
    assert not unfit, f"{page.name}: expected one of {sorted(LANGUAGES)}, got (line, language) {unfit}"


@of("python")
def test_python_compiles(page: Page, block: Block) -> None:
    compile(block.text, named(page, block), "exec")


@of("json")
def test_json_parses_where_it_is_whole(page: Page, block: Block) -> None:
    if "..." not in block.text:
        json.loads(block.text)


@of("toml")
def test_specs_are_accepted(page: Page, block: Block) -> None:
    spec = SweepSpec.from_mapping(laid_over(tomllib.loads(block.text)), directory=str(QUICKSTART.parent))
    assert SweepSpec.from_text(spec.to_text()).to_text() == spec.to_text()


def laid_over(content: dict[str, Any]) -> dict[str, Any]:
    """A whole spec; tables of one replace those keys of the quickstart's."""
    if "sweep" in content:
        return content
    whole = tomllib.loads(QUICKSTART.read_text(encoding="utf-8"))
    swept = content.get("axes", {})
    whole["fixed"] = {name: value for name, value in whole["fixed"].items() if name not in swept}
    return whole | {name: whole.get(name, {}) | table for name, table in content.items()}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    """A store of nothing, which has all tables."""
    return ExperimentStore.create(tmp_path_factory.mktemp("docs") / "store")


@of("sql")
def test_sql_binds(page: Page, block: Block, empty: ExperimentStore) -> None:
    assert list(empty.sql(f"explain {block.text}").rows())


@of("console", "bash")
def test_commands_are_known(page: Page, block: Block) -> None:
    text = script(block)
    checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    for call in calls(text):
        assert not unknown(call), f"regimap {' '.join(call)}"


@of("console")
def test_a_console_has_a_command(page: Page, block: Block) -> None:
    assert list(typed(block.text)), "expected a line that begins with '$ '"


@of("console", "bash")
def test_the_files_of_commands_are_there(page: Page, block: Block) -> None:
    text = "\n".join(block.text for block in page.blocks)
    for name in re.findall(r"(?<![\w./-])(?:cluster|examples|docs)/[\w./-]*\w", script(block)):
        # Or the page has made it before.
        assert (ROOT / name).exists() or re.search(rf"(?:-o|>) *{re.escape(name)}", text), name


def script(block: Block) -> str:
    """What the shell reads of a block."""
    if block.language == "bash":
        return block.text
    return "\n".join(command.text for command in typed(block.text))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_within_sentences_are_known(page: Page) -> None:
    for span in page.spans:
        if span.startswith("regimap ") and "|" not in span:
            for call in calls(span):
                assert not unknown(call), span


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Page) -> None:
    assert not [link for link in page.links if not re.match(r"[a-z]+:", link) and not leads(page, link)]


def leads(page: Page, link: str) -> bool:
    """Whether a link's file is there, and has the heading."""
    name, _, anchor = link.partition("#")
    target = (page.path.parent / name).resolve() if name else page.path
    if awaited(target):
        return True
    return target.exists() and (not anchor or anchor in Page(target).anchors)


def awaited(target: Path) -> bool:
    """Whether a picture is one of a campaign whose summary is not there yet: see test_phase_diagram_page."""
    return target.parts[-3:-2] == ("phase_diagram",) and not (target.parent / "summary.json").exists()
