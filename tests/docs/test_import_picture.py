"""The import picture shows the imports as they are, and its arrows point one way."""

import sys
from collections.abc import Iterator
from copy import deepcopy
from importlib import import_module
from types import ModuleType

import grimp
import pytest

from tests.docs.pages import ROOT

AGAIN = "make it anew: python docs/architecture/imports.py"


@pytest.fixture(scope="module")
def picture() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "docs" / "architecture"))
        yield import_module("imports")
    sys.modules.pop("imports", None)


@pytest.fixture(scope="module")
def imports(picture: ModuleType) -> grimp.ImportGraph:
    return picture.graph()


def test_the_picture_shows_the_imports_as_they_are(picture: ModuleType, imports: grimp.ImportGraph) -> None:
    shown, there = picture.told(), picture.edges(imports)
    assert shown == there, f"gone {sorted(shown - there)}, new {sorted(there - shown)}; {AGAIN}"


def test_every_part_has_its_words(picture: ModuleType, imports: grimp.ImportGraph) -> None:
    assert {name for pair in picture.edges(imports) for name in pair} == set(picture.WORDS)


def test_arrows_point_one_way_and_say_everything(picture: ModuleType, imports: grimp.ImportGraph) -> None:
    pairs = picture.edges(imports)
    box, drawn = picture.boxes(pairs), picture.arrows(pairs)
    rows = picture.heights(drawn)
    assert all(rows[above] > rows[below] for above, below in drawn)
    steps = frozenset((min(above), min(below)) for above, below in drawn)
    for above, below in pairs:
        assert box[above] == box[below] or min(box[below]) in picture.reached(steps, min(box[above]))


def test_no_module_imports_itself_round_a_corner(imports: grimp.ImportGraph) -> None:
    packages = {name.rpartition(".")[0] for name in imports.modules}
    round_a_corner = [
        name
        for name in imports.modules
        # A package's own file imports its modules, which import the package where they need its names.
        if name not in packages and name in reached_from(imports, name)
    ]
    assert not round_a_corner


def reached_from(imports: grimp.ImportGraph, name: str) -> set[str]:
    """Modules that one imports, straight or through others."""
    found: set[str] = set()
    fresh = {name}
    while fresh:
        fresh = {each for one in fresh for each in imports.find_modules_directly_imported_by(one)} - found
        found |= fresh
    return found


def test_a_new_import_is_noticed(picture: ModuleType, imports: grimp.ImportGraph) -> None:
    other = deepcopy(imports)
    other.add_import(importer="physics.grid", imported="sweep.cli.query")
    # What is known to need a subpackage is no spec any more: that moves other modules too.
    assert ("physics", "sweep.cli") in picture.edges(other) - picture.edges(imports)
    assert "physics" in picture.boxes(picture.edges(other))["sweep.cli"]
