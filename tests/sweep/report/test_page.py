"""The page as a text: complete without scripts, safe with any text, for any sweep."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import Engine, SweepError, SweepSpec, run
from sweep.cli import invoke
from sweep.report import report_html
from tests.sweep.report.reading import Page
from tests.sweep.report.stores import HERE, HOSTILE, TWINS, fixed, hostile, mapped
from tests.sweep.shapes import two

PARTS = ["map", "regimes", "course", "cost", "failures", "points", "spec", "reproduce"]
OWN = f"""
[sweep]
name = "own"
model = "{HERE}:spiral"
model_version = "1"

[axes]
how_fast = {{ low = 0.1, high = 2.0 }}
b = {{ low = 1.0, high = 9.0, scale = "log" }}

[regimes]
series = {{ winding = "linear" }}

[design]
kind = "grid"
points = [3, 2]
"""

BURST = f"""
[sweep]
name = "burst"
model = "{HERE}:burst"

[axes]
kick = {{ low = 0.1, high = 10.0, scale = "log" }}
damping = {{ low = 0.0, high = 1.0 }}

[regimes]
series = {{ size = "log1p" }}

[design]
kind = "sobol"
n = 6

[campaign]
budget = 12
"""


@pytest.fixture(scope="module")
def burst_page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(report_html(mapped(tmp_path_factory.mktemp("burst") / "store", BURST, 10, "")))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Page]:
    text = report_html(mapped(tmp_path_factory.mktemp("page") / "store", n=15))
    return text, Page(text)


def data(page: Page) -> dict:
    return json.loads(next(text for text in page.texts["script"] if text.startswith('{"store"')))


def axis(name: str, text: str = TWINS) -> str:
    """The spec with one axis more."""
    return text.replace("[fixed]", f"{name} = {{ low = 0.4, high = 0.6 }}\n[fixed]").replace(
        "wavenumber = 0.5\n" if name == "wavenumber" else "\0", ""
    )


def test_the_page_has_every_part_under_a_heading_and_all_links_lead_somewhere(page) -> None:
    _, read = page
    assert [given["id"] for given in read.all("section")] == PARTS
    assert len(read.all("h1")) == 1
    assert len(read.all("h2")) == len(PARTS)
    ids = [given["id"] for _, given in read.elements if "id" in given]
    assert len(ids) == len(set(ids))
    links = [given["href"] for tag, given in read.elements if tag in ("a", "use") and "href" in given]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    fills = [re.fullmatch(r"url\(#(.+)\)", given.get("fill") or "") for _, given in read.elements]
    assert {match[1] for match in fills if match} <= set(ids)


def test_the_page_asks_for_nothing_and_runs_only_its_own_script(page) -> None:
    text, read = page
    assert not re.search(r"https?://|@import|url\((?!#)", text)
    policy = next(m["content"] for m in read.all("meta") if m.get("http-equiv"))
    for element in ("style", "script"):
        whole = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        assert len(whole) == 1
        found = base64.b64encode(hashlib.sha256(whole[0].encode()).digest()).decode()
        assert f"'sha256-{found}'" in policy
    assert policy.startswith("default-src 'none'")
    assert not [given for _, given in read.elements if any(n.startswith("on") or n == "style" for n in given)]


def test_without_a_script_the_map_stands_and_says_what_it_shows(page) -> None:
    _, read = page
    assert len(read.classed("point")) == 15
    assert "hidden" in next(iter(read.classed("controls")))
    for given in read.all("svg"):
        assert given.get("aria-hidden") == "true" or given.get("aria-label")
    for path in (given for given in read.all("path") if "data-layer" in given):
        assert re.fullmatch(r"(M[\d. -]+(L[\d. -]+)+Z?)+", path["d"]), path
    kinds = {given["class"] for given in read.classed("mark")}
    assert {"mark r0", "mark r1"} <= kinds
    assert "point 1; disorder" in read.said("title")
    # A row for each point, with its series.
    assert len(read.classed("spark")) == 15


def test_the_data_tell_of_each_point_why_it_is_there_and_what_came_of_it(page) -> None:
    _, read = page
    told = data(read)
    assert [len(told["points"]), len(told["stages"]), len(told["frozen"])] == [15, 3, 1]
    point = told["points"][11]
    assert point["why"].startswith("Chosen where the map doubted most which of two regimes")
    assert "rounds up to 0 known" in point["why"]
    assert point["expected"] == [["regime 2", 0.6], ["regime 1", 0.4]]
    moving, frozen = point["lattices"]
    assert sum(moving["membership"]) == pytest.approx(1.0, abs=0.01)
    assert moving["trials"][0][1] == frozen["trials"][0][1] == "complete"
    assert moving["trials"] != frozen["trials"]
    base, mean, low, high = moving["series"][0]
    # Samples at t = 0, where there is no growth yet, have no place on logarithmic axes.
    assert (mean[0], told["bases"][base][0]) == (None, -1)
    assert all(top <= m <= foot for m, foot, top in zip(mean[1:], low[1:], high[1:], strict=True))
    assert len(told["bases"][base]) == len(mean)


def test_earlier_maps_know_fewer_points(page) -> None:
    _, read = page
    stages = data(read)["stages"]
    assert [stage["round"] for stage in stages] == list(range(3))
    first, last = stages[0]["scenes"][0], stages[-1]["scenes"][0]
    assert first["boundary"] != last["boundary"]
    drawn = next(given["d"] for given in read.all("path") if given.get("data-layer") == "boundary")
    assert drawn == last["boundary"]


def test_course_cost_and_grid_are_told(page) -> None:
    text, read = page
    assert "because of a reason: &lt;img" in text
    assert text.count('class="course"') > 2 * 3
    assert re.search(r"<strong>(\d+) × \1 = [\d,]+ points</strong>", text)
    assert HOSTILE in read.said("p")


def test_no_text_of_a_users_becomes_markup(tmp_path: Path) -> None:
    named = TWINS.replace('name = "shapes"', f"name = {json.dumps(HOSTILE)}")
    store = fixed(tmp_path / "a <b> store", named, f"{HERE}:{hostile.__name__}")
    text = report_html(store)
    read = Page(text)
    assert not read.all("img") + read.all("b")
    assert len(read.all("script")) == 2
    assert read.said("h1") == read.said("title").split("point 1;")[0].strip() == HOSTILE
    assert HOSTILE in read.said("pre")
    assert data(read)["store"] == "'a <b> store'"
    assert HOSTILE not in text
    assert [given["download"] for given in read.all("a") if "download" in given] == [
        "img-src-x-onerror-alert-1------quotes----script--script-alert--x----script.toml"
    ]


def test_a_fixed_design_has_its_points_by_what_came_of_them(tmp_path: Path) -> None:
    read = Page(report_html(fixed(tmp_path / "store", TWINS, f"{HERE}:{hostile.__name__}")))
    assert [given["id"] for given in read.all("section")] == [
        part for part in PARTS if part not in ("regimes", "course")
    ]
    assert len(read.classed("point")) == 6
    marks = [given["class"] for given in read.classed("mark") if not given.get("x")]
    assert set(marks) == {"mark r0", "mark none"}
    assert "no data" in read.said("p")
    assert {point["round"] for point in data(read)["points"]} == {None}


@pytest.mark.slow
@pytest.mark.parametrize(("extra", "panels"), [([], 1), (["temperature", "wavenumber"], 3)])
def test_maps_over_one_axis_and_over_four(extra: list[str], panels: int, tmp_path: Path) -> None:
    text = TWINS.replace("twin = true", "twin = false")
    for name in extra:
        text = axis(name, text)
    if not extra:
        text = text.replace('sound_speed = { low = 0.05, high = 1.0, scale = "log" }', "")
        text = text.replace("[fixed]", "[fixed]\nsound_speed = 0.3")
    read = Page(report_html(mapped(tmp_path / "store", text, 10, f"tests.sweep.shapes:{two.__name__}")))
    drawn = read.classed("panel")
    assert len(drawn) == panels
    assert len(read.classed("point")) == 10
    assert {len(stage["scenes"]) for stage in data(read)["stages"]} == {panels}
    caption = read.said("figcaption")
    assert ("Slices at three values" in caption) == (panels == 3)
    assert ("probability of each regime, one upon the other" in caption) == (panels == 1)


def test_a_campaign_without_a_map_still_reports_what_failed(tmp_path: Path) -> None:
    store = mapped(tmp_path / "store", TWINS, 5, f"{HERE}:failing")
    text = report_html(store)
    read = Page(text)
    assert "There is no map:" in read.said("p")
    assert "nothing at #" in read.said("summary")
    assert len(read.classed("point")) == 5
    assert "course" in [given["id"] for given in read.all("section")]


def test_a_model_of_ones_own_may_call_things_what_it_likes(tmp_path: Path) -> None:
    store = tmp_path / "store"
    run(SweepSpec.from_text(OWN), store, engine=Engine(backend="serial"))
    read = Page(report_html(ExperimentStore(store)))
    told = data(read)
    assert [axis for ((_, axis),) in told["axes"]] == ["how_fast", "b"]
    assert told["points"][0]["lattices"][0]["scalars"][0][0] == "turns"
    assert "winding" in read.said("tspan")


def test_a_model_of_ones_own_has_no_lattice(burst_page: Page) -> None:
    shown = " ".join(
        burst_page.said(tag) for tag in burst_page.texts if tag not in ("script", "style", "code")
    )
    assert "R1" in shown
    assert not re.findall("frozen|lattice|twin|exponents|electron", shown)


def test_series_are_drawn_as_they_were_compared_those_that_were_first_of_all(burst_page: Page) -> None:
    names = [text for text in burst_page.texts["th"] if text in ("first", "second", "third", "size")]
    assert names == ["size"]
    told = [point["lattices"][0]["series"] for point in data(burst_page)["points"]]
    bases, rows = data(burst_page)["bases"], [series[0] for series in told if series]
    # Along time itself, from its beginning; up from 0, near which what dies out comes to lie as one.
    assert {round(bases[base][1] - bases[base][0]) for base, *_ in rows} == {round(10 * 332 / 19)}
    ends = sorted(mean[-1] for _, mean, _, _ in rows)
    assert max(ends) == 10 * (235 - 50)
    assert ends[0] > 300
    assert {"0", "10", "100"} <= set(burst_page.texts["text"])


def test_points_without_a_regime_are_named_beside_how_sure_the_map_is(burst_page: Page) -> None:
    known = [point["lattices"][0]["regime"] for point in data(burst_page)["points"]]
    words = (
        f"{known.count(None)} points name no regime: around them the map goes by the others alone. How sure:"
    )
    assert known.count(None) > 1
    assert words in burst_page.said("p")


def test_a_map_of_one_regime_says_what_is_not_known_of_it(tmp_path: Path) -> None:
    one = BURST.replace("low = 0.1, high = 10.0", "low = 2.0, high = 3.0").replace("high = 1.0", "high = 0.5")
    read = Page(report_html(mapped(tmp_path / "store", one, 5, "")))
    cells = read.texts["td"]
    assert cells[cells.index("5") : cells.index("5") + 3] == ["5", "100.0%", "–"]
    assert not [text for text in cells if "nan" in text]


def test_commands_name_the_store_from_where_the_page_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(SweepSpec.from_text(OWN), tmp_path / "our st" / "rotor", engine=Engine(backend="serial"))
    store = ExperimentStore(tmp_path / "our st" / "rotor")
    for here, place, base in (
        (tmp_path, "'our st/rotor'", "our st/"),
        (tmp_path / "our st", "rotor", "rotor/"),
    ):
        monkeypatch.chdir(here)
        read = Page(report_html(store))
        assert f"regimap run own.toml --store {place}  #" in read.said("code")
        assert data(read)["store"] == place
        assert base in read.texts["code"]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    read = Page(report_html(store))
    assert "--store rotor  #" in read.said("code")
    assert str(tmp_path) not in read.said("p")
    assert {HERE, "replay", "--model-path DIR"} <= set(read.texts["code"])


def test_an_empty_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match="expected a sweep to report on, found none"):
        report_html(ExperimentStore.create(tmp_path / "store"))


def test_the_command_writes_the_page_of_a_fixed_design_too(tmp_path: Path, capsys) -> None:
    fixed(tmp_path / "store", TWINS)
    assert invoke(["report", str(tmp_path / "store")]) == 0
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'store' / 'report.html'}\n"
    assert "12 of 12 trials over disorder and sound_speed have landed: 12 complete." in err
    assert (tmp_path / "store" / "report.html").read_text().startswith("<!doctype html>")
