"""What a talk shows over several messages, on the shipped signals."""

import pytest

from companion.checks.drift import TalkDrift
from companion.checks.likeness import Likeness, TalkLikeness
from companion.checks.normalise import plain
from companion.checks.young import SaysTheyAreYoung
from companion.core.concern import Concern, Kind, Subject, Tier
from companion.core.ports import Heard, Odds
from companion.core.signal import DangerSignal
from companion.core.talk import SoFar
from companion.knowledge.signals import read_danger
from tests.conftest import KNOWLEDGE

SIGNALS = read_danger(KNOWLEDGE / "signals" / "en")
DRIFT = TalkDrift([SIGNALS])
YOUNG = SaysTheyAreYoung([SIGNALS])


def heard(said: str) -> Heard:
    return Heard(said=said, plain=plain(said))


def found(said: str, so_far: SoFar, *now: Concern) -> list[Concern]:
    return list(DRIFT.concerns(now, heard(said), so_far))


@pytest.mark.parametrize("signal", SIGNALS.later, ids=lambda signal: signal.name)
def test_what_is_ordinary_before_counts_after_something_grave(signal: DangerSignal) -> None:
    for example in signal.examples:
        assert not found(example, SoFar()), f"{example}: nothing grave was said before"
        assert signal.name in {c.because for c in found(example, SoFar(highest=signal.after))}, example
    for look_alike in signal.leaves:
        assert signal.name not in {c.because for c in found(look_alike, SoFar(highest=Tier.URGENT))}, look_alike


def a_concern(kind: Kind, subject: Subject = Subject.SELF) -> Concern:
    return Concern(check="phrases.en", tier=Tier.WATCH, kind=kind, subject=subject, because="a test")


def test_burden_today_and_goodbye_three_messages_later_are_urgent_together() -> None:
    so_far = SoFar(highest=Tier.WATCH, seen_kinds=frozenset({Kind.BURDEN}))
    assert max(c.tier for c in found("", so_far, a_concern(Kind.GOODBYE))) is Tier.URGENT
    assert not found("", so_far), "nothing new was said"
    both = (a_concern(Kind.BURDEN), a_concern(Kind.GOODBYE))
    assert not found("", SoFar(), *both), "within one message it is the floor's to say"
    assert not found("", so_far, a_concern(Kind.GOODBYE, Subject.OTHER)), "somebody else's goodbye"


def test_hopelessness_that_comes_back_a_third_time_is_taken_for_more() -> None:
    twice = SoFar(highest=Tier.WATCH, heavy_turns=2)
    assert [c.tier for c in found("", twice, a_concern(Kind.HOPELESS))] == [Tier.CONCERN]
    assert not found("", SoFar(highest=Tier.WATCH, heavy_turns=1), a_concern(Kind.HOPELESS))


def odds(tier_two: float) -> Odds:
    return Odds((tier_two, tier_two, 0.0, 0.0), {Kind.PLAN: 0.9}, {Subject.SELF: 1.0})


def test_two_halves_of_a_plan_are_read_together_and_raise_only() -> None:
    talk = TalkLikeness(Likeness({Tier.WATCH: 0.5, Tier.CONCERN: 0.5}))
    both = Heard(said="x", plain="x", odds=odds(0.1), odds_together=odds(0.9))
    assert [c.tier for c in talk.concerns((), both, SoFar())] == [Tier.CONCERN]
    assert not list(talk.concerns((), both, SoFar(highest=Tier.CONCERN))), "already known"
    assert not list(talk.concerns((), heard("x"), SoFar())), "no trained layer, no opinion"


@pytest.mark.parametrize(
    "said", ["im 14", "i'm 16, and i cut", "i am fifteen", "im in year 9", "I'm in 8th grade", "as a 13 year old", "im 13 f"]
)
def test_it_hears_that_somebody_is_under_eighteen(said: str) -> None:
    assert YOUNG.says(heard(said))


@pytest.mark.parametrize(
    "said",
    [
        "im 34",
        "i'm 17 weeks pregnant",
        "i'm 12 minutes late",
        "my son is 14",
        "been here 14 years",
        "when i was 15",
        "she is in year 9",
        "16 days sober",
    ],
)
def test_other_numbers_make_nobody_a_minor(said: str) -> None:
    assert not YOUNG.says(heard(said))
