"""Names by rules on physical exponents, and the thresholds in a spec."""

import subprocess
import sys

import pytest

from learn import METHODS
from sweep import SpecError, SweepSpec
from sweep.regime_names import regime_names, rule_name, told_apart
from sweep.regimes import DEFAULT, WORDS, Regimes

SPEC = """
[sweep]
name = "s"
[axes]
disorder = { low = 0.2, high = 4.0, scale = "log" }
"""


def trial(exponent=None, growth=None, gain=None, wavenumber=0.4):
    return {
        "msd_exponent_late": exponent,
        "participation_growth": growth,
        "energy_gain": gain,
        "wavenumber": wavenumber,
    }


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (trial(2.0, 1.0, 0.0), "ballistic"),
        (trial(1.5, 1.0, 0.0), "spreading"),
        (trial(1.0, 1.0, 0.0), "spreading"),
        (trial(1.0, 0.3, 0.0), "held"),
        (trial(1.0, None, None), "held"),
        # E_F is 0.08 here: what counts is the energy in its units
        (trial(2.0, 1.0, 0.1), "lattice-driven"),
        (trial(2.0, 1.0, 0.1, wavenumber=1.0), "ballistic"),
        (trial(None, 1.0, 0.1), "unnamed"),
    ],
)
def test_the_rules(row, name) -> None:
    assert rule_name([row], DEFAULT) == name


def test_the_rules_look_at_means_over_what_is_known() -> None:
    assert rule_name([trial(1.0, 0.3), trial(2.0, 0.3), trial()], DEFAULT) == "spreading"
    assert rule_name([trial()], DEFAULT) == "unnamed"


def test_thresholds_decide() -> None:
    assert rule_name([trial(1.5, 1.0)], Regimes(ballistic_exponent=1.4, held_exponent=1.0)) == "ballistic"
    assert rule_name([trial(1.5, 1.0)], Regimes(held_exponent=1.6, held_growth=1.2)) == "held"
    assert rule_name([trial(2.0, 1.0, 0.1)], Regimes(driven_gain=2.0)) == "ballistic"


def test_clusters_are_named_by_the_same_rules_and_told_apart() -> None:
    groups = [[trial(2.0)], [trial(1.9)], [trial(1.0, 0.1), trial(1.1, 0.1)], [trial()]]
    assert regime_names([0, 1, 2, 3], groups, 5, DEFAULT) == (
        "ballistic",
        "ballistic 2",
        "held",
        "unnamed",
        "empty",
    )
    assert told_apart(["held 2", "ballistic", "held"]) == ("held", "ballistic", "held 2")


def test_the_table_of_a_spec_is_read_kept_and_part_of_the_campaign() -> None:
    plain = SweepSpec.from_text(SPEC)
    changed = SweepSpec.from_text(SPEC + '[regimes]\nmethod = "dtw-means"\nballistic_exponent = 1.8\n')
    assert plain.regimes == DEFAULT
    assert changed.regimes == Regimes(method="dtw-means", ballistic_exponent=1.8)
    assert SweepSpec.from_text(changed.to_text()) == changed
    assert "[regimes]" not in plain.to_text()
    spelt = SweepSpec.from_text(SPEC + '[regimes]\nmethod = "dtw-medoids"\ndriven_gain = 1.0\n')
    assert spelt.campaign_identity == plain.campaign_identity
    assert changed.campaign_identity != plain.campaign_identity
    assert changed.design_identity == plain.design_identity


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('method = "kmeans"', "expected one of dtw-medoids, euclid-medoids"),
        ("method = 3", "expected text"),
        ("k_max = 0", "expected 1 or above"),
        ("ballistic_exponents = 1.8", "did you mean 'ballistic_exponent'"),
        ("held_exponent = 1.9", "at most ballistic_exponent, which is 1.75"),
        ("driven_gain = nan", "finite"),
    ],
)
def test_what_is_wrong_in_the_table_is_named(line, words) -> None:
    with pytest.raises(SpecError, match=r"\[regimes\]") as caught:
        SweepSpec.from_text(f"{SPEC}[regimes]\n{line}\n")
    assert words in str(caught.value)


def test_the_methods_are_those_of_learn_which_a_spec_does_not_import() -> None:
    assert tuple(WORDS) == METHODS
    code = "import sys, sweep.spec; sys.exit('sklearn' in sys.modules or 'optuna' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
