"""A reply speaks only of what the talk did: people, days, places, numbers and names that nobody mentioned are stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.checks.facts import SaidFacts
from companion.checks.grounded import shared_words
from companion.core.ports import Draft
from companion.knowledge.signals import read_facts
from companion.knowledge.voice import read_examples

ROOT = Path(__file__).resolve().parents[2]
FACTS = SaidFacts(read_facts(ROOT / "knowledge" / "signals" / "en"))
REFLECTIONS = read_examples(ROOT / "prompts" / "voice" / "reflections.jsonl")


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("I miss my wife. Eight months now.", "Years go by and she is still your mum."),
        ("my dad passed three weeks ago", "Four weeks without him."),
        ("my boss shouted at me again", "He shouted at you again."),
        ("cant stop crying", "Tuesday, and still crying."),
        ("got the job!!", "You got the job, and Sarah will be so pleased!"),
        ("feeling low today", "Low today, like after the hospital."),
        ("my friend moved away", "Your sister moved away."),
    ],
)
def test_what_nobody_mentioned_is_stopped(said: str, reply: str) -> None:
    assert FACTS.objections(reply, Draft(said=(said,)))


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("mam died in june. i kept her glasses", "Your mum died in June, and you kept her glasses."),
        ("im 47 and got my first A", "Your first A, at forty-seven!"),
        ("up since 3am with the baby", "Up since three, with the baby."),
        ("my husbands late again", "Your husband is late again, and he is not home."),
        ("Gordon said I passed", "You passed, and Gordon was the one to say it!"),
        ("two of us left", "The two of you left. One thing at a time."),
        ("nothing to say", "Nothing to say, then."),
    ],
)
def test_what_was_said_may_be_given_back(said: str, reply: str) -> None:
    assert not FACTS.objections(reply, Draft(said=(said,)))


def test_what_was_said_earlier_in_the_talk_counts() -> None:
    assert not FACTS.unsaid("Your dog is still at the vet.", ["the dog ate a sock", "still at the vet"])
    assert FACTS.unsaid("Your cat is still there.", ["still there"]) == ["cat"]


def test_a_language_without_a_list_is_left_alone() -> None:
    assert not SaidFacts(read_facts(ROOT / "knowledge" / "signals" / "de")).unsaid(
        "Deine Mutter und drei Katzen.", ["mir geht es schlecht"]
    )


def test_the_taught_reflections_keep_to_the_talk() -> None:
    stray = [
        (example.id, found) for example in REFLECTIONS if (found := FACTS.unsaid(example.reply, [line.text for line in example.turns]))
    ]
    assert not [one for one in stray if one[1] != ["hour"]]
    assert len(REFLECTIONS) >= 2500


def test_the_share_of_the_persons_own_words() -> None:
    small = frozenset({"your", "and", "the"})
    assert shared_words("Your kettle and the cat.", ["the kettle broke"], small) == 0.5
    assert shared_words("And the.", ["the kettle broke"], small) == 1.0
