"""What the README shows is true."""

import re
from pathlib import Path

import pytest

from sweep import SweepSpec

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_blocks_run(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out


def test_the_spec_shown_is_a_spec() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert SweepSpec.from_text(block).campaign.budget == 32


def test_the_pictures_shown_are_there() -> None:
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README) + re.findall(r"\]\((docs/[^)]+)\)", README):
        assert (Path(__file__).parent.parent / name).is_file(), name
