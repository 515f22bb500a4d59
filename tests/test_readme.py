"""What the README shows is true."""

import re
import textwrap
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest

from sweep import SweepSpec
from sweep.regimes import Regimes

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_blocks_run(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out


def test_the_spec_shown_is_a_spec() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert SweepSpec.from_text(block).campaign.budget == 32


def test_the_pictures_shown_are_there() -> None:
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README) + re.findall(r"\]\((docs/[^)#]+)", README):
        assert (ROOT / name).is_file(), name


def test_the_sections_linked_to_are_there() -> None:
    for name, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", README):
        text = (ROOT / name).read_text(encoding="utf-8") if name else README
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}, anchor


def test_the_defaults_shown_are_the_defaults() -> None:
    (block,) = re.findall(r"    \[regimes\]\n(?:    .+\n)+", README)
    table = tomllib.loads(textwrap.dedent(block))["regimes"]
    of_own_models = {"series": (), "label": "", "membership": ()}
    assert table | of_own_models == asdict(Regimes())
