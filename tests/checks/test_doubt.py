"""Doubt turns a false alarm into a plain question, and never takes danger away."""

from __future__ import annotations

import pytest

from companion.checks.doubt import DOUBTED, Doubt
from companion.core.concern import Concern, Kind, Subject, Tier
from companion.core.ports import Heard, Odds
from companion.core.talk import SoFar

PHRASE = Concern(check="phrases.en", tier=Tier.URGENT, kind=Kind.INTENT, because="intent to die")


def odds(chance: float) -> Odds:
    return Odds((chance, chance, 0.0, 0.0), {Kind.INTENT: 0.1}, {Subject.SELF: 1.0})


def weighed(concern: Concern, now: Odds | None, so_far: SoFar | None = None, together: Odds | None = None) -> Concern:
    heard = Heard(said="x", plain="x", odds=now, odds_together=together)
    (found,) = Doubt().weighed((concern,), heard, so_far or SoFar())
    return found


def test_words_of_danger_that_mean_none_are_asked_about() -> None:
    found = weighed(PHRASE, odds(DOUBTED / 2))
    assert found.tier is Tier.WATCH
    assert found.because == "intent to die, doubted"


@pytest.mark.parametrize(
    ("now", "so_far", "together"),
    [
        (None, SoFar(), None),
        (odds(DOUBTED), SoFar(), None),
        (odds(0.0), SoFar(highest=Tier.CONCERN), None),
        (odds(0.0), SoFar(), odds(0.5)),
    ],
    ids=["no layer", "a chance", "after danger in the talk", "a chance together with what was said before"],
)
def test_it_hears_in_full(now: Odds | None, so_far: SoFar, together: Odds | None) -> None:
    assert weighed(PHRASE, now, so_far, together) == PHRASE


@pytest.mark.parametrize("check", ["likeness", "drift", "opinion"])
def test_only_phrases_are_doubted(check: str) -> None:
    concern = PHRASE.model_copy(update={"check": check})
    assert weighed(concern, odds(0.0)) == concern


@pytest.mark.parametrize("tier", [Tier.WATCH, Tier.MEDICAL])
def test_a_watch_stays_a_watch_and_where_minutes_count_nothing_is_doubted(tier: Tier) -> None:
    concern = PHRASE.model_copy(update={"tier": tier})
    assert weighed(concern, odds(0.0)) == concern
