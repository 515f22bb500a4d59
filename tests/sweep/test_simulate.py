"""`regimap simulate`: one trajectory, as a user meets it."""

import errno
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

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
        (["--plot", "{here}/series.png", "--width", "9"], ["60 to 600 mm", "got 9"]),
        (["--width", "86"], ["width", "--plot"]),
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
    monkeypatch.setattr(Image.Image, "save", lambda self, target, **_: half(target))
    assert invoke(command("--movie", str(tmp_path / "film.gif"), "--json")) == 130
    assert list(tmp_path.iterdir()) == []
    # What was simulated is not lost: it was printed before.
    shown = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["status"] for line in shown] == ["complete", "complete"]


@pytest.mark.parametrize(("option", "name"), [("--plot", "a.svg"), ("--movie", "a.gif")])
def test_a_file_that_cannot_be_written_is_named_and_the_record_kept(
    option: str, name: str, tmp_path: Path
) -> None:
    """No file may grow beyond 4 kB, as on a disk that is full: a draft is begun and cannot be finished.

    In a process of its own: the limit would hold for whatever the tests print to.
    """
    start = (
        "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (4096, r.getrlimit(r.RLIMIT_FSIZE)[1])); "
        "from sweep.cli import main; main()"
    )
    arguments = [sys.executable, "-c", start, *command(option, str(tmp_path / name))]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"expected to write {tmp_path}/{name}, got: File too large" in done.stderr
    assert "complete; valid to t = 10 of 10" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_only_an_error_of_writing_is_the_users(tmp_path: Path, capsys, monkeypatch) -> None:
    """A library that closes its file after such an error may raise another; an error of drawing is ours."""

    def breaks(*_: object, **__: object) -> None:
        raise ValueError("of drawing")

    def fails(*_: object, **__: object) -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left")
        finally:
            breaks()

    arguments = command("--plot", str(tmp_path / "series.pdf"))
    monkeypatch.setattr(Figure, "savefig", fails)
    assert invoke(arguments) == 2
    assert "series.pdf, got: No space left" in capsys.readouterr().err
    monkeypatch.setattr(Figure, "savefig", breaks)
    with pytest.raises(ValueError, match="of drawing"):
        invoke(arguments)


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_full_disk_under_stdout_is_said(arguments: list[str], capsys, monkeypatch) -> None:
    # Closing it writes what is left over, and would fail once more.
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert invoke(command(*arguments)) == 2
    assert "stdout: expected a place that can be written to, got: No space left" in capsys.readouterr().err


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
    printed = tmp_path / "record.json"
    with (
        printed.open("w") as out,
        subprocess.Popen(
            [sys.executable, "-c", start, *arguments],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        ) as process,
    ):
        assert process.stderr is not None
        assert "400 frames" in process.stderr.readline()
        time.sleep(0.5)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == [printed]
    assert json.loads(printed.read_text())["status"] == "complete"


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
