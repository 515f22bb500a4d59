"""docs/own-model.md from Python: as many rows as it says. The rest of the page is tried in tests/docs."""

import re
import shutil
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Page

PAGE = Page(ROOT / "docs" / "own-model.md")


def test_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = shutil.copytree(ROOT / "examples" / "own_model", tmp_path / "examples" / "own_model")
    spec = examples / "rotor.toml"
    spec.write_text(spec.read_text().replace("n = 32", "n = 2"))
    monkeypatch.chdir(tmp_path)
    *_, block = PAGE.written_in("python")
    exec(compile(block.text, "own-model.md", "exec"), {})
    assert re.search(r"count +6\.0", capsys.readouterr().out)
