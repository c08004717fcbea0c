"""The trained layer's chances as tiers: no tier without those below it, and silence where there is no layer."""

from __future__ import annotations

import pytest

from companion.checks.likeness import Likeness
from companion.core.concern import Kind, Subject, Tier
from companion.core.ports import Heard, Odds

THRESHOLDS = {Tier.WATCH: 0.8, Tier.CONCERN: 0.75, Tier.URGENT: 0.6, Tier.MEDICAL: 0.6}


def odds(*tiers: float, **kinds: float) -> Odds:
    one, two, three, four = tiers
    named = {Kind(kind): chance for kind, chance in (kinds or {"intent": 0.9}).items()}
    return Odds((one, two, three, four), named, {Subject.SELF: 0.5, Subject.OTHER: 0.1, Subject.PAST: 0.1, Subject.FIGURE: 0.9})


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        ((0.1, 0.1, 0.1, 0.1), Tier.ORDINARY),
        ((0.9, 0.2, 0.1, 0.1), Tier.WATCH),
        ((0.84, 0.73, 0.68, 0.72), Tier.WATCH),  # nobody calls an ambulance for what is not even a concern
        ((0.9, 0.9, 0.7, 0.1), Tier.URGENT),
        ((0.9, 0.9, 0.7, 0.9), Tier.MEDICAL),
        ((0.7, 0.9, 0.1, 0.9), Tier.CONCERN),
    ],
)
def test_a_grave_tier_counts_only_with_those_between(tiers: tuple[float, ...], expected: Tier) -> None:
    assert Likeness(THRESHOLDS).tier(odds(*tiers)) is expected


def test_the_likeliest_kinds_are_named_and_a_figure_of_speech_is_nobody() -> None:
    heard = Heard(said="x", plain="x", odds=odds(0.9, 0.9, 0.1, 0.1, abuse=0.4, worried=0.8, eating=0.1))
    found = list(Likeness(THRESHOLDS).concerns(heard))
    assert [concern.kind for concern in found] == [Kind.WORRIED, Kind.ABUSE]
    assert {concern.subject for concern in found} == {Subject.SELF}
    assert {concern.tier for concern in found} == {Tier.CONCERN}


def test_without_the_layer_it_is_silent() -> None:
    assert not list(Likeness(THRESHOLDS).concerns(Heard(said="x", plain="x")))
    assert not list(Likeness({}).concerns(Heard(said="x", plain="x", odds=odds(1, 1, 1, 1))))
