"""The page in a browser: quiet, quick, and at the hand of the pointer, the keys and the controls."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweep.report import report_html
from tests.sweep.report.browser import Browser, installed
from tests.sweep.report.stores import TWINS, mapped

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(installed() is None, reason="no Chromium here; `apt-get install chromium` has one"),
]
OPENS_WITHIN_MS = 2000
POINT = ".point[data-point='{}']"
USE = "document.querySelector(\".point[data-point='{}'] use\").getAttribute('href')"
SHOWN = "document.querySelectorAll('.point:not(.away)').length"
TOLD = "document.querySelector('#told h3').textContent"
BOUNDARY = "document.querySelector('[data-layer=boundary]').getAttribute('d')"
ACTIVE = "document.activeElement.dataset.point"
# The least contrast of a text with what is behind it, by WCAG 2.1.
CONTRAST = """
(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => colour.slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (each) => {
    const found = numbers(getComputedStyle(each).backgroundColor);
    return (found.length < 4 || found[3] > 0) || !each.parentElement ? found : behind(each.parentElement);
  };
  const written = (each) => each.getClientRects().length
    && [...each.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim());
  return Math.min(...[...document.querySelectorAll("body *")].filter(written).map((each) => {
    const style = getComputedStyle(each);
    const text = light(numbers(each.ownerSVGElement ? style.fill : style.color));
    const paper = light(behind(each));
    return (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05);
  }));
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(report_html(mapped(path.parent / "store")), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(profile: Browser) -> Iterator[Browser]:
    profile.complaints.clear()
    profile.scripts(allowed=True)
    yield profile
    assert not profile.complaints


def test_the_pointer_is_answered_with_the_points_story(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.run("document.querySelector('.controls').hidden") is False
    browser.point_at(POINT.format(7) + " .hit")
    assert browser.run(TOLD) == "Point 8, round 1"
    text = browser.run("document.querySelector('.detail').textContent")
    for words in ("start-up design", "moving: ", "frozen: ", "core-seconds", "regimap show store "):
        assert words in text
    lines = "document.querySelectorAll('.own path').length"
    assert browser.run(lines) == 2 * 3
    assert browser.run("document.querySelector('.own .moving').getAttribute('d')").startswith("M")
    browser.point_at(POINT.format(9) + " .hit")
    assert browser.run(TOLD) == "Point 10, round 1"


def test_a_click_holds_a_point_until_it_is_let_go(browser: Browser, page: Path) -> None:
    browser.open(page)
    click = "document.querySelector(\"{}\").dispatchEvent(new MouseEvent('click', {{bubbles: true}}))"
    browser.run(click.format(POINT.format(3)))
    browser.point_at(POINT.format(9) + " .hit")
    assert browser.run(TOLD).startswith("Point 4,")
    browser.press("Escape")
    browser.point_at(POINT.format(12) + " .hit")
    assert browser.run(TOLD).startswith("Point 13,")


def test_the_frozen_lattice_has_marks_and_a_map_of_its_own(browser: Browser, page: Path) -> None:
    browser.open(page)
    before = browser.run(BOUNDARY)
    browser.run("document.querySelectorAll('input[name=lattice]')[1].click()")
    assert browser.run(BOUNDARY) == browser.run(
        "JSON.parse(document.getElementById('data').textContent).frozen[0].boundary"
    )
    kinds = browser.run("[...document.querySelectorAll('.point use')].map(u => u.getAttribute('href'))")
    regimes = browser.run(
        "JSON.parse(document.getElementById('data').textContent).points.map(p => p.lattices[1].regime)"
    )
    assert kinds == ["#mark-none" if regime is None else f"#mark-r{regime}" for regime in regimes]
    browser.run("document.querySelectorAll('input[name=lattice]')[0].click()")
    assert browser.run(BOUNDARY) == before


def test_the_slider_goes_back_to_what_was_known(browser: Browser, page: Path) -> None:
    browser.open(page)
    last = browser.run(BOUNDARY)
    assert browser.run(SHOWN) == 25
    browser.run(
        "(s => { s.value = 2; s.dispatchEvent(new Event('input')); })(document.getElementById('round'))"
    )
    assert browser.run(SHOWN) == 15
    assert browser.run("document.getElementById('upto').textContent") == "up to round 2, 15 points"
    assert browser.run(BOUNDARY) != last


def test_uncertainty_can_be_taken_away(browser: Browser, page: Path) -> None:
    browser.open(page)
    veil = "getComputedStyle(document.querySelector('.doubt')).display"
    assert browser.run(veil) != "none"
    browser.run("document.getElementById('doubt').click()")
    assert browser.run(veil) == "none"


def test_keys_reach_every_point(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.getElementById('round').focus()")
    browser.press("Tab")
    assert browser.run(ACTIVE) == "0"
    browser.press("End")
    assert browser.run(TOLD).startswith("Point 25,")
    place = "(b => [b.x, b.y])(document.activeElement.querySelector('.hit').getBoundingClientRect())"
    for key, axis, sign in (
        ("ArrowLeft", 0, -1),
        ("ArrowUp", 1, -1),
        ("ArrowRight", 0, 1),
        ("ArrowDown", 1, 1),
    ):
        before = browser.run(place)
        browser.press(key)
        assert sign * (browser.run(place)[axis] - before[axis]) > 0, key
    browser.press("Home")
    assert browser.run(ACTIVE) == "0"
    browser.press("Enter")
    browser.point_at(POINT.format(9) + " .hit")
    assert browser.run(TOLD).startswith("Point 1,")
    assert browser.run("document.querySelectorAll('.point[tabindex=\"0\"]').length") == 1


def test_tab_goes_on_from_the_mark_and_not_to_where_the_pointer_lies(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.getElementById('round').focus()")
    browser.press("Tab")
    browser.point_at(POINT.format(9) + " .hit")
    assert browser.run(TOLD).startswith("Point 10,")
    browser.press("Tab")
    assert browser.run("document.activeElement.closest('.panels')") is None


def test_escape_goes_back_to_the_series_of_all(browser: Browser, page: Path) -> None:
    browser.open(page)
    before = browser.run("document.querySelector('.detail').innerHTML")
    browser.run("document.getElementById('round').focus()")
    browser.press("Tab")
    browser.press("Enter")
    assert browser.run(TOLD).startswith("Point 1,")
    browser.press("Escape")
    assert browser.run("document.querySelector('.detail').innerHTML") == before
    browser.press("Enter")
    assert browser.run(TOLD).startswith("Point 1,")


def test_a_chart_that_stands_alone_is_not_blown_up(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelector('#course .chart').remove()")
    assert browser.run("document.querySelectorAll('#course .chart').length") == 1
    assert browser.run("document.querySelector('#course .chart').getBoundingClientRect().width") <= 480


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_stands_out_from_what_is_behind_it(browser: Browser, page: Path, *, dark: bool) -> None:
    browser.open(page, dark=dark)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    browser.point_at(POINT.format(3) + " .hit")
    browser.run("document.querySelector('#more details').open = true")
    assert browser.run(CONTRAST) > 4.5


def test_a_link_in_the_table_shows_its_point(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelector('[data-show=\"5\"]').click()")
    assert browser.run(TOLD).startswith("Point 6,")


@pytest.mark.parametrize("width", [320, 360, 768, 1200])
def test_nothing_is_wider_than_the_page(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width=width)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_the_dark_page_is_dark(browser: Browser, page: Path) -> None:
    paper = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    browser.open(page)
    assert min(browser.run(paper)) > 240
    browser.open(page, dark=True)
    assert max(browser.run(paper)) < 40


def test_without_scripts_the_page_is_whole(browser: Browser, page: Path) -> None:
    browser.scripts(allowed=False)
    browser.open(page)
    assert browser.run(SHOWN) == 25
    assert browser.run("getComputedStyle(document.querySelector('.controls')).display") == "none"
    assert browser.run("document.querySelector('.panel').getBoundingClientRect().height") > 300
    assert browser.run("document.querySelectorAll('.median').length") == 6


@pytest.mark.timeout(900)
def test_a_large_campaign_opens_quickly(browser: Browser, tmp_path: Path) -> None:
    text = TWINS.replace("realizations = 1", "realizations = 3").replace("samples = 16", "samples = 64")
    path = tmp_path / "page.html"
    path.write_text(report_html(mapped(tmp_path / "store", text, 500)), encoding="utf-8")
    browser.open(path)
    # Of its main thread, whatever else the machine is at.
    assert browser.busy_ms() < OPENS_WITHIN_MS
    assert browser.run(SHOWN) == 500
