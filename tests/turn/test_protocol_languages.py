"""The protocol in eight languages: its words, its answers, its bank of lines, and what is said in a language that it lacks."""

from __future__ import annotations

import re

import pytest

from companion.app import Companion
from companion.core.concern import Kind, Tier
from companion.core.events import Offered, Said
from companion.core.message import Turn
from companion.core.talk import SoFar
from companion.knowledge.stay import MEDICAL
from companion.turn.protocol import FAMILY, STAY
from companion.turn.route import route
from tests.turn.test_protocol import routed, walk, words

LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "pt", "zh")
WANTS_TO_DIE = {
    "ar": "أريد أن أنتحر الليلة",
    "de": "ich bringe mich heute nacht um",
    "es": "me voy a matar esta noche",
    "fr": "je vais me suicider ce soir",
    "hi": "मैं आज रात आत्महत्या करने वाला हूँ",
    "pt": "vou me matar hoje à noite",
    "zh": "我今晚要自杀",
}


def test_eight_languages_have_signals_words_answers_and_a_bank(words_only: Companion) -> None:
    assert tuple(sorted(words_only.kit.speech)) == LANGUAGES
    for language, speech in words_only.kit.speech.items():
        assert len(speech.stay) >= (150 if language == "en" else 60), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_family_has_words_of_its_own_in_every_language(words_only: Companion, language: str) -> None:
    book, english = words_only.kit.speech[language].words, words_only.kit.words
    wanted = {key for key in english.keys if key.startswith("crisis.") and key != STAY}
    assert not wanted - set(book.keys)
    for key in wanted:
        for text in book.variants(key):
            assert not re.search(r"\d", text), f"{key} in {language} names a number"
    first = [key for key in wanted if ".first" in key and "unreadable" not in key]
    lone = [key for key in first if len(book.variants(key)) < 2]
    assert language == "en" or not lone, lone


@pytest.mark.parametrize("language", sorted(WANTS_TO_DIE))
def test_danger_in_each_language_is_heard_without_any_model_and_answered_in_it(words_only: Companion, language: str) -> None:
    (events,) = walk(words_only, WANTS_TO_DIE[language])
    said = next(event for event in events if isinstance(event, Said))
    card = next(event for event in events if isinstance(event, Offered))
    assert routed(events).way == "crisis"
    assert said.words.startswith("crisis.suicide.first.3")
    assert said.text in {
        text.replace("$emergency", "999") for text in words_only.kit.speech[language].words.variants("crisis.suicide.first.3")
    }
    assert card.language == language
    assert card.emergency
    assert card.urgent


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_that_can_be_touched_are_understood(words_only: Companion, language: str) -> None:
    """Yes, sometimes and no under the plain question must lead where they say, whatever the language."""
    book, answers = words_only.kit.speech[language].words, words_only.kit.speech[language].answers
    choices = book.say("crisis.suicide.first.1", frozenset()).choices
    read = [answers.answer(words_only.heard(choice)) for choice in choices]
    assert read[:3] == ["yes", "unsure", "no"], list(zip(choices, read, strict=True))
    go_on = book.say("crisis.suicide.first.2", frozenset()).choices[-1]
    assert answers.answer(words_only.heard(go_on)) == "go_on", go_on


@pytest.mark.parametrize("language", sorted(WANTS_TO_DIE))
def test_a_talk_stays_in_its_language_and_nothing_repeats_in_it(words_only: Companion, language: str) -> None:
    talk = walk(words_only, WANTS_TO_DIE[language], *["..."] * 30)
    said = [word for events in talk for word in words(events)]
    assert len(said) == len(set(said))
    book = words_only.kit.speech[language]
    assert all(word.startswith(("crisis.", "handoff.")) for word in said)
    assert len({word for word in said if word.startswith("crisis.stay.")}) >= 25
    assert len(book.stay) >= 60


@pytest.mark.parametrize("family", sorted({*FAMILY.values()} & MEDICAL))
def test_while_somebody_needs_an_ambulance_no_easy_line_is_said(words_only: Companion, family: str) -> None:
    heard = words_only.heard("my dog is lying on my feet")
    for language, speech in words_only.kit.speech.items():
        line = speech.stay.line(heard, family, frozenset(), {"emergency": "999"})
        assert line is None or language == "en", f"{language}: a line without `families` was offered for {family}"


