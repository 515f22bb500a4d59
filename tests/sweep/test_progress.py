"""The bar where there is a terminal, lines where there is none."""

import io

from sweep.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_bar_with_rate_and_time_left() -> None:
    screen = Terminal()
    with Progress("sweep", total=4, file=screen) as progress:
        progress.landed(["complete", "complete"], None)
        progress.landed(["complete", "invalid"], "spectral_tail above 1e-4")
    shown = screen.getvalue()
    assert "4/4 trials" in shown
    assert "trial/s" in shown
    assert "1 invalid: spectral_tail above 1e-4" in shown
    assert shown.count("\n") == 1


def test_a_log_gets_lines() -> None:
    log = io.StringIO()
    with Progress("sweep", total=3, done=1, file=log) as progress:
        progress.landed(["complete", "lost"], "its process died")
    assert log.getvalue().startswith("sweep: 3/3 trials, 1 failed, ")
    assert "\r" not in log.getvalue()


def test_a_campaign_that_stops_early_ends_its_bar_at_what_it_did() -> None:
    log = io.StringIO()
    with Progress("sweep", total=100, file=log) as progress:
        progress.landed(["complete"], None)
        progress.expect(1)
    assert "1/1 trials" in log.getvalue()
