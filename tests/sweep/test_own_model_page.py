"""docs/own-model.md is true: its blocks run, its spec is the example's, its commands work."""

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest

from sweep.cli import invoke
from sweep.spec import OWN_KEYS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "own-model.md").read_text(encoding="utf-8")
FUNCTION, PYTHON = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the examples, as the page takes for granted."""
    shutil.copytree(ROOT / "examples" / "own_model", tmp_path / "examples" / "own_model")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_function_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(FUNCTION, "own-model.md", "exec"), {})
    assert float(capsys.readouterr().out) > 1.0


def test_the_spec_shown_is_the_examples() -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    example = (ROOT / "examples" / "own_model" / "rotor.toml").read_text(encoding="utf-8")
    assert tomllib.loads(shown) == tomllib.loads(example)


def test_every_key_is_told_of() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(OWN_KEYS)


def test_the_sections_linked_to_are_there() -> None:
    for name, anchor in re.findall(r"\]\(([\w.-]+)#([\w-]+)\)", PAGE):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}


def test_python_runs(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = copied / "examples" / "own_model" / "rotor.toml"
    spec.write_text(spec.read_text().replace("n = 32", "n = 2"))
    exec(compile(PYTHON, "own-model.md", "exec"), {})
    said = capsys.readouterr().out
    assert re.search(r"count +6\.0", said)


@pytest.mark.slow
def test_the_commands_lead_to_a_map(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines():
        assert invoke(shlex.split(line)[2:]) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert "regime            points   share of the map\nR1" in said
    assert "Exception" not in said
    assert (copied / "rotor.png").stat().st_size > 10_000
    assert (copied / "rotor.html").stat().st_size > 10_000
