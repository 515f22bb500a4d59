"""The boundary benchmark asks all methods alike, measures what it says, and goes on where it was."""

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.boundary_calibration import CalibrationSobol, drawn_labels
from benchmarks.boundary_curves import Curves
from benchmarks.boundary_figures import curves_figure, points_figure
from benchmarks.boundary_maps import Floats
from benchmarks.boundary_measures import Figures, crossings, points_to, yardstick
from benchmarks.boundary_methods import Grid, Ours, Simulator, Sobol, lattice
from benchmarks.boundary_rivals import Gp
from benchmarks.boundary_runs import METHODS, Job, Ledger, Run, Settings, jobs, remaining_s, run, runs
from benchmarks.boundary_shares import Share, middle
from benchmarks.boundary_tables import area_table, report, targets_table
from benchmarks.boundary_unseen import KNOWN, UNSEEN

ROOT = Path(__file__).parents[2]
QUICK = Settings(budget=24)


class Counted(Simulator):
    """Keeps the points that it was asked for."""

    asked: tuple[Floats, ...] = ()

    def __call__(self, U: Floats) -> Floats:
        self.asked = (*self.asked, U)
        return super().__call__(U)


def found(name: str, known: str, seed: int, wrong: dict[int, float], error: str = "") -> Run:
    figures = [Figures(name, n, 0.5, 0.1, share, 0.03, 0.2, 0.1, None) for n, share in wrong.items()]
    return Run(Job(seed, known, name), tuple(figures), error, 2.0)


@pytest.mark.parametrize("name", [name for name in METHODS if not name.startswith("calibration")])
def test_a_method_pays_for_every_point_and_maps_at_every_checkpoint(name: str) -> None:
    method = METHODS[name]
    if (lack := method.lacks()) is not None:
        pytest.skip(lack)
    known, checkpoints = KNOWN["noisy"], [16, 20]
    simulator = Counted(known, 3)
    readings = list(method(known, 3).readings(simulator, checkpoints, 4))
    points = np.vstack(simulator.asked)
    assert np.all((points >= 0.0) & (points <= 1.0))
    if method is Grid:
        assert [reading.n for reading in readings] == [len(each) for each in simulator.asked] == [16]
    else:
        assert [reading.n for reading in readings] == checkpoints
        assert [len(each) for each in simulator.asked] == [4] * 5
    for reading in readings:
        assert tuple(reading.maps) == method.maps
        for each in reading.maps.values():
            measured = yardstick("noisy").figures("x", reading.n, reading.cpu_s, each, distance=False)
            assert 0.0 < measured.wrong < 0.3


def test_ours_and_sobol_begin_with_the_same_points() -> None:
    known = KNOWN["surface"]
    asked = []
    for method in (Ours, Sobol):
        simulator = Counted(known, 1)
        list(method(known, 1).readings(simulator, [12], 4))
        asked.append(np.vstack(simulator.asked))
    np.testing.assert_array_equal(*asked)


def test_answers_are_the_same_to_all_and_new_where_a_point_comes_again() -> None:
    known = KNOWN["noisy"]
    near = known.truth(lattice(64, 2)) != np.roll(known.truth(lattice(64, 2)), 1)
    points = lattice(64, 2)[near]
    simulator = Simulator(known, 5)
    first, again = simulator(points), simulator(points)
    np.testing.assert_array_equal(first, Simulator(known, 5)(points[::-1])[::-1])
    assert np.any(first != again)
    assert np.any(first != Simulator(known, 6)(points))


def test_the_truth_measures_as_right_and_half_a_map_as_wrong() -> None:
    measure = yardstick("curve")
    truth = measure.figures("truth", 1, 0.0, KNOWN["curve"].shares, distance=True)
    assert (truth.wrong, truth.ece, truth.nll, truth.brier, truth.distance) == (0.0, 0.0, 0.0, 0.0, 0.0)
    share = float(np.mean(measure.truth == 1))
    plain = measure.figures("plain", 1, 0.0, lambda U: np.tile([0.25, 0.75], (len(U), 1)), distance=True)
    assert plain.wrong == pytest.approx(1.0 - share)
    assert plain.ece == pytest.approx(abs(0.75 - share))
    assert plain.brier == pytest.approx(share * 2 * 0.25**2 + (1 - share) * 2 * 0.75**2)
    assert plain.nll == pytest.approx(-share * math.log(0.75) - (1 - share) * math.log(0.25))
    assert plain.distance == math.inf
    with pytest.raises(ValueError, match="sum to 1"):
        measure.figures("wrong", 1, 0.0, lambda U: np.ones((len(U), 2)), distance=False)


