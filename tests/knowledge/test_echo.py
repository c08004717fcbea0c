"""Echoes: the person's own words and no others, never an insult to oneself, never a word of danger, never the same frame twice."""

from __future__ import annotations

from collections import Counter

import pytest

from companion.knowledge.echo import EchoBook, read_frames
from companion.knowledge.prompts import read_small_words
from companion.knowledge.voice import read_examples
from tests.conftest import PROMPTS

FRAMES = read_frames(PROMPTS / "fixed" / "en" / "echo-frames.toml")
BOOK = EchoBook(FRAMES, read_small_words(PROMPTS / "voice" / "common-words.en.txt"))


def echoes(said: str, mood: str = "", used: frozenset[str] = frozenset(), *, questions: bool = True) -> list[str]:
    return [words.text for words in BOOK.offers(said, mood, used, questions=questions)]


def test_there_are_hundreds_of_frames_in_every_mood_and_each_holds_one_echo() -> None:
    assert len(FRAMES) >= 200
    assert len({(frame.kind, frame.text) for frame in FRAMES}) == len(FRAMES)
    assert all(frame.text.count("{echo}") == 1 and "\u201c{echo}" in frame.text for frame in FRAMES)
    assert min(Counter(frame.mood for frame in FRAMES).values()) >= 8
    assert all(frame.text.endswith("?") for frame in FRAMES if frame.move == "ask")
    assert not [frame.text for frame in FRAMES if frame.move == "reflect" and "?" in frame.text]


def test_an_echo_is_verbatim_also_over_every_example() -> None:
    for example in read_examples(PROMPTS / "voice" / "examples.jsonl")[::5]:
        said = example.turns[-1].text
        for _, span in BOOK.spans(said):
            assert span in said


@pytest.mark.parametrize(
    "said",
    [
        "im so stupid",
        "i'm a burden",
        "i want to die",
        "i took all my tablets",
        "my dad hits me",
        "what should i do",
        "can you help me",
        "ok",
        "",
    ],
)
def test_insults_to_oneself_danger_and_questions_are_never_given_back(said: str) -> None:
    assert not echoes(said)


def test_the_harmless_part_beside_an_insult_is_what_comes_back() -> None:
    assert {span for _, span in BOOK.spans("im so stupid, i missed the last bus")} == {"i missed the last bus"}


def test_no_frame_comes_twice_and_no_question_where_none_is_wanted() -> None:
    said = "my sister rang, she never rings. i just stood there in the hall"
    first = BOOK.offers(said, "sad", frozenset(), questions=True)
    again = BOOK.offers(said, "sad", frozenset(words.id for words in first), questions=True)
    assert first
    assert not {words.id for words in first} & {words.id for words in again}
    for mood in {frame.mood for frame in FRAMES}:
        assert not [text for text in echoes(said, mood, questions=False) if "?" in text]


@pytest.mark.parametrize(
    ("said", "turned"),
    [
        ("hes on nights. i shouted at them earlier, just stop it", "You shouted at them earlier."),
        ("she made me sandwiches this morning. with a little note in", "She made you sandwiches this morning."),
        ("my flatmate eats my food every single week", "Your flatmate eats your food every single week."),
        ("i was at the window all evening", "You were at the window all evening."),
        ("we left the house at ten", None),
        ("im so stupid", None),
        ("i want to die", None),
    ],
)
def test_a_clause_is_turned_to_the_person_or_left(said: str, turned: str | None) -> None:
    found = BOOK.turned(said)
    assert (found.text if found else None) == turned
