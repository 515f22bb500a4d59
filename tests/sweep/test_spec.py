"""The front door: specs that are read, and specs that are refused."""

import re

import pytest

from sweep import SpecError, SweepSpec
from sweep.planning import check_resolvable

GOOD = """
[sweep]
name = "small"
realizations = 2

[axes]
disorder = { low = 0.2, high = 4.0, scale = "log" }
sound_speed = { low = 0.05, high = 1.0, scale = "log" }

[fixed]
wavenumber = 0.4
dimension = 2

[numerics]
t_final = 40.0
tolerance = 1e-2
max_grid = 512

[campaign]
budget = 8
startup = 4
"""


def test_a_spec_is_read_as_written() -> None:
    spec = SweepSpec.from_text(GOOD)
    assert spec.axis_names == ("disorder", "sound_speed")
    assert spec.realizations == 2
    assert spec.numerics.t_final == 40.0
    assert spec.campaign.budget == 8
    assert dict(spec.fixed) == {"wavenumber": 0.4, "dimension": 2}


def test_a_spec_survives_its_own_text() -> None:
    spec = SweepSpec.from_text(GOOD)
    assert SweepSpec.from_text(spec.to_text()) == spec
    interval = '{ low = 0.05, high = 1.0, scale = "log" }'
    values = SweepSpec.from_text(GOOD.replace(interval, "{ values = [0.0, 0.5] }"))
    assert SweepSpec.from_text(values.to_text()) == values


def test_the_budget_and_the_name_are_no_part_of_a_campaigns_identity() -> None:
    spec = SweepSpec.from_text(GOOD)
    longer = SweepSpec.from_text(GOOD.replace("budget = 8", "budget = 80").replace("small", "large"))
    assert longer.campaign_identity == spec.campaign_identity
    assert SweepSpec.from_text(GOOD.replace("= 40.0", "= 41.0")).campaign_identity != spec.campaign_identity


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("realizations", "realisations", ["realisations", "did you mean 'realizations'"]),
        ("disorder =", "disorderr =", ["disorderr", "did you mean 'disorder'"]),
        ("disorder =", "dimension =", ["[axes] dimension", "all points share", "[fixed]"]),
        ("disorder =", "t_final =", ["[axes] t_final", "all points share", "[numerics]"]),
        ("disorder =", "energy_filter =", ["[axes] energy_filter", "all points share", "[observe]"]),
        ("[numerics]", "[numeric]", ["numeric", "did you mean 'numerics'"]),
        ("t_final = 40.0", "tolerence = 0.1", ["tolerence", "tolerance"]),
        ("low = 0.2", "lo = 0.2", ["'lo'", "did you mean 'low'"]),
        ("low = 0.2, high = 4.0", "low = -0.2, high = 4.0", ["disorder", "log axis", "-0.2"]),
        ('low = 0.2, high = 4.0, scale = "log"', "low = -0.2, high = 4.0", ["disorder", "0 or above"]),
        ("low = 0.2", "low = 0.0", ["disorder", "log axis"]),
        ("low = 0.2", "low = nan", ["disorder", "finite", "nan"]),
        ("high = 4.0", "high = inf", ["disorder", "finite", "inf"]),
        ("low = 0.2", "low = 5.0", ["disorder", "low below high"]),
        ("low = 0.2", 'low = "small"', ["disorder", "a number", "'small'"]),
        ("low = 0.2", "low = true", ["disorder", "a number", "True"]),
        ("high = 4.0, ", "", ["disorder", "low and high", "no high"]),
        ('{ low = 0.2, high = 4.0, scale = "log" }', "3.0", ["disorder", "low = ..."]),
        ("wavenumber = 0.4", "wavenumber = 0.0", ["wavenumber", "above 0"]),
        ("wavenumber = 0.4", "wavenumber = 0.4\ntemperature = 0", ["temperature", "above 0"]),
        ("wavenumber = 0.4", "wavenumber = 0.4\npacket_width = 0", ["packet_width", "above 0"]),
        ("wavenumber = 0.4", "wavenumber = 0.4\ndisorder = 1.0", ["disorder", "[axes]", "[fixed]", "both"]),
        ("dimension = 2", "dimension = 3", ["dimension", "1 or 2", "3"]),
        ("dimension = 2", "dimension = 2.5", ["dimension", "whole number", "2.5"]),
        ("t_final = 40.0", "t_final = 0.0", ["t_final", "above 0"]),
        ("t_final = 40.0", "t_final = -1.0", ["t_final", "above 0", "-1"]),
        ("tolerance = 1e-2", "tolerance = 2.0", ["tolerance", "at most"]),
        ("realizations = 2", "realizations = 0", ["realizations", "1 or above"]),
        ("realizations = 2", "realizations = 2.5", ["realizations", "whole number"]),
        ('scale = "log" }\nsound', 'scale = "logg" }\nsound', ["disorder", "'linear' or 'log'", "logg"]),
        ("budget = 8", "budget = 0", ["budget", "1 or above"]),
        ("startup = 4", "startup = 1", ["startup", "4 or above"]),
        ("[axes]", "[axes", ["line 6"]),
        ('name = "small"', "name = small", ["line 3"]),
    ],
)
def test_bad_input_is_refused_by_name(old: str, new: str, words: list[str]) -> None:
    text = GOOD.replace(old, new)
    assert text != GOOD
    with pytest.raises(SpecError) as refusal:
        SweepSpec.from_text(text)
    for word in words:
        assert word in str(refusal.value)


