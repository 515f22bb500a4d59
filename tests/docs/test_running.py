"""Pages do what they say: run from top to bottom, as a reader would, in a directory like the project's."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, Block, Page, named
from tests.docs.scratch import Scratch, furnished, small_quickstart

RUN = ("python", "console", "sql")
WHOLE = [page for page in PAGES if page.written_in(*RUN)]


def sampler_page(ran: Scratch) -> None:
    """What docs/sampler.md promises."""
    assert "label expected wrong on " in ran.said
    assert "(0, 1) (" in ran.said
    assert ran.names["regime_map"].predict_proba([[1.0, 0.9]])[0, 1] > 0.8
    assert {path.name for path in ran.place.iterdir()} >= {"regimes.log", "regimes.db"}


def own_model_page(ran: Scratch) -> None:
    """What docs/own-model.md promises."""
    assert float(ran.said.split()[0]) > 1.0
    assert all((ran.place / f"rotor.{ending}").stat().st_size > 10_000 for ending in ("png", "html"))


PROMISED: dict[str, Callable[[Scratch], None]] = {
    "docs/sampler.md": sampler_page,
    "docs/own-model.md": own_model_page,
}


@pytest.fixture(scope="session")
def furniture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a store, which pages get copies of."""
    place = furnished(tmp_path_factory.mktemp("page"))
    small_quickstart(place)
    return place


def alone(page: Page) -> list[Block]:
    """The page's first blocks of Python, up to one that needs what commands have made."""
    blocks = []
    for block in page.written_in("python"):
        if "runs/" in block.text:
            break
        blocks.append(block)
    return blocks


@pytest.mark.parametrize("page", [page for page in PAGES if alone(page)], ids=named)
def test_python_runs_as_far_as_it_needs_no_store(page: Page, tmp_path: Path) -> None:
    ran = Scratch(furnished(tmp_path))
    for block in alone(page):
        ran.run_block(page, block)
    if set(alone(page)) == set(page.written_in(*RUN)):
        PROMISED.get(page.name, lambda _: None)(ran)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", WHOLE, ids=named)
def test_a_page_runs_from_top_to_bottom(page: Page, furniture: Path, tmp_path: Path) -> None:
    ran = Scratch(shutil.copytree(furniture, tmp_path / "page"))
    ran.run(page)
    PROMISED.get(page.name, lambda _: None)(ran)
