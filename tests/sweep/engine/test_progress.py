"""One bar on a terminal, lines in a log, JSON lines for a collector, and what the hold says of the job."""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from sweep.chunk import Chunk
from sweep.engine.bar import fitted
from sweep.engine.causes import Cause
from sweep.engine.choosing import make_voice
from sweep.engine.happenings import Asked, Landed, Moved, Pulse, Stopped, Stopping
from sweep.engine.json_lines import JsonLines, JsonStream
from sweep.engine.progress import Progress
from sweep.engine.source import Source
from sweep.engine.standing import Standing
from sweep.engine.stops import Stop
from sweep.engine.tally import Tally
from sweep.engine.wording import clock, pace
from tests.sweep.engine.world import TRIALS, chunk


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Hold:
    state: dict[str, object] = field(default_factory=dict)


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


class Fixed(Source):
    def __init__(self, total: int, already: int = 0, mean_cost: float = 0.0) -> None:
        self._total, self._already, self._mean_cost = total, already, mean_cost

    def take(self) -> Iterable[Chunk]:
        return ()

    def landed(self, chunk: Chunk) -> None:
        pass

    @property
    def expected(self) -> int:
        return self._total

    @property
    def already(self) -> int:
        return self._already

    @property
    def mean_cost(self) -> float:
        return self._mean_cost

    @property
    def exhausted(self) -> bool:
        return True


def landed(*numbers: int, failed: str | None = None, status: str = "error") -> Landed:
    """Trials that landed, all with data or all failed for one reason."""
    count = len(numbers)
    return Landed(chunk(*numbers), (status if failed else "complete",) * count, (failed,) * count)


def pulse(*numbers: int, workers: int = 2) -> Pulse:
    return Pulse({0: chunk(*numbers)} if numbers else {}, workers, 24)


def job(file: io.StringIO, time: Clock, total: int = 8, log: str = "text", already: int = 0) -> Progress:
    return Progress(Fixed(total, already), Hold(), make_voice("sweep", log, file), time)  # type: ignore[arg-type]


def lines(file: io.StringIO) -> list[str]:
    """Text of the lines of a log, the time cut off."""
    return [line[20:] for line in file.getvalue().splitlines()]


def test_a_log_has_a_line_at_the_start_and_one_at_the_end() -> None:
    log, time = io.StringIO(), Clock()
    with job(log, time, total=3, already=1) as progress:
        progress.hear(pulse(0, 1))
        time.now += 4.0
        progress.hear(landed(0, 1))
    assert lines(log) == [
        "sweep: 3 trials, 1 of them are there already",
        "sweep: 3/3 trials in 0:04, 30.0/min",
    ]
    assert "\r" not in log.getvalue()


def test_a_log_speaks_every_ten_seconds_and_after_ten_minutes_every_minute() -> None:
    log, time = io.StringIO(), Clock()
    with job(log, time) as progress:
        for _ in range(1800):
            time.now += 1.0
            progress.hear(pulse(0))
    spoken = sum("1 running" in line for line in lines(log))
    assert 59 + 19 <= spoken <= 60 + 21


def test_failures_are_told_once_a_kind_and_counted_at_the_end() -> None:
    log, time = io.StringIO(), Clock()
    with job(log, time) as progress:
        for number in range(5):
            progress.hear(landed(number, failed=f"ValueError: step {number} in /tmp/a/{number}"))
        progress.hear(landed(5, failed="took too long", status="timeout"))
    said = lines(log)
    assert [line for line in said if "error: V" in line] == [
        "sweep: error: ValueError: step 0 in /tmp/a/0",
        "sweep: 5 error: ValueError: step # in PATH",
    ]
    assert said[-1].startswith("sweep: 6/8 trials, 5 error, 1 timeout in 0:00")


