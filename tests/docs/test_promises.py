"""What pages say beyond their blocks: defaults, keys, and specs that are those of the examples."""

import re
import tomllib
from dataclasses import asdict
from inspect import signature

import pytest

from learn import BoundarySampler
from sweep.regimes import Regimes
from sweep.spec import OWN_KEYS
from tests.docs.pages import PAGES, ROOT, Page

OF_OWN_MODELS = {"series": (), "label": "", "membership": ()}


def page(name: str) -> Page:
    return next(page for page in PAGES if page.name == name)


def test_the_defaults_of_regimes_are_the_defaults() -> None:
    (block,) = page("docs/regimes.md").written_in("toml")
    assert tomllib.loads(block.text)["regimes"] | OF_OWN_MODELS == asdict(Regimes())


def test_the_spec_of_an_own_model_is_the_examples() -> None:
    (block,) = page("docs/own-model.md").written_in("toml")
    example = (ROOT / "examples" / "own_model" / "rotor.toml").read_text(encoding="utf-8")
    assert tomllib.loads(block.text) == tomllib.loads(example)


def test_every_key_of_an_own_model_is_told_of() -> None:
    text = page("docs/own-model.md").path.read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(OWN_KEYS)


@pytest.mark.parametrize(
    "name", ["seed", "n_startup", "floor", "acquisition", "cost", "replicate_cost", "n_regimes"]
)
def test_settings_of_the_sampler_are_its_defaults(name: str) -> None:
    default = signature(BoundarySampler).parameters[name].default
    shown = f'"{default}"' if isinstance(default, str) else str(default)
    assert f"`{name}={shown}`" in page("docs/sampler.md").path.read_text(encoding="utf-8")