def test_a_boundary_runs_between_cells_that_differ() -> None:
    found = crossings(np.array([0, 1, 0, 1]), 2, 2)
    np.testing.assert_allclose(found, [[0.25, 0.5], [0.75, 0.5]])
    assert crossings(np.zeros(8, dtype=np.int64), 2, 3).shape == (0, 3)


def test_the_distance_of_a_shifted_boundary_is_its_shift() -> None:
    known = KNOWN["curve"]
    moved = yardstick("curve").figures(
        "moved", 1, 0.0, lambda U: known.shares(U + np.array([0.0, 0.125])), distance=True
    )
    assert moved.distance is not None
    assert 0.07 < moved.distance < 0.125  # the curve is steep in places


@pytest.mark.parametrize(
    ("curve", "reached"),
    [
        ([(10, 0.04), (20, 0.01)], 10 * 2**0.5),
        ([(10, 0.04), (20, 0.01), (40, 0.04), (80, 0.01)], 40 * 2**0.5),
        ([(10, 0.01), (20, 0.01)], 10.0),
        ([(10, 0.01), (20, 0.03)], None),
        ([(10, 0.04), (20, 0.0)], 10 * 2 ** (math.log(2) / math.log(0.04 / 1e-9))),
        ([], None),
    ],
)
def test_points_to_a_target(curve: list[tuple[int, float]], reached: float | None) -> None:
    assert points_to(0.02, curve) == (None if reached is None else pytest.approx(reached))


def test_drawn_labels_are_all_told() -> None:
    points, memberships = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([[1 / 3, 2 / 3], [1.0, 0.0]])
    X, y = drawn_labels(points, memberships, 3)
    assert y.tolist() == [0, 1, 1, 0, 0, 0]
    np.testing.assert_array_equal(X, points[[0, 0, 0, 1, 1, 1]])
    assert drawn_labels(points, memberships, 1)[1].tolist() == [1, 0]


def test_classifiers_are_compared_at_a_hundred_points() -> None:
    done = run(Job(0, "curve", CalibrationSobol.name), Settings())
    assert done.error == ""
    assert {each.name for each in done.figures} == set(CalibrationSobol.maps)
    assert all(each.n == 100 and each.wrong < 0.06 for each in done.figures)
    assert report([done], Settings()).count("| random forest | Sobol |") == 1


def test_a_seed_of_everything_comes_before_the_next() -> None:
    todo = jobs(["curve", "noisy"], [Grid.name, Gp.name, Sobol.name], 7)
    assert [job.seed for job in todo] == sorted(job.seed for job in todo)
    counts = {(job.map, job.method): 1 + job.seed for job in todo}
    assert counts["curve", Grid.name] == 1  # certain answers: the same each time
    assert counts["noisy", Grid.name] == counts["curve", Sobol.name] == 7
    assert counts["curve", Gp.name] == 5


def test_what_is_left_is_reckoned_by_the_same_method_on_the_same_map() -> None:
    done = [
        replace(found("a", "curve", 0, {}), total_s=8.0),
        replace(found("b", "curve", 0, {}), total_s=2.0),
    ]
    assert remaining_s(done, [Job(1, "curve", "a"), Job(1, "noisy", "b"), Job(1, "noisy", "c")], 2) == 7.5
    assert remaining_s([], [Job(1, "curve", "a")], 2) is None