def test_lost_workers_requests_and_stops_have_lines() -> None:
    log, time = io.StringIO(), Clock()
    with job(log, time) as progress:
        progress.hear(Moved(Cause.CRASH, "killed by SIGSEGV", 3))
        progress.hear(Asked("r000001", "cancel", 2))
        progress.hear(Stopping(Stop.WALLTIME, 4))
        progress.hear(Stopped(Stop.WALLTIME))
    said = lines(log)
    assert said[1] == "sweep: its process died (killed by SIGSEGV); its 3 trials are taken up again"
    assert said[2] == "sweep: request r000001: cancel 2 trials"
    assert said[3].startswith("sweep: the walltime is over")
    assert said[3].endswith("no more work is given out, 4 trials are running")
    assert "stopped: the walltime is over" in said[-1]


def test_a_terminal_gets_one_bar_with_messages_above_it() -> None:
    screen, time = Terminal(), Clock()
    with job(screen, time, total=4) as progress:
        progress.hear(pulse(0, 1))
        time.now += 5.0
        progress.hear(landed(0, 1))
        progress.hear(Moved(Cause.ELSEWHERE, "node gone", 2))
        time.now += 5.0
        progress.hear(landed(2, 3, failed="spectral_tail above 1e-4", status="invalid"))
        progress.hear(pulse())
    shown = screen.getvalue()
    assert "2/4" in shown
    assert "sweep: its node was lost (node gone); its 2 trials are taken up again\n" in shown
    last = shown.rstrip("\n").split("\r")[-1]
    assert "100%" in last
    assert "4/4, 2 failed" in last
    assert "spectral_tail" in last


def test_json_lines_are_json_and_have_time_event_and_fields() -> None:
    log, time = io.StringIO(), Clock()
    stream = JsonStream(log)
    voice = make_voice("sweep", "json", stream)  # type: ignore[arg-type]
    with Progress(Fixed(3), Hold(), voice, time) as progress:  # type: ignore[arg-type]
        print("a library speaks", file=stream)
        time.now += 11.0
        progress.hear(landed(0, failed="ValueError: 3"))
        progress.hear(Moved(Cause.MEMORY, "too much", 1))
        progress.hear(Asked("r000001", "retry", 2))
        progress.hear(Stopping(Stop.TERMINATED, 1))
        progress.hear(Stopped(Stop.TERMINATED))
    events = [json.loads(line) for line in log.getvalue().splitlines()]
    names = ["started", "message", "failure", "progress", "moved", "request", "stopping", "failures", "ended"]
    assert [event["event"] for event in events] == names
    assert all(event["time"].endswith("Z") for event in events)
    assert [event["sweep"] for event in events if event["event"] != "message"] == ["sweep"] * 8
    by_name = {event["event"]: event for event in events}
    assert by_name["message"]["message"] == "a library speaks"
    assert by_name["failure"] | {"status": "error", "reason": "ValueError: 3"} == by_name["failure"]
    assert by_name["moved"] | {"cause": "memory", "reason": "too much", "trials": 1} == by_name["moved"]
    ended = by_name["ended"]
    assert (ended["done"], ended["failed"], ended["stopped"]) == (1, {"error": 1}, "SIGTERM")
    for name in by_name:
        assert name in str(JsonLines.__doc__), name


def test_the_hold_says_how_the_job_stands_and_how_it_ended() -> None:
    time, hold = Clock(), Hold()
    voice = make_voice("sweep", "text", io.StringIO())
    with Progress(Fixed(8, already=2), hold, voice, time) as progress:  # type: ignore[arg-type]
        assert (hold.state["done"], hold.state["expected"], hold.state["stopped"]) == (2, 8, None)
        progress.hear(pulse(0, 1, 2))
        time.now += 10.0
        progress.hear(landed(0, failed="why", status="timeout"))
        progress.hear(pulse(1, 2))
        time.now += 1.0
        progress.hear(pulse(1, 2))
        assert hold.state["running"] == 2
        assert hold.state["queued"] == 3
        assert hold.state["failed"] == {"timeout": 1}
        assert hold.state["last_failure"] == "why"
        standing = Standing.of(json.loads(json.dumps(hold.state)))
        assert standing is not None
        assert (standing.done, standing.queued) == (3, 3)
    with pytest.raises(RuntimeError), Progress(Fixed(8), hold, voice, time):  # type: ignore[arg-type]
        raise RuntimeError("the disk is full")
    assert hold.state["stopped"] == "RuntimeError: the disk is full"
    assert Standing.of({"done": 3}) is None