def test_a_box_with_a_point_too_large_for_max_grid_is_refused_before_anything_starts() -> None:
    spec = SweepSpec.from_text(GOOD.replace("max_grid = 512", "max_grid = 64"))
    with pytest.raises(SpecError, match=r"disorder = .*max_grid = 64.*needs \d+"):
        check_resolvable(spec)


def test_the_refusal_names_the_point_that_needs_most() -> None:
    spec = SweepSpec.from_text(GOOD.replace("max_grid = 512", "max_grid = 64"))
    with pytest.raises(SpecError) as refusal:
        check_resolvable(spec)
    (need,) = re.findall(r"needs (\d+)", str(refusal.value))
    check_resolvable(SweepSpec.from_text(GOOD.replace("max_grid = 512", f"max_grid = {need}")))


def test_a_missing_spec_names_its_path(tmp_path) -> None:
    with pytest.raises(SpecError, match=r"nowhere\.toml"):
        SweepSpec.from_toml(tmp_path / "nowhere.toml")
    with pytest.raises(SpecError, match="directory"):
        SweepSpec.from_toml(tmp_path)


def test_equal_specs_are_one_campaign_however_they_are_written() -> None:
    spec = SweepSpec.from_text(GOOD)
    spelt = SweepSpec.from_text(
        GOOD.replace("wavenumber = 0.4", "wavenumber = 0.4\ntemperature = 1\npacket_width = 4.7").replace(
            "max_grid = 512", "max_grid = 600\nsamples = 64"
        )
    )
    assert spelt.campaign_identity == spec.campaign_identity
    other = SweepSpec.from_text(GOOD.replace("wavenumber = 0.4", "wavenumber = 0.4\ntemperature = 2"))
    assert other.campaign_identity != spec.campaign_identity


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("t_final = 40.0", "t_final = 1e300"),
        ("wavenumber = 0.4", "wavenumber = 1e200"),
        ("wavenumber = 0.4", "wavenumber = 1e-300"),
        ("wavenumber = 0.4", "wavenumber = 0.4\npacket_width = 1e200"),
    ],
)
def test_numbers_out_of_all_range_are_refused_and_not_computed_with(old: str, new: str) -> None:
    spec = SweepSpec.from_text(GOOD.replace(old, new))
    with pytest.raises(SpecError, match="disorder = "):
        check_resolvable(spec)


def test_a_seed_that_no_column_holds_is_refused() -> None:
    with pytest.raises(SpecError, match="seed"):
        SweepSpec.from_text(GOOD.replace("realizations = 2", f"realizations = 2\nseed = {2**63}"))


def test_repeated_values_are_refused() -> None:
    interval = '{ low = 0.05, high = 1.0, scale = "log" }'
    with pytest.raises(SpecError, match="each value once"):
        SweepSpec.from_text(GOOD.replace(interval, "{ values = [0.5, 0.5] }"))