def test_runs_are_kept_and_taken_up_again(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "runs.jsonl"
    kept = found("ours", "curve", 0, {16: 0.1})
    Ledger(path, QUICK).add(kept)
    path.write_text(path.read_text() + kept.line()[:40])
    ledger = Ledger(path, QUICK)
    assert ledger.runs == [kept]
    ledger.add(found("Sobol", "curve", 0, {16: 0.1}))
    assert [each.job.method for each in Ledger(path, QUICK).runs] == ["ours", "Sobol"]
    assert json.loads(path.read_text().splitlines()[0]) == asdict(QUICK)
    with pytest.raises(ValueError, match="name another file"):
        Ledger(path, Settings(batch=8))


def test_a_table_compares_with_sobol() -> None:
    found_ = [
        *(
            found("ours", "curve", seed, {16: 0.08, 64: share})
            for seed, share in enumerate((0.01, 0.02, 0.3))
        ),
        *(found("Sobol", "curve", seed, {16: 0.08, 64: 0.04, 256: 0.02}) for seed in range(3)),
        found("grid", "curve", 0, {16: 0.08}),
    ]
    curves = Curves.of(found_)
    lines = targets_table(curves, ["curve"], 0.02).splitlines()
    assert "| ours | 64 (0.25) | 0.25 | 0.25 |" in lines
    assert "| Sobol | 256 (1.00) | 1.00 | 1.00 |" in lines
    assert "| grid | > 16 (> 0.06) | > 0.06 | > 0.06 |" in lines
    assert "| ours | 8.00 (8.00-8.00) |" in area_table(curves, "curve")


@pytest.mark.parametrize(
    ("needed", "sobol", "share", "said"),
    [
        (50.0, 200.0, Share(0.25, 0.25), "0.25"),
        (None, 200.0, Share(0.5, math.inf), "> 0.50"),  # cut at 100
        (50.0, None, Share(0.0, 0.0625), "< 0.06"),  # Sobol cut at 800
        (None, None, Share(0.0, math.inf), "?"),
    ],
)
def test_what_was_cut_bounds_a_share(
    needed: float | None, sobol: float | None, share: Share, said: str
) -> None:
    found_ = Share.of(needed, 100, sobol, 800)
    assert (found_, str(found_)) == (share, said)


def test_the_median_of_bounds_is_bounded() -> None:
    known, over, under = Share(0.2, 0.2), Share(0.5, math.inf), Share(0.0, 0.1)
    assert middle([known, over, under]) == known
    assert str(middle([known, over])) == "> 0.35"
    assert str(middle([known, under])) == "0.10-0.15"


def test_seeds_are_told_where_they_differ() -> None:
    runs_ = [found("ours", known, seed, {16: 0.1}) for known in ("curve", "island") for seed in range(3)]
    said = report([*runs_, found("ours", "wedge", 0, {16: 0.1})], Settings())
    assert "- ours: 3 seeds a map (1 on wedge), at most 200 / 288 / 400 points" in said


def test_the_unseen_maps_have_all_their_regimes() -> None:
    for known in UNSEEN:
        counts = np.bincount(yardstick(known.name).truth, minlength=known.regimes)
        assert counts.min() > 0.05 * counts.sum()


def test_a_failure_is_in_the_report() -> None:
    failed = found("adaptive", "curve", 0, {16: 0.1}, error="Traceback\nValueError: inside the hull")
    assert "- curve, adaptive, seed 0: ValueError: inside the hull" in report([failed], Settings())


def test_a_method_that_fails_keeps_what_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Sobol, n: int) -> Floats:
        if len(self.points) >= 20:
            raise RuntimeError("out of points")
        return np.random.default_rng(0).random((n, 2))

    monkeypatch.setattr(Sobol, "ask", broken)
    done = run(Job(0, "curve", Sobol.name), QUICK)
    assert [(each.name, each.n) for each in done.figures] == [(name, 16) for name in Sobol.maps]
    assert done.error.endswith("RuntimeError: out of points\n")


@pytest.mark.slow
def test_runs_in_processes_are_reported_and_drawn(tmp_path: Path) -> None:
    todo = jobs(["soft"], [Ours.name, Sobol.name], 1)
    done = list(runs(todo, QUICK, 2))
    assert {each.job for each in done} == set(todo)
    assert not any(each.error for each in done)
    assert "**soft: wrong area" in report(done, QUICK)
    curves_figure(done, tmp_path / "curves.png")
    points_figure(KNOWN["soft"], QUICK, tmp_path / "points.png")
    assert all((tmp_path / name).stat().st_size > 10_000 for name in ("curves.png", "points.png"))


def test_only_a_map_of_two_dimensions_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two dimensions"):
        points_figure(KNOWN["surface"], QUICK, tmp_path / "points.png")


def command(*arguments: str) -> Sequence[str]:
    return [sys.executable, str(ROOT / "benchmarks" / "boundaries.py"), *arguments]


def test_the_command_finds_the_packages() -> None:
    done = subprocess.run(command("--help"), capture_output=True, text=True, check=True, cwd="/")
    assert "--seeds" in done.stdout
