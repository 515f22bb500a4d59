"""Every block of docs/sampler.md runs, in order, as a reader would run it."""

import re
from inspect import signature
from pathlib import Path

import pytest

from learn import BoundarySampler

PAGE = Path(__file__).parents[2] / "docs" / "sampler.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_pages_code_runs_and_says_what_it_promises(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) >= 8
    names: dict = {"__name__": "page"}
    for number, block in enumerate(blocks):
        exec(compile(block, f"{PAGE.name}, block {number}", "exec"), names)
    said = capsys.readouterr().out
    assert "label expected wrong on " in said
    assert "(0, 1) (" in said
    assert names["regime_map"].predict_proba([[1.0, 0.9]])[0, 1] > 0.8
    assert {path.name for path in tmp_path.iterdir()} >= {"regimes.log", "regimes.db"}


def test_the_pages_links_lead_to_its_headings():
    text = PAGE.read_text(encoding="utf-8")
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    headings = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


@pytest.mark.parametrize(
    "name", ["seed", "n_startup", "floor", "acquisition", "cost", "replicate_cost", "n_regimes"]
)
def test_settings_are_those_of_the_sampler(name):
    default = signature(BoundarySampler).parameters[name].default
    shown = f'"{default}"' if isinstance(default, str) else str(default)
    assert f"`{name}={shown}`" in PAGE.read_text(encoding="utf-8")
