"""What a store says about a campaign is what the campaign itself found."""

import json
from collections import Counter
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import add_points, campaign
from sweep.analysis import latest_campaign
from sweep.campaign_ledger import CampaignLedger
from sweep.cli import invoke
from sweep.engine.settings import Engine
from sweep.labelling import Labelling, label_chunks
from tests.sweep.campaigns import SPEC, designed, explored
from tests.sweep.shapes import TWO

BUDGET = 6


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[ExperimentStore, Labelling]:
    """A campaign with points that it took over, chose, and was given by hand; and its labels at the end."""
    store = ExperimentStore.create(tmp_path_factory.mktemp("mixed") / "store")
    designed(store)
    explored(store, budget=3)
    add_points(store, [{"disorder": 1.1, "sound_speed": 0.2}])
    _, labelling = campaign(SPEC, store, budget=BUDGET, engine=Engine(backend="serial", simulator=TWO))
    assert labelling is not None
    return store, labelling


def test_the_map_shows_every_point_with_its_why(
    mixed: tuple[ExperimentStore, Labelling], capsys: pytest.CaptureFixture[str]
) -> None:
    store, labelling = mixed
    assert invoke(["map", str(store.path), "--json"]) == 0
    points = json.loads(capsys.readouterr().out)["points"]
    whys = Counter("chosen" if p["why"] in ("boundary", "floor", "startup") else p["why"] for p in points)
    assert whys == {"given": 6, "chosen": BUDGET, "enqueued": 1}
    assert {point["round"] for point in points if point["why"] == "given"} == {-1}
    for point in points:
        assert tuple(point["membership"]) == labelling.of(point["point_id"])


def test_labels_are_those_that_the_campaign_kept(mixed: tuple[ExperimentStore, Labelling]) -> None:
    store, labelling = mixed
    found = latest_campaign(store).labelling
    assert found.version == labelling.version
    assert found.names == labelling.names
    kept = store.rows("labels", found.version)
    assert {(row["point_id"], row["regime"]) for row in kept} == {
        (row["point_id"], row["regime"]) for row in found.rows()
    }


def test_the_campaign_says_whose_points_it_rests_on(
    mixed: tuple[ExperimentStore, Labelling], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = mixed
    assert invoke(["report", str(store.path), "-o", str(tmp_path / "page.html")]) == 0
    assert "13 points over disorder and sound_speed" in capsys.readouterr().err
    page = (tmp_path / "page.html").read_text()
    assert page.count("<td>given</td>") == 6
    assert page.count("<td>enqueued</td>") == 1


def test_a_point_that_is_in_two_rounds_keeps_its_label(mixed: tuple[ExperimentStore, Labelling]) -> None:
    """A later round may reach a point that was taken over: its trials are the same."""
    store, labelling = mixed
    ledger = CampaignLedger(store, SPEC)
    before = ledger.round(-1)
    assert before is not None
    chunks = [chunk for members in (before, *ledger.rounds()) for chunk in members.chunks]
    again = label_chunks(store, [*chunks, *before.chunks], seed=SPEC.seed)
    assert again is not None
    assert again.version == labelling.version
    assert again.left_out == 0
