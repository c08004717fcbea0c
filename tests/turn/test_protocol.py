"""The crisis protocol as a state machine: what is said next, and what never happens."""

from __future__ import annotations

import pytest

from companion.app import Companion
from companion.core.concern import Kind, Subject, Tier
from companion.core.events import Event, Finished, HandoffChanged, Offered, Routed, Said, Screened
from companion.core.message import Turn
from companion.core.talk import SoFar
from companion.turn.protocol import FAMILY, family_of


def walk(companion: Companion, *messages: str, region: str = "GB") -> list[list[Event]]:
    """Return the events of each turn of one talk."""
    so_far = SoFar()
    talk: list[list[Event]] = []
    for said in messages:
        events = list(companion.take(Turn(said=said, so_far=so_far, region=region)))
        last = events[-1]
        assert isinstance(last, Finished)
        so_far = last.so_far
        talk.append(events)
    return talk


def routed(events: list[Event]) -> Routed:
    return next(event for event in events if isinstance(event, Routed))


def words(events: list[Event]) -> list[str]:
    return [event.words for event in events if isinstance(event, Said)]


def test_tier_one_is_asked_about_plainly_and_the_talk_goes_on(words_only: Companion) -> None:
    first, second = walk(words_only, "i don't see the point anymore", "my sister called today and we talked about the garden")
    assert any("are you thinking about killing yourself" in event.text for event in first if isinstance(event, Said))
    assert routed(second).way == "moves"


def test_yes_to_the_plain_question_is_understood_and_raises_the_tier(words_only: Companion) -> None:
    _first, second, third = walk(words_only, "i don't see the point anymore", "yes", "yes")
    assert words(second)[0].startswith("crisis.suicide.yes.1")
    assert words(third)[0].startswith("crisis.suicide.yes.2")
    assert any(isinstance(event, HandoffChanged) for event in third), "a plan brings in people"


def test_one_no_does_not_close_the_way(words_only: Companion) -> None:
    _, denied, later = walk(words_only, "i want to kill myself", "no", "i want to end it all tonight")
    assert words(denied)[0].startswith("crisis.suicide.no")
    assert routed(later).way == "crisis"


def test_a_joke_or_a_denial_never_lowers_the_tier_of_a_talk(words_only: Companion) -> None:
    talk = walk(words_only, "i have the pills here in front of me", "haha jk im fine", "just kidding lol")
    for events in talk:
        screened = next(event for event in events if isinstance(event, Screened))
        assert screened.verdict.tier == Tier.URGENT
    assert all(routed(events).way == "crisis" for events in talk)


def test_somebody_who_wants_to_talk_about_something_else_is_let(words_only: Companion) -> None:
    *_, asked, after = walk(words_only, "i want to kill myself tonight", "I'd rather talk about something else", "my plants are growing")
    assert words(asked)[0].startswith("crisis.resume")
    assert routed(after).way == "moves"


def test_nothing_repeats_while_it_stays(words_only: Companion) -> None:
    talk = walk(words_only, "i am going to kill myself tonight", *["it is all so loud in here"] * 20)
    said = [word for events in talk for word in words(events)]
    assert len(said) == len(set(said))


def test_the_talk_is_never_ended_by_us(words_only: Companion) -> None:
    for events in walk(words_only, "i am going to kill myself tonight", *["no"] * 12):
        assert any(isinstance(event, Said) for event in events)


@pytest.mark.parametrize(
    ("said", "family"),
    [
        ("my best friend says she wants to die", "worried"),
        ("I tried to kill myself when I was 15. I'm 40 now and mostly ok", "past"),
        ("writing an essay on suicide in hamlet, where do i start", "figure"),
        ("i keep having awful thoughts that i might hurt my baby and it terrifies me", "intrusive"),
        ("my brother died by suicide last spring", "bereaved"),
        ("my husband hits me", "abuse"),
        ("i keep starving myself", "eating"),
        ("i cut myself again last night", "self_harm"),
    ],
)
def test_each_kind_has_its_own_path(words_only: Companion, said: str, family: str) -> None:
    (events,) = walk(words_only, said)
    assert any(word.startswith(f"crisis.{family}.") for word in words(events)), words(events)


def test_somebody_elses_danger_is_not_taken_for_ones_own() -> None:
    assert family_of(Kind.SUICIDAL_THOUGHTS, Subject.OTHER, Tier.CONCERN) == "worried"
    assert family_of(Kind.BEREAVED, Subject.OTHER, Tier.WATCH) == "bereaved"


def test_every_kind_of_danger_has_a_family_and_every_family_has_words(words_only: Companion) -> None:
    assert set(FAMILY) == set(Kind)
    for family in {*FAMILY.values(), "past", "figure"}:
        assert any(words_only.kit.words.has(f"crisis.{family}.first{end}") for end in ("", ".1", ".2", ".3", ".4")), family


def test_at_tier_four_the_emergency_number_comes_before_any_words(words_only: Companion) -> None:
    (events,) = walk(words_only, "just took the whole bottle")
    order = [event.kind for event in events if event.kind in ("offered", "said")]
    assert order[0] == "offered"


def test_two_regions_get_their_own_lines(words_only: Companion) -> None:
    def first_line(region: str) -> str:
        (events,) = walk(words_only, "i want to kill myself", region=region)
        return next(event for event in events if isinstance(event, Offered)).lines[0].id

    assert (first_line("GB"), first_line("US")) == ("gb-samaritans", "us-988")


def test_a_supporter_is_called_for_once_and_the_truth_is_told(words_only: Companion) -> None:
    talk = walk(words_only, "i am going to kill myself tonight", "i have the pills here")
    rung = [event for events in talk for event in events if isinstance(event, HandoffChanged)]
    assert len(rung) == 1
    assert any("No human supporter" in event.text for event in talk[0] if isinstance(event, Said))


def test_a_talk_that_arrives_as_a_whole_is_heard_like_one_that_was_lived_through(words_only: Companion) -> None:
    from companion.core.message import Message

    said = ["i don't see the point anymore", "yes", "what a day"]
    live = walk(words_only, *said)
    whole = words_only.so_far(tuple(Message(role="person", text=text) for text in said[:2]), Turn(said=said[2], region="GB"))
    lived = next(event for event in live[1] if isinstance(event, Finished)).so_far
    assert (whole.highest, whole.staying, whole.crisis_kind, whole.crisis_tier) == (
        lived.highest,
        lived.staying,
        lived.crisis_kind,
        lived.crisis_tier,
    )