def test_the_line_that_stays_answers_what_was_said(words_only: Companion) -> None:
    stay = words_only.kit.speech["en"].stay
    for said, telling in (
        ("you are just a bot", "software"),
        ("i tried the line and nobody picked up", "Nobody picked up"),
        ("my dog is lying on my feet", "animal"),
        ("they will send the police", "police"),
    ):
        line = stay.line(words_only.heard(said), "suicide", frozenset(), {"emergency": "999"})
        assert line is not None
        assert telling.lower() in line.text.lower(), (said, line.text)


def test_ordinary_talk_in_a_known_language_gets_honest_words_in_it_and_no_english_story(words_only: Companion) -> None:
    first, second = walk(words_only, "hoy ha sido un día muy largo en el trabajo", "mañana tengo que madrugar otra vez")
    assert words(first)[0].startswith("language.limited")
    assert words(second)[0].startswith(("language.limited", "language.here"))
    assert not [event for event in (*first, *second) if event.kind == "quoted"]


def test_an_unknown_language_gets_a_calm_card_in_every_answer(words_only: Companion) -> None:
    talk = walk(words_only, "jag har haft en lång och tung dag på jobbet", "jag är så trött på allt det här nu")
    for events in talk:
        card = next(event for event in events if isinstance(event, Offered))
        assert not card.urgent
        assert not card.quiet
        assert card.lines[-1].id == "int-find-a-helpline"
        assert words(events)[0].startswith("language.unknown")


def test_a_minor_meets_youth_lines_first_for_the_rest_of_the_talk(words_only: Companion) -> None:
    _, events = walk(words_only, "hi, i'm 15 and school is a lot", "i want to kill myself")
    card = next(event for event in events if isinstance(event, Offered))
    assert {"youth", "children", "teens"} & set(card.lines[0].audiences)


def test_after_a_crisis_it_asks_once_how_it_is_and_takes_up_again_when_it_is_still_there(words_only: Companion) -> None:
    ordinary = ["my plants are growing", "i watched a film yesterday", "it was a comedy", "my sister laughed a lot", "then we had soup"]
    talk = walk(words_only, "i want to kill myself", "I'd rather talk about something else", *ordinary)
    checks = [word for events in talk for word in words(events) if word.startswith("crisis.check")]
    assert len(checks) == 1
    *_, checked, answered = walk(words_only, "i want to kill myself", "I'd rather talk about something else", *ordinary[:3], "Still there")
    assert any(word.startswith("crisis.check") for word in words(checked))
    assert routed(answered).way == "crisis"
    *_, quieter = walk(words_only, "i want to kill myself", "I'd rather talk about something else", *ordinary[:3], "It's quieter")
    assert words(quieter)[0].startswith(("crisis.resume", "crisis.no"))


def test_each_message_costs_the_same_however_long_the_talk_is(words_only: Companion) -> None:
    """What is kept of a talk is small and bounded: ids and tiers, no words, and nothing that grows with every message but ids said."""
    so_far = SoFar(highest=Tier.CONCERN)
    assert "said" not in SoFar.model_fields
    assert len(so_far.model_dump_json()) < 1_000


def test_no_button_of_the_protocol_is_taken_for_a_boundary(real: Companion) -> None:
    """Boundaries are heard by meaning as well, and "I'd rather talk about something else" is near to asking for no stories."""
    staying = SoFar(turns=3, highest=Tier.URGENT, highest_kinds=(Kind.PLAN,), staying=True, crisis_kind=Kind.PLAN, asked_plainly=True)
    kit, tried = real.kit, 0
    for language, speech in kit.speech.items():
        keys = (key for key in speech.words.keys if key.startswith("crisis."))
        for choice in {choice for key in keys for choice in speech.words.say(key, frozenset(), {"emergency": "999"}).choices}:
            turn, heard = Turn(said=choice, so_far=staying), real.heard(choice)
            way = route(turn, heard, real.screen(turn), kit.boundaries, speech.answers.answer(heard))
            assert way.way == "crisis", f"{language}: {choice} went to {way.name}"
            tried += 1
    assert tried > 100
