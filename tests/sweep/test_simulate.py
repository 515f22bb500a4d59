"""`regimap simulate`: one trajectory, as a user meets it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.animation
import numpy as np
import pytest
from matplotlib.figure import Figure

from physics import Numerics, Scenario, simulate
from store.schema import SERIES, TRIALS
from sweep import SweepSpec
from sweep.cli import invoke
from sweep.cli.account import with_error
from tests.sweep.conftest import SMALL

QUICK = ["disorder=0.5", "sound_speed=0.2", "dimension=1", "wavenumber=0.4", "t_final=10", "samples=16"]
SHOWN = Scenario(disorder=0.5, sound_speed=0.2, dimension=1, wavenumber=0.4)


def command(*arguments: str, settings: list[str] = QUICK) -> list[str]:
    return ["simulate", *arguments, *(part for text in settings for part in ("--set", text))]


def test_summary_shows_status_guards_values_and_closed_forms(capsys) -> None:
    assert invoke(command()) == 0
    captured = capsys.readouterr()
    for words in (
        "complete; valid to t = 10 of 10",
        "disorder 0.5, sound_speed 0.2",
        "norm_drift",
        "1e-09",
        "hbar/m*",
        "transport_time",
        "lyapunov_exponent",
        "fuerth_msd",
        "heating_time",
    ):
        assert words in captured.out
    # Quick enough to need no word of patience.
    assert captured.err == ""


def test_json_is_the_record(capsys) -> None:
    assert invoke(command("--json")) == 0
    shown = json.loads(capsys.readouterr().out)
    expected = simulate(SHOWN, Numerics(t_final=10.0, samples=16))
    assert (shown["status"], shown["reason"]) == ("complete", None)
    assert shown["scenario"]["disorder"] == 0.5
    assert shown["scenario"]["center"] is None
    assert shown["numerics"]["samples"] == 16
    assert set(shown["series"]) <= set(SERIES.by_name)
    assert set(shown["scalars"]) <= set(TRIALS.by_name)
    for name, values in expected.series.items():
        # Two plannings of FFTW differ in the last bits.
        np.testing.assert_allclose(shown["series"][name], values, rtol=1e-6, atol=1e-9)
    # Too few samples for a dip: not determined.
    assert any(value is None for value in shown["scalars"].values())
    assert shown["closed_forms"]["transport_time"] > 0.0


def test_a_spec_names_the_same_trial_as_a_sweep_of_it(tmp_path: Path, capsys) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(SMALL)
    assert invoke(command(str(spec), "--json", settings=["disorder=0.5", "sound_speed=0.2"])) == 0
    shown = json.loads(capsys.readouterr().out)
    scenario = SweepSpec.from_toml(spec).scenario({"disorder": 0.5, "sound_speed": 0.2})
    assert shown["scenario"]["wavenumber"] == scenario.wavenumber == 0.5
    assert len(shown["trial_id"]) == len(shown["point_id"]) == 20


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_plot_writes_a_picture(suffix: str, tmp_path: Path) -> None:
    assert invoke(command("--plot", str(tmp_path / f"series{suffix}"))) == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"series{suffix}"]
    assert (tmp_path / f"series{suffix}").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plot", "{here}/series.bmp"], ["series.bmp", ".png"]),
        (["--movie", "{here}/film.avi"], ["film.avi", ".gif"]),
        (["--plot", "{here}/none/series.png"], ["none", "make it first"]),
        (["--movie", "{here}/none/film.gif"], ["none", "make it first"]),
        (["--plot", "{here}/folder.png"], ["folder.png", "directory"]),
        (["--set", "disordr=1"], ["disordr", "disorder"]),
        (["--set", "max_grid=32"], ["max_grid = 32", "disorder = 0.5"]),
        (["{here}/none.toml"], ["none.toml"]),
    ],
)
def test_bad_input_is_refused_before_anything_is_simulated(
    arguments: list[str], words: list[str], tmp_path: Path, capsys, monkeypatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr("sweep.cli.simulate.simulate", refuse)
    (tmp_path / "folder.png").mkdir()
    assert invoke(command(*(text.format(here=tmp_path) for text in arguments))) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    for word in words:
        assert word in captured.err


def test_an_mp4_without_ffmpeg_is_refused(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert invoke(command("--movie", str(tmp_path / "film.mp4"))) == 2
    assert "ffmpeg" in capsys.readouterr().err


def test_an_escaped_packet_is_data_and_a_broken_guard_is_not(capsys, monkeypatch) -> None:
    short = ["t_final=400", "box_length=420", "tolerance=0.05", "max_grid=1024"]
    assert invoke(command(settings=[*QUICK[:4], "samples=64", *short])) == 0
    assert "escaped" in capsys.readouterr().out
    monkeypatch.setattr("physics.validity.TAIL_SHARE", 1e-30)
    assert invoke(command("--json")) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["status"] == "invalid"
    assert "spectral_tail" in captured.err


def test_ctrl_c_in_the_middle_of_writing_leaves_no_file(tmp_path: Path, capsys, monkeypatch) -> None:
    def half(target: Path | str) -> None:
        Path(target).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Figure, "savefig", lambda self, target, **_: half(target))
    assert invoke(command("--plot", str(tmp_path / "series.png"), "--json")) == 130
    monkeypatch.undo()
    writer = matplotlib.animation.PillowWriter
    monkeypatch.setattr(writer, "finish", lambda self: half(self.outfile))
    assert invoke(command("--movie", str(tmp_path / "film.gif"), "--json")) == 130
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_its_code_and_no_half_file(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    target = tmp_path / "film.gif"
    long = [*QUICK[:-1], "samples=400"]
    # A shell's background jobs ignore SIGINT, and hand that on.
    start = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from sweep.cli import main; main()"
    )
    arguments = command("--movie", str(target), "--json", settings=long)
    with subprocess.Popen(
        [sys.executable, "-c", start, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stderr is not None
        assert "400 frames" in process.stderr.readline()
        time.sleep(0.5)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (12.3456, 0.0567, "12.346 ± 0.057"),
        (0.5, 2.0, "0.5 ± 2.0"),
        (1234.5, 56.0, "1234 ± 56"),
        (-2.906e-9, 5.7e-10, "-2.91e-09 ± 5.7e-10"),
        (0.0, 1e-12, "0 ± 1e-12"),
        (3.0, 0.0, "3"),
        (float("nan"), 1.0, "not determined"),
        (1.25, float("nan"), "1.25"),
    ],
)
def test_a_value_is_shown_to_the_second_digit_of_its_error(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text
