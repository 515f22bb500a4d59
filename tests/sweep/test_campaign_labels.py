"""How many regimes a campaign knows, and when it asks again."""

from pathlib import Path
from typing import Any

import pytest

from store import ExperimentStore
from sweep.campaign_labels import found_anew, label_campaign
from sweep.campaign_ledger import CampaignLedger
from sweep.deciding import Decider
from sweep.labelling import Labelling, label_chunks
from tests.sweep.campaigns import SPEC, explored


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    place: Path = tmp_path_factory.mktemp("labels") / "store"
    explored(place, budget=30)
    return ExperimentStore(place)


def test_it_is_asked_again_when_points_have_grown_by_a_third() -> None:
    sizes = list(range(4, 121, 4))
    anew = [now for before, now in zip([0, *sizes], sizes, strict=False) if found_anew(before, now, 12)]
    assert anew == [4, 8, 12, 16, 24, 32, 40, 52, 68, 92, 120]


def test_what_the_ledger_knows_is_what_is_found_again(store: ExperimentStore) -> None:
    ledger = CampaignLedger(store, SPEC)
    known, rounds, given = ledger.regimes_known(), ledger.rounds(), ledger.given([])
    assert len(known) >= 3
    for number in known:
        told = Decider(SPEC, store, given, {n: k for n, k in known.items() if n < number})
        alone = Decider(SPEC, store, given)
        decisions = [each.decide(rounds[:number], 99) for each in (told, alone)]
        assert decisions[0].labelling.version == decisions[1].labelling.version
        assert decisions[0].verdict.regimes == known[number]


def test_a_number_in_the_ledger_is_kept_in_between(
    store: ExperimentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int | None] = []

    def labelled(*arguments: Any, kept: int | None, **settings: Any) -> Labelling | None:
        asked.append(kept)
        return label_chunks(*arguments, kept=kept, **settings)

    monkeypatch.setattr("sweep.deciding.label_chunks", labelled)
    ledger = CampaignLedger(store, SPEC)
    rounds = ledger.rounds()
    # Rounds of three, six points of start-up: asked anew with 15 points, not with 18, and again with 21.
    for complete, kept in ((5, None), (6, 4), (7, None)):
        decider = Decider(SPEC, store, ledger.given([]), {complete: 4})
        decider.decide(rounds[: complete + 1], 99)
        assert asked[0] == kept
        asked.clear()


def test_the_map_at_the_end_keeps_the_number_of_the_last_decision(
    store: ExperimentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int | None] = []
    monkeypatch.setattr("sweep.campaign_labels.label_chunks", lambda *_, kept, **__: asked.append(kept))
    monkeypatch.setattr(CampaignLedger, "regimes_known", lambda _: {9: 5, 8: 3})
    label_campaign(store, SPEC, [])
    monkeypatch.setattr(
        "sweep.campaign_labels.found_anew", lambda before, now, startup: (before, now) == (24, 30)
    )
    label_campaign(store, SPEC, [])
    monkeypatch.setattr("sweep.campaign_labels.found_anew", lambda *_: False)
    label_campaign(store, SPEC, [])
    assert asked == [None, None, 5]
