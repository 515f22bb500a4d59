"""How many regimes a campaign knows, and when it looks again."""

from pathlib import Path
from typing import Any

import pytest

from store import ExperimentStore
from sweep import SweepSpec
from sweep.analysis import latest_campaign
from sweep.campaign_labels import CampaignLabels, label_campaign
from sweep.campaign_ledger import CampaignLedger
from sweep.labelling import Labelling, label_chunks
from sweep.rounds import BEFORE, Round
from tests.sweep.campaigns import SPEC, TEXT, explored, proposals


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    place: Path = tmp_path_factory.mktemp("labels") / "store"
    explored(place, budget=30)
    return ExperimentStore(place)


def test_their_number_is_looked_for_when_points_have_grown_by_a_third_and_kept_in_between(
    store: ExperimentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int | None]] = []

    def labelled(*those: Any, kept: int | None, **settings: Any) -> Labelling | None:
        asked.append((sum(len(chunk.trials) for chunk in those[1]) // 2, kept))
        return label_chunks(*those, kept=kept, **settings)

    monkeypatch.setattr("sweep.campaign_labels.label_chunks", labelled)
    rounds = CampaignLedger(store, SPEC).rounds()
    labels = CampaignLabels(SPEC, store, Round(BEFORE))
    found = [labels.after(rounds, last) for last in range(10)]
    # Rounds of three, six points of start-up.
    looked = {3: 3, 6: 6, 9: 9, 12: 12, 15: 15, 18: 15, 21: 21, 24: 21, 27: 27, 30: 27}
    regimes = {3 * last + 3: None if one is None else len(one.names) for last, one in enumerate(found)}
    assert asked == [(points, None if points == at else regimes[at]) for points, at in looked.items()]
    # Whoever begins later looks where it was looked, and finds the same.
    assert CampaignLabels(SPEC, store, Round(BEFORE)).after(rounds, 7) == found[7]
    assert asked[-2:] == [(21, None), (24, regimes[21])]


def test_the_map_at_the_end_has_the_labels_after_the_last_round(store: ExperimentStore) -> None:
    rounds = CampaignLedger(store, SPEC).rounds()
    last = CampaignLabels(SPEC, store, Round(BEFORE)).after(rounds, len(rounds) - 1)
    drawn, labelled = latest_campaign(store).labelling, label_campaign(store, SPEC)
    assert last is not None
    assert labelled is not None
    assert drawn.version == labelled.version == last.version


def test_a_target_is_reached_by_the_map_of_all_points(tmp_path: Path) -> None:
    spec = SweepSpec.from_text(TEXT.replace("wrong_area = 0.0", "wrong_area = 0.03"))
    store = ExperimentStore.create(tmp_path / "store")
    outcome = explored(store, spec, budget=60)
    assert str(outcome.stop_reason).startswith("target reached: expected wrong area")
    assert len(proposals(store)) < 60
    wrong = latest_campaign(store).regime_map.wrong_area()
    assert f"{wrong:.2%} <=" in str(outcome.stop_reason)
    rows = sorted(store.rows("rounds"), key=lambda row: row["decided_at"])
    assert {row["label_version"] for row in rows[-2:]} == {latest_campaign(store).labelling.version}
    # Nothing is chosen when it goes on, and the same when it begins anew.
    assert explored(store, spec, budget=60).stop_reason == outcome.stop_reason