def test_a_trial_that_is_run_again_counts_once() -> None:
    tally = Tally(Fixed(4), Clock())
    tally.hear(landed(0, 1, failed="why"))
    tally.hear(landed(0))
    tally.hear(landed(2, 3))
    standing = tally.standing()
    assert (standing.done, standing.expected, standing.failed) == (4, 4, {"error": 1})


def test_nothing_is_said_of_the_time_left_until_it_is_known_and_it_runs_down() -> None:
    time = Clock()
    tally = Tally(Fixed(24), time)
    assert (tally.standing().rate, tally.standing().eta_s) == (None, None)
    # Workers come up late: that is not counted.
    tally.hear(pulse())
    time.now += 60.0
    tally.hear(pulse(0, 1))
    time.now += 1.0
    tally.hear(landed(0, 1))
    assert (tally.standing().rate, tally.standing().eta_s) == (None, None)
    time.now += 9.0
    tally.hear(landed(2, 3))
    assert tally.standing().rate == pytest.approx(0.4)
    assert tally.standing().eta_s == pytest.approx(50.0)
    time.now += 20.0
    assert tally.standing().eta_s == pytest.approx(30.0)
    time.now += 40.0
    # It should be over by now: nothing is better than a guess that was wrong.
    assert tally.standing().eta_s is None


def test_time_left_follows_the_predicted_cost_for_long_chunks_go_first() -> None:
    time, each = Clock(), chunk(0).cost
    assert each > 0.0
    # Sixteen trials are left, but what has landed was three quarters of the work.
    tally = Tally(Fixed(24, mean_cost=8 * each / 0.75 / 24), time)
    tally.hear(pulse(0))
    time.now += 30.0
    tally.hear(landed(*range(8)))
    assert tally.standing().eta_s == pytest.approx(10.0)


def test_what_is_said_fits_the_width() -> None:
    standing = Standing(
        done=90, expected=192, landed=90, running=64, workers=2, failed={"error": 3}, rate=12.3, eta_s=75.0,
        elapsed_s=9.0, last_failure="ValueError: no luck " * 9, started="",
    )  # fmt: skip
    for width in range(6, 200):
        told = fitted(standing, width)
        assert told.startswith("90/192")
        assert len(told) <= width
        assert ("3 failed" in told) == (width >= 16)
        assert "1:15" in told or width < 22
    assert fitted(standing, 60) == "90/192, 64 running, 3 failed, 1:15 left: ValueError: no luc…"
    assert "12.3/s" in fitted(standing, 120)


def test_times_and_rates_read_as_people_write_them() -> None:
    times = [clock(seconds) for seconds in (7.2, 750.0, 3600.0, 11100.0, 400000.0)]
    assert times == ["0:07", "12:30", "1:00:00", "3:05:00", "4.6 days"]
    assert [pace(rate) for rate in (12.34, 0.05, 0.001)] == ["12.3/s", "3.0/min", "3.6/h"]


def test_kinds_beyond_count_share_one_line() -> None:
    tally = Tally(Fixed(24), Clock())
    for number in range(3000):
        letters = "".join(chr(ord("g") + int(digit)) for digit in str(number))
        tally.hear(landed(number % len(TRIALS), failed=f"reason {letters}"))
    assert len(tally.kinds) <= 1001
    assert tally.kinds["error", "other reasons"] == 2000
