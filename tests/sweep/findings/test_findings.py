"""A campaign with twins, asked everything: the store's answers are those of its series, and all is drawn."""

import json
from pathlib import Path

import numpy as np
import pytest

from store import ExperimentStore
from sweep import SweepError, SweepSpec, campaign
from sweep.engine.settings import Engine
from sweep.figures import map_figure
from sweep.figures.beside_grid import beside_grid_figure
from sweep.findings import Findings, finding_figure, findings_summary
from sweep.findings.__main__ import main
from sweep.findings.drift import paired
from sweep.findings.theory_lines import theory_lines

TEXT = """
[sweep]
name = "small"
realizations = 2

[axes]
disorder = { low = 0.2, high = 3.0, scale = "log" }
sound_speed = { low = 0.1, high = 1.0, scale = "log" }

[fixed]
wavenumber = 0.5
dimension = 1

[numerics]
t_final = 40.0
samples = 21
tolerance = 0.05
box_length = 402.124
max_grid = 2048
precision = "single"

[campaign]
budget = 6
batch = 3
startup = 6

[observe]
centers = 2
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("findings") / "store"
    campaign(SweepSpec.from_text(TEXT), place, engine=Engine(backend="serial"))
    return place


@pytest.fixture(scope="module")
def findings(path: Path) -> Findings:
    return Findings.of(ExperimentStore(path))


def test_windows_are_means_of_the_series_up_to_the_common_valid_time(findings: Findings) -> None:
    point_id, windows = next(iter(findings.windows.items()))
    rows = findings.store.sql(
        "select s.realization, s.packet, t, msd_raw, participation_ratio, "
        "kinetic_energy + potential_energy - energy from series s join trials using (trial_id) "
        "where point_id = ? and not s.frozen and t between 0.8 * ? and 1.000001 * ?",
        [point_id, windows.t_common, windows.t_common],
    ).rows()
    of_first = [row for row in rows if row[0] == 0]
    assert {row[1] for row in of_first} == {0, 1}
    assert windows.moving.msd[0, 1] == pytest.approx(np.mean([row[3] for row in of_first]))
    assert windows.moving.log_ratio[0, 1] == pytest.approx(np.mean(np.log([row[4] for row in of_first])))
    assert windows.moving.gain[0] == pytest.approx(np.mean([row[5] for row in of_first]))
    assert windows.frozen.msd.shape == (2, 2)


def test_every_labelled_point_has_a_verdict_and_a_release_time(findings: Findings) -> None:
    assert len(findings.twins) == len(findings.releases) == len(findings.values) == 6
    for release in findings.releases.values():
        assert release.pairs == 4
        assert release.low <= release.median <= release.high


def test_release_times_are_medians_of_the_view(findings: Findings) -> None:
    for point_id, release in findings.releases.items():
        rows = findings.store.sql("select twin_release_time from twins where point_id = ?", [point_id]).rows()
        times = sorted(np.inf if time is None else time for (time,) in rows)
        assert release.median == times[2]
        assert release.parted == sum(np.isfinite(time) for time in times)


def test_the_frozen_map_has_the_frozen_labels(findings: Findings) -> None:
    assert findings.frozen is not None
    _, points = findings.frozen
    labelling = findings.result.labelling
    for row, point in zip(findings.result.proposals, points, strict=True):
        assert point.regime == labelling.clusters[str(row["point_id"]), True]


def test_lines_are_where_the_closed_forms_say(findings: Findings) -> None:
    lines = theory_lines(findings.result.spec)
    # v_s q_D t_final = sound_speed x 0.5 x 40.
    assert lines.ratios["w_D t_final = 1"][0] == pytest.approx(np.full(len(lines.x), 0.1 * 0.5 * 40.0))
    # At fixed temperature the squared force grows as the squared disorder.
    assert lines.acceleration[0, -1] / lines.acceleration[0, 0] == pytest.approx((3.0 / 0.2) ** 2)
    assert lines.crossed()["w_D t_final = 1"] == "above 1"


def test_regimes_are_paired_by_what_they_share() -> None:
    before = ((0.9, 0.1), (0.2, 0.8), None, (0.7, 0.3))
    now = ((0.2, 0.8), (0.9, 0.1), (0.5, 0.5), None)
    assert paired(before, now) == ((0.8, 0.2), (0.1, 0.9), (0.5, 0.5), None)


def test_the_summary_has_seeds_cost_and_every_answer(findings: Findings) -> None:
    summary = findings_summary(findings)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert summary["campaign"]["cost"]["trials"] == 6 * 2 * 2 * 2
    assert summary["campaign"]["cost"]["seeds"] == [0]
    assert summary["campaign"]["stop_reason"]
    assert summary["interference"] is None
    assert sum(each["points"] for each in summary["twins"]["verdicts"].values()) == 6


def test_a_finding_is_drawn_by_its_name_and_a_map_from_its_store(findings: Findings, path: Path) -> None:
    figure = finding_figure(findings, "twins", width_mm=86)
    assert figure.get_figwidth() * 25.4 == pytest.approx(86)
    words = " ".join(text.get_text() for text in figure.legends[0].get_texts())
    assert "released when moving" in words
    for name, said in (("phases", "expected one of map, grid"), ("interference", "has not the twins")):
        with pytest.raises(SweepError, match=said):
            finding_figure(findings, name)
    beside = [map_figure(source).get_suptitle() for source in (path, findings.store, findings.result)]
    assert beside == [findings.result.title] * 3


def test_the_grid_stands_in_the_middles_of_its_cells(findings: Findings) -> None:
    found, grid = beside_grid_figure(findings.result, 5).axes
    assert found.get_title(loc="left") == "6 simulated points"
    assert grid.get_title(loc="left").endswith("5 × 5 = 25 points")
    nodes = next(line for line in grid.lines if line.get_marker() == "o").get_xydata()
    unit = findings.result.regime_map.space.to_unit(nodes)
    assert np.unique(unit[:, 0].round(9)).tolist() == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert len(np.unique(unit.round(9), axis=0)) == 25


@pytest.mark.slow
def test_the_command_writes_numbers_and_pictures(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert main([str(path), "-o", str(target)]) == 0
    assert json.loads((target / "summary.json").read_text())["command"].endswith(str(target))
    drawn = {each.name for each in target.iterdir()}
    assert drawn >= {"map.png", "map.svg", "frozen.png", "courses.png", "choice.png", "release.png"}
    assert drawn >= {"lines.png", "twins.png", "diffusion.png"}


def test_a_store_without_a_campaign_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ExperimentStore.create(tmp_path / "empty")
    assert main([str(tmp_path / "empty"), "-o", str(tmp_path / "out")]) == 2
    assert "expected a campaign" in capsys.readouterr().err


@pytest.mark.slow
def test_drift_runs_the_points_again_and_compares_them(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    options = ["--drift", "6", "--drift-realizations", "1", "--backend", "serial"]
    assert main([str(path), "-o", str(target), *options]) == 0
    drift = json.loads((target / "summary.json").read_text())["drift"]
    assert set(drift) == {"lattices", "box", "time"}
    assert all(0.0 <= each["changed_area"] <= 1.0 and each["points"] == 6 for each in drift.values())
    assert (target / "drift.png").exists()
    wide = ExperimentStore(f"{path}-time").sql("select distinct box_length, t_final from trials").rows()
    assert list(wide) == [(pytest.approx(2 * 402.124), 80.0)]
