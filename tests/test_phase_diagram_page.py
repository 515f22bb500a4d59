"""The numbers of docs/phase-diagram.md are those of the summaries beside it."""

import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from sweep import SweepSpec

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGE = DOCS / "phase-diagram.md"
NAMES = ("phase-diagram", "temperature-speed", "three-axes", "energy-resolved")


@pytest.fixture(scope="module")
def numbers() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS / "phase_diagram"))
        yield import_module("numbers_in_page")
    sys.modules.pop("numbers_in_page", None)


def test_the_page_says_what_the_summaries_say(numbers: ModuleType) -> None:
    text = PAGE.read_text()
    assert numbers.filled(text, DOCS / "phase_diagram") == text


def test_every_picture_of_the_page_is_there() -> None:
    for link in re.findall(r"\]\((phase_diagram/[^)]+)\)", PAGE.read_text()):
        directory = DOCS / Path(link).parent
        assert (DOCS / link).exists() or not (directory / "summary.json").exists(), link


@pytest.mark.parametrize("name", NAMES)
def test_a_summary_is_of_the_spec_beside_it(name: str) -> None:
    spec = SweepSpec.from_toml(ROOT / "examples" / f"{name}.toml")
    path = DOCS / "phase_diagram" / name / "summary.json"
    if path.exists():
        kept = SweepSpec.from_text(json.loads(path.read_text())["campaign"]["spec"])
        assert kept.campaign_identity == spec.campaign_identity


def test_numbers_are_filled_in(numbers: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    content = {"a": {"b": [0.0721, 7200.0]}, "words": "the budget is spent", "nothing": None}
    (tmp_path / "one" / "summary.json").write_text(json.dumps(content))

    def shown(name: str, way: str, form: str) -> str:
        text = numbers.filled(f"x <!--= {name} {way} {form} -->old<!-- --> y", tmp_path)
        return re.sub(r"<!--.*?-->", "", text)

    assert shown("one", "a.b.0", ".0%") == "x 7% y"
    assert shown("one", "a.b.1", "h") == "x 2 y"
    assert shown("one", "words", "s") == "x the budget is spent y"
    assert shown("one", "nothing.of.it", ".2f") == "x not known y"
    assert shown("two", "a.b.0", ".0%") == "x old y"
    with pytest.raises(KeyError, match=r"expected a value at a\.c"):
        shown("one", "a.c", "g")
