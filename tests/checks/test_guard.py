"""What must never be shown: the rules' own examples, numbers and links, and a small model's inventions."""

from typing import Any

import pytest

from companion.app import Companion
from companion.checks.claims import Claims
from companion.checks.contacts import Contacts
from companion.checks.grounded import Grounded
from companion.checks.leaks import Leaks
from companion.core.ports import Draft
from companion.core.signal import BoundarySignal, GuardSignal, LintRule
from companion.knowledge.lines import read_lines
from companion.knowledge.prompts import read_prompts, read_small_words
from companion.knowledge.signals import read_rules
from tests.conftest import KNOWLEDGE, PROMPTS

RULES = read_rules(KNOWLEDGE / "signals" / "en")
CLAIMS = Claims(RULES)
CONTACTS = Contacts(read_lines(KNOWLEDGE / "resources" / "crisis-lines.yaml").lines)
GROUNDED = Grounded(read_small_words(PROMPTS / "voice" / "plain-words.en.txt"))


@pytest.mark.parametrize("rule", RULES.guards, ids=lambda rule: rule.name)
def test_each_rule_stops_its_examples_and_leaves_what_may_be_said(rule: GuardSignal) -> None:
    for example in rule.examples:
        assert any(objection.because == rule.name for objection in CLAIMS.objections(example, Draft())), example
    for harmless in rule.leaves:
        assert not list(CLAIMS.objections(harmless, Draft())), harmless


def test_a_claim_cut_in_two_is_still_seen() -> None:
    first, second = "Take two.", "Tablets, I mean."
    assert list(CLAIMS.objections(second, Draft(cleared=first)))
    assert not list(CLAIMS.objections(second, Draft()))


def test_tricks_in_spelling_do_not_open_the_guard() -> None:
    assert list(CLAIMS.objections("As a l1censed ther\u0430pist, I see this often.", Draft()))


@pytest.mark.parametrize(
    "sentence",
    [
        "Call 555 010 9999 now.",
        "Text us at 12345.",
        "Ring one eight hundred, five five five, nine nine nine.",
        "Dial nine one nine.",
        "See www.helpme-now.com for more.",
        "Write to help@example.org.",
        "Go to findhelp.net today.",
        "Call 0800 123 456.",
    ],
)
def test_a_number_or_link_that_is_not_in_the_data_is_stopped(sentence: str) -> None:
    assert list(CONTACTS.objections(sentence, Draft())), sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Samaritans are on 116 123.",
        "You can text SHOUT to 85258.",
        "It was 3 in the morning.",
        "Since 2019 it has been quiet.",
        "At 10:30 the house was asleep.",
        "Two of three days were fine.",
        "See https://findahelpline.com for more.",
    ],
)
def test_what_is_in_the_data_and_ordinary_numbers_pass(sentence: str) -> None:
    assert not list(CONTACTS.objections(sentence, Draft())), sentence


def test_a_number_the_person_wrote_may_be_given_back() -> None:
    assert not list(CONTACTS.objections("Room 4512 again.", Draft(said=("they put me in room 4512",))))


def test_the_models_instructions_are_never_said() -> None:
    prompts = read_prompts(PROMPTS / "model", "large")
    leaks = Leaks((prompts.system, prompts.tail, *prompts.plans.values()))
    assert list(leaks.objections("You're the voice of companion, a page that listens and passes on stories.", Draft()))
    assert list(leaks.objections("What you write is read by somebody who may be having a very bad night.", Draft()))
    assert not list(leaks.objections("It is quiet, and the kettle has gone cold.", Draft()))


SAID = ("my manager shouted at me in front of everyone and i just stood there",)


@pytest.mark.parametrize(
    ("sentence", "may"),
    [
        ("Your manager shouted at you in front of everyone, and you just stood there.", True),
        ("Your manager shouted at you in front of everyone.", True),
        ("You stood.", False),
        ("Everyone shouted at your manager.", False),  # who did what to whom
        ("Your mother shouted at you in front of everyone.", False),  # somebody new
        ("Your manager shouted at you because you were late.", False),  # a cause
        ("Your manager never shouted at you.", False),  # the opposite
        ("Did your manager shout at you?", False),
        ("It is hard to know who you are.", False),
    ],
)
def test_a_small_model_may_only_give_back_what_was_said(sentence: str, may: bool) -> None:
    assert (not list(GROUNDED.objections(sentence, Draft(said=SAID)))) is may


def test_boundaries_find_their_examples_and_leave_ordinary_talk(words_only: Companion) -> None:
    boundary = words_only.kit.boundaries
    for rule in RULES.boundaries:
        assert isinstance(rule, BoundarySignal)
        for example in rule.examples:
            assert boundary.boundary(words_only.heard(example)) == rule.boundary, example
        for ordinary in rule.leaves:
            assert boundary.boundary(words_only.heard(ordinary)) is None, ordinary


def test_every_boundary_has_words(words_only: Companion) -> None:
    assert all(words_only.kit.words.has(f"boundary.{rule.boundary}") for rule in RULES.boundaries)


@pytest.mark.parametrize("rule", RULES.lints, ids=lambda rule: rule.name)
def test_each_lint_rule_finds_its_examples_and_leaves_its_look_alikes(rule: LintRule) -> None:
    from companion.checks.wording import Wording

    wording = Wording(RULES)
    for example in rule.examples:
        assert rule in list(wording.faults(example, ending=rule.ending)), example
    for harmless in rule.leaves:
        assert not list(wording.faults(harmless, ending=rule.ending)), harmless


ANSWERS: list[tuple[str, Any]] = [
    ("yes", "yes"), ("yeah", "yes"), ("i am", "yes"), ("every night", "yes"), ("no", "no"), ("nope", "no"), ("i'm not", "no"),
    ("sometimes", "unsure"), ("idk", "unsure"), ("I'd rather not say", "unsure"), ("I'd rather talk about something else", "go_on"),
    ("i'm ok now", "go_on"), ("the dog ate my shoe", None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "answer"), ANSWERS)
def test_short_answers_to_a_plain_question_are_read(words_only: Companion, said: str, answer: Any) -> None:
    assert words_only.kit.speech["en"].answers.answer(words_only.heard(said)) == answer
