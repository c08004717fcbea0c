"""Route, retrieve, compose, speak and deliver on scripted backends."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from companion.app import Companion
from companion.backends.scripted import NoModel, ScriptedModel
from companion.core.concern import LAYER, Concern, Kind, Tier
from companion.core.events import Event, Finished, Offered, Quoted, Routed, Said, Stumbled
from companion.core.message import Message, Style, Turn
from companion.core.ports import Heard
from companion.core.prompts import Profile, Prompts
from companion.turn.compose import compose
from companion.turn.deliver import take_turn
from companion.turn.kit import Kit
from companion.turn.person import ask_for_a_person
from companion.turn.retrieve import in_its_talk
from companion.turn.sentences import LONGEST_SENTENCE, sentences

Take = Callable[..., list[Event]]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One. Two? Three", ["One.", "Two?", "Three"]),
        ("Dr. Who came at 3.30 p.m. to tea. Then left.", ["Dr. Who came at 3.30 p.m. to tea.", "Then left."]),
        ('She said "no." Then left.', ['She said "no."', "Then left."]),
        ("A line\nanother line", ["A line", "another line"]),
        ("", []),
        ("   ", []),
        ("我很累。 你呢？", ["我很累。", "你呢？"]),
    ],
)
@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_sentences_are_the_same_however_the_text_arrives(text: str, cut: list[str], piece: int) -> None:
    assert list(sentences(text[at : at + piece] for at in range(0, len(text), piece))) == cut


def test_a_sentence_without_an_end_is_still_let_go() -> None:
    assert len(list(sentences(["word " * 400]))) >= 400 * 5 // LONGEST_SENTENCE


PROMPTS = Prompts(system="SYSTEM", tail="$said [$plan] $passages", plans={"reflect": "say it back"})


def test_the_prompt_of_a_later_turn_begins_with_the_bytes_of_the_one_before() -> None:
    earlier = (Message(role="person", text="one"), Message(role="companion", text="two"))
    first = compose(Turn(said="three", earlier=earlier), (), ("reflect",), PROMPTS, Profile())
    later = (*earlier, Message(role="person", text="three"), Message(role="companion", text="four"))
    second = compose(Turn(said="five", earlier=later), (), ("reflect",), PROMPTS, Profile())
    assert second[: len(first) - 1] == first[:-1]
    assert first[-1]["content"] == "three [say it back]"


def test_a_long_talk_is_trimmed_to_what_the_model_can_hold() -> None:
    earlier = tuple(Message(role="person" if at % 2 == 0 else "companion", text="word " * 200) for at in range(60))
    prompt = compose(Turn(said="now", earlier=earlier), (), ("reflect",), PROMPTS, Profile(context=2048))
    assert sum(len(entry["content"]) for entry in prompt) <= 2048 * 3
    roles = [entry["role"] for entry in prompt]
    assert roles[0] == "system"
    assert roles[-1] == "user"
    assert all(one != two for one, two in itertools.pairwise(roles)), "chat templates want them in turn"


def test_a_short_message_is_searched_in_its_talk() -> None:
    earlier = (Message(role="person", text="my mother forgets my name"), Message(role="companion", text="..."))
    assert in_its_talk(Turn(said="and at night?", earlier=earlier)) == "my mother forgets my name and at night?"
    assert in_its_talk(Turn(said="a message that stands quite well alone", earlier=earlier)) == "a message that stands quite well alone"


@pytest.mark.parametrize(
    ("style", "kinds"),
    [(Style.LISTEN, set()), (Style.STORIES, {"story"}), (Style.IDEAS, {"practice"}), (Style.PEOPLE, set())],
)
def test_the_kind_of_company_decides_what_is_shown(real: Companion, style: Style, kinds: set[str]) -> None:
    said = "i can't sleep, i lie awake and listen to the house every night"
    events = list(real.take(Turn(said=said, style=style, region="GB")))
    assert {event.note_kind for event in events if isinstance(event, Quoted)} == kinds
    assert bool([event for event in events if isinstance(event, Offered)]) is (style is Style.PEOPLE)


def test_a_boundary_is_answered_with_fixed_words_and_no_model(take: Take) -> None:
    model = ScriptedModel()
    events = take("should i stop taking my sertraline", model)
    assert [event.name for event in events if isinstance(event, Routed)] == ["medicine"]
    assert [event.words.split(".")[1] for event in events if isinstance(event, Said)] == ["medicine"]
    assert model.asked == []


def test_a_small_model_is_heard_only_when_it_gives_back_what_was_said(take: Take) -> None:
    said = "my manager shouted at me in front of everyone and i just stood there"
    good = take(said, ScriptedModel("Your manager shouted at you in front of everyone, and you just stood there."))
    bad = take(said, ScriptedModel("Your mother must be so proud of you."))
    assert [event.voice for event in good if isinstance(event, Said)][:2] == ["model", "fixed"]
    assert "model" not in [event.voice for event in bad if isinstance(event, Said)]
    assert [event for event in bad if isinstance(event, Said)], "curated words stand in"


def test_an_unfinished_last_sentence_is_not_said(take: Take) -> None:
    events = take("it was a long day at work", ScriptedModel("It was a long day. And then the"), small=False)
    assert [event.text for event in events if isinstance(event, Said) and event.voice == "model"] == ["It was a long day."]


def test_the_model_is_stopped_as_soon_as_nothing_more_is_wanted(take: Take) -> None:
    model = ScriptedModel("One thing. Two things. Three things. Four things. Five things. Six things.")
    take("it was a long day at work", model, small=False)
    assert model.closed == 1


def test_a_story_shown_once_is_not_shown_again(real: Companion) -> None:
    said = "i can't sleep, i lie awake and listen to the house every night"
    first = list(real.take(Turn(said=said, region="GB")))
    end = first[-1]
    assert isinstance(end, Finished)
    second = list(real.take(Turn(said=said, so_far=end.so_far, region="GB")))
    assert {e.note for e in first if isinstance(e, Quoted)} & {e.note for e in second if isinstance(e, Quoted)} == set()


def test_somebody_who_asks_for_no_stories_gets_none_for_the_rest_of_the_talk(real: Companion) -> None:
    first = list(real.take(Turn(said="i don't want stories, i just want to talk", region="GB")))
    end = first[-1]
    assert isinstance(end, Finished)
    said = "i can't sleep, i lie awake and listen to the house every night"
    assert not [event for event in real.take(Turn(said=said, so_far=end.so_far, region="GB")) if isinstance(event, Quoted)]


def test_a_story_does_not_follow_a_story_unless_it_is_plainly_about_it(real: Companion) -> None:
    first = list(real.take(Turn(said="i can't sleep, i lie awake and listen to the house every night", region="GB")))
    end = first[-1]
    assert isinstance(end, Finished)
    assert end.so_far.quoted_last
    second = list(real.take(Turn(said="he always does it in front of the others", so_far=end.so_far, region="GB")))
    assert not [event for event in second if isinstance(event, Quoted)]


def test_asking_for_a_person_tells_the_truth_and_shows_lines(kit: Callable[..., Kit]) -> None:
    events = list(ask_for_a_person(Turn(said="", region="US"), kit()))
    assert "no human supporters" in next(event for event in events if isinstance(event, Said)).text
    assert next(event for event in events if isinstance(event, Offered)).lines[0].id == "us-988"
    assert events[-1].kind == "finished"


def test_events_come_in_order_and_finish_last(take: Take) -> None:
    kinds = [event.kind for event in take("it was a long day at work", ScriptedModel("It was a long day."), small=False)]
    assert kinds[:3] == ["screened", "routed", "retrieved"]
    assert kinds[-1] == "finished"
    assert kinds.count("finished") == 1


def test_a_reader_who_leaves_in_the_middle_stops_the_model(kit: Callable[..., Kit]) -> None:
    from companion.turn.deliver import take_turn

    model = ScriptedModel("One thing here. Two things here. Three things here. Four things here.")
    events: Iterator[Event] = take_turn(Turn(said="it was a long day at work"), kit(model, small=False))
    for event in events:
        if isinstance(event, Said):
            break
    events.close()  # type: ignore[attr-defined]
    assert model.closed == 1


def test_no_model_no_embedder_no_trouble(kit: Callable[..., Kit]) -> None:
    from companion.turn.deliver import take_turn

    events = list(take_turn(Turn(said="i feel lonely in my empty flat"), kit(NoModel())))
    assert [event for event in events if isinstance(event, Said)]
    assert replace(kit().profile, small=False).small is False


@pytest.mark.parametrize(("kind", "tier"), [(Kind.ABUSE, Tier.WATCH), (Kind.ABUSE, Tier.URGENT), (Kind.EATING, Tier.WATCH)])
def test_no_tier_of_a_family_falls_into_the_words_for_a_broken_program(kit: Callable[..., Kit], kind: Kind, tier: Tier) -> None:
    class Finds:
        name = "phrases.en"

        def concerns(self, heard: Heard) -> tuple[Concern, ...]:
            return (Concern(check=self.name, tier=tier, kind=kind, because="a test"),)

    events = list(take_turn(Turn(said="something", region="GB"), kit(NoModel(), input_checks=(Finds(),))))
    words = [event.words for event in events if isinstance(event, Said)]
    assert words
    assert not [name for name in words if "unreadable" in name], words


@pytest.mark.parametrize("tier", [Tier.WATCH, Tier.CONCERN])
def test_a_faint_guess_is_asked_about_only_after_a_reply(kit: Callable[..., Kit], tier: Tier) -> None:
    class Guesses:
        name = LAYER

        def concerns(self, heard: Heard) -> tuple[Concern, ...]:
            return (Concern(check=self.name, tier=tier, kind=Kind.SUICIDAL_THOUGHTS, because="the trained layer"),)

    turn = Turn(said="i went to the library so that somebody would say have a nice day", region="GB")
    events = list(take_turn(turn, kit(NoModel(), input_checks=(Guesses(),))))
    words = [event.words for event in events if isinstance(event, Said)]
    assert words[-1].startswith("moves.asked_after")
    assert len(words) > 1, "the plain question before any word about what was said sounds deaf"
    assert [event for event in events if isinstance(event, Offered)]
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.so_far.awaiting_answer
    again = list(take_turn(turn.model_copy(update={"so_far": finished.so_far}), kit(NoModel(), input_checks=(Guesses(),))))
    assert not [event for event in again if isinstance(event, Said) and event.words.startswith("moves.asked_after")], "asked once"


@pytest.mark.parametrize(
    ("check", "kind", "tier"), [("phrases", Kind.PLAN, Tier.CONCERN), (LAYER, Kind.ABUSE, Tier.CONCERN), (LAYER, Kind.PLAN, Tier.URGENT)]
)
def test_what_is_more_than_a_faint_guess_gets_the_protocol_at_once(kit: Callable[..., Kit], check: str, kind: Kind, tier: Tier) -> None:
    class Finds:
        name = check

        def concerns(self, heard: Heard) -> tuple[Concern, ...]:
            return (Concern(check=self.name, tier=tier, kind=kind, because="a test"),)

    events = list(take_turn(Turn(said="something quiet", region="GB"), kit(NoModel(), input_checks=(Finds(),))))
    words = [event.words for event in events if isinstance(event, Said)]
    assert words[0].startswith("crisis."), words


def test_what_stands_beside_a_wish_is_answered_too(take: Take) -> None:
    events = take("No questions please. I buried my wife this morning and I would like to write that down somewhere.")
    said = [event for event in events if isinstance(event, Said)]
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.so_far.no_questions
    assert said[0].words.startswith("moves.no_questions")
    assert len(said) > 1, "the wife is not passed over"
    assert not any("?" in event.text for event in said)


def test_a_wish_alone_gets_its_own_words(take: Take) -> None:
    said = [event for event in take("No more questions please.") if isinstance(event, Said)]
    assert [event.words.split(".")[0] for event in said] == ["boundary"]


@pytest.mark.parametrize("small", [True, False])
def test_at_tier_two_no_model_speaks_before_the_question(kit: Callable[..., Kit], small: bool) -> None:
    class Guesses:
        name = LAYER

        def concerns(self, heard: Heard) -> tuple[Concern, ...]:
            return (Concern(check=self.name, tier=Tier.CONCERN, kind=Kind.PLAN, because="the trained layer"),)

    made = kit(ScriptedModel(), small=small, input_checks=(Guesses(),))  # any call of this model fails the test
    events = list(take_turn(Turn(said="i went to the library so that somebody would say have a nice day", region="GB"), made))
    assert not [event for event in events if isinstance(event, Said) and event.voice == "model"]
    assert not [event for event in events if isinstance(event, Stumbled)]
    assert [event for event in events if isinstance(event, Offered)]
