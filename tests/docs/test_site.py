"""The site: built as `make docs` builds it, every warning an error."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep.cli import COMMANDS
from tests.docs.pages import ROOT

PACKAGES = (
    *("physics", "physics.theory", "store", "learn"),
    *("sweep", "sweep.figures", "sweep.report", "sweep.findings"),
)
# A constant is told of in words; a module has a page of its own.
FETCHED = re.compile(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"(?:https?:)?//[^\"]+")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    options = ("-W", "-n", "--keep-going", "-q", "-b", "html", "-d", str(place / "trees"))
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(ROOT / "docs"), str(place / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return place / "html"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_site_is_built_without_a_warning_and_fetches_nothing(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        assert not FETCHED.findall(page.read_text(encoding="utf-8")), page


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_public_name_has_its_entry(site: Path) -> None:
    for package in PACKAGES:
        text = (site / "reference" / f"{package}.html").read_text(encoding="utf-8")
        missing = [
            name
            for name in import_module(package).__all__
            if name != "theory" and f'id="{package}.{name}"' not in text
        ]
        assert not missing, package


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_command_and_every_column_has_its_entry(site: Path, tmp_path: Path) -> None:
    commands = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    assert not [name for name in COMMANDS if f'id="regimap-{name}"' not in commands]
    assert commands.count('<span class="gp">$ </span>regimap') > len(COMMANDS)
    tables = (site / "reference" / "tables.html").read_text(encoding="utf-8")
    store = ExperimentStore.create(tmp_path / "store")
    for table, column in store.sql('select "table", name from columns').rows():
        (section,) = re.findall(rf'<section id="{table}">(.*?)</section>', tables, re.DOTALL)
        assert f'<span class="pre">{column}</span>' in section, (table, column)
