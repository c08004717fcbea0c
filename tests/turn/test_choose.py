"""A small model's drafts: each is guarded, the best is said, and curated words stand in where none is good enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from companion.backends.scripted import ScriptedModel
from companion.core.errors import ModelBroken, ModelMissing
from companion.core.events import Event, Finished, Said, Stumbled, Withheld
from companion.core.judging import Judged
from companion.core.message import Message, Turn
from companion.core.ports import FixedWords, Heard
from companion.core.reflecting import Reflection
from companion.turn.choose import FLOOR, worth
from companion.turn.deliver import take_turn
from companion.turn.kit import Kit

SAID = "the boiler went again and i sat on the kitchen floor"
GOOD, POOR, RULES = "The boiler again, and you on the kitchen floor.", "Boilers are warm things to have.", "As a therapist, I know boilers."


class ScriptedJudge:
    """Gives each known reply its chance; any other reply fails the test."""

    ready = True

    def __init__(self, **chances: float) -> None:
        self._chances = {GOOD: chances.get("good", 0.9), POOR: chances.get("poor", 0.3)}
        self.asked: list[str] = []

    def judge(self, said: Sequence[str], replies: Sequence[str]) -> Sequence[Judged]:
        self.asked += replies
        return [Judged(fits=self._chances[reply], faults={"invent": 0.1}) for reply in replies]


class NoJudge:
    ready = True

    def judge(self, said: Sequence[str], replies: Sequence[str]) -> Sequence[Judged]:
        raise ModelMissing("not loaded")


@pytest.fixture
def drafting(kit: Callable[..., Kit]) -> Callable[..., list[Event]]:
    def go(*drafts: str | Exception, judge: Any = None, turn: Turn | None = None) -> list[Event]:
        made = kit(ScriptedModel(*drafts), judge=judge or ScriptedJudge(), small_checks=())
        made = replace(made, profile=replace(made.profile, drafts=len(drafts)))
        return list(take_turn(turn or Turn(said=SAID), made))

    return go


def spoken(events: Sequence[Event], voice: str) -> str:
    return " ".join(event.text for event in events if isinstance(event, Said) and event.voice == voice)


def test_the_draft_that_fits_best_is_said_and_no_other(drafting: Callable[..., list[Event]]) -> None:
    events = drafting(POOR, GOOD)
    assert spoken(events, "model") == GOOD
    assert not spoken(events, "fixed"), "a reply that fits needs nothing beside it"
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.so_far.model_spoke


def test_under_the_floor_curated_words_are_said(drafting: Callable[..., list[Event]]) -> None:
    events = drafting(POOR, judge=ScriptedJudge(poor=FLOOR))
    assert not spoken(events, "model"), "its likeliest fault is taken off first"
    assert spoken(events, "fixed")


def test_what_the_guard_drops_is_never_judged_or_said(drafting: Callable[..., list[Event]]) -> None:
    judge = ScriptedJudge()
    events = drafting(RULES, GOOD, judge=judge)
    assert judge.asked == [GOOD]
    assert spoken(events, "model") == GOOD
    assert any(isinstance(event, Withheld) for event in events)


def test_no_question_after_a_question(drafting: Callable[..., list[Event]]) -> None:
    asked = "What did the boiler do?"
    earlier = (Message(role="person", text="hi"), Message(role="companion", text="Hello. What was today like?"))
    events = drafting(asked, GOOD, turn=Turn(said=SAID, earlier=earlier))
    assert "?" not in spoken(events, "model") + spoken(events, "fixed")


@pytest.mark.parametrize("broken", [ModelBroken("fell over"), ModelMissing("gone")])
def test_an_engine_that_breaks_leaves_curated_words_and_says_so_once(drafting: Callable[..., list[Event]], broken: Exception) -> None:
    events = drafting(broken)
    assert any(isinstance(event, Stumbled) and event.step == "speak" for event in events)
    assert spoken(events, "fixed")


def test_without_a_judge_nothing_of_the_model_is_said(drafting: Callable[..., list[Event]]) -> None:
    events = drafting(GOOD, judge=NoJudge())
    assert not spoken(events, "model")
    assert spoken(events, "fixed")


def test_a_fault_weighs_against_a_reply() -> None:
    assert worth(Judged(fits=0.8, faults={"invent": 0.4})) == pytest.approx(0.6)
    assert worth(Judged(fits=0.1, faults={"invent": 0.9})) == 0.0


class ScriptedEchoes:
    def turned(self, said: str) -> FixedWords | None:
        return None

    def offers(self, said: str, mood: str, used: frozenset[str], *, questions: bool) -> Sequence[FixedWords]:
        return [FixedWords(id="echo.1", text=GOOD)] if "echo.1" not in used else []


def test_an_echo_may_be_the_best_and_is_remembered(kit: Callable[..., Kit]) -> None:
    made = kit(ScriptedModel(POOR), judge=ScriptedJudge(), small_checks=(), echoes=ScriptedEchoes())
    events = list(take_turn(Turn(said=SAID), made))
    assert spoken(events, "fixed") == GOOD
    assert not spoken(events, "model")
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert "echo.1" in finished.so_far.used_words
    assert not finished.so_far.model_spoke


class ScriptedBank:
    """A bank with one situation that lies very near to everything; its words are about a mother."""

    def __init__(self, likeness: float = 0.9) -> None:
        self._near = Reflection(
            FixedWords(id="reflection.mother.0", text="Your mum, and all those years."), "grieving", True, None, likeness
        )

    def nearest(self, heard: Heard, used: frozenset[str]) -> Reflection:
        return self._near if heard.vector is not None else Reflection(FixedWords(id="reflection.plain.0", text="It is read."), "any", False)

    def near(self, heard: Heard, used: frozenset[str], *, most: int) -> tuple[Reflection, ...]:
        return (self._near,)


@pytest.mark.parametrize(("said", "meets"), [("i miss my mum, it has been years", True), ("i miss my wife, it has been months", False)])
def test_curated_words_are_said_only_when_they_speak_of_what_the_talk_did(kit: Callable[..., Kit], said: str, meets: bool) -> None:
    made = kit(ScriptedModel(), judge=ScriptedJudge(), reflections=ScriptedBank(), small_checks=())
    events = list(take_turn(Turn(said=said), made))
    assert ("mum" in spoken(events, "fixed")) is meets
    assert spoken(events, "fixed")
    blind = list(take_turn(Turn(said=said), replace(made, facts=None)))
    assert "mum" in spoken(blind, "fixed"), "without the check they would have been said"


def test_the_model_is_asked_before_words_that_are_merely_near(kit: Callable[..., Kit]) -> None:
    made = kit(ScriptedModel(GOOD), judge=ScriptedJudge(), reflections=ScriptedBank(0.66), small_checks=(), facts=None)
    made = replace(made, profile=replace(made.profile, drafts=1))
    assert spoken(list(take_turn(Turn(said=SAID), made)), "model") == GOOD
    sure = replace(made, model=ScriptedModel(), reflections=ScriptedBank(0.9))
    assert "mum" in spoken(list(take_turn(Turn(said=SAID), sure)), "fixed"), "for just such a message the model is not asked"
