"""The reply itself: what people wrote for such a message, what a taught model drafted, an echo, or words that fit any message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from companion.core.errors import ModelError
from companion.core.events import Event, Said, Stumbled
from companion.core.message import Turn
from companion.core.note import Hit
from companion.core.ports import Draft, Heard
from companion.core.reflecting import Reflection
from companion.turn.choose import Choice, choose
from companion.turn.compose import compose
from companion.turn.course import Course
from companion.turn.kit import Kit
from companion.turn.retrieve import in_its_talk
from companion.turn.screen import hear
from companion.turn.speak import judge_sentence, speak

LEAST_TO_ASK = 2
"""A question follows a reflection at most every second turn."""

SURE_OF_WORDS = 0.7
"""Likeness from which words of the bank are said before a model is asked for any."""

NEAR_WITH_WORDS = 0.62
"""The same where the message also has the words that tell the situation from others."""

LEAST_TO_ECHO, MOST_TO_ECHO = 5, 40
"""Words of a message that a small model may give back."""

ENTRIES_OFFERED = 3
"""Entries of the bank that are looked at for one message."""

NEAR_ENOUGH = 0.64
"""Likeness from which words of the bank are said; chosen by reading what lay nearest to ordinary messages and to those of the tune split.

The judge chose worse than nearness did: among replies that lie near, what it prefers is mostly noise.
"""

ECHO_MARK = "\u201c"
"""What an echo begins its quotation with."""

SURE_OF_MOOD = 0.65
"""Likeness to a situation from which its mood is taken for the mood of the message."""

GLAD = frozenset({"proud", "happy", "relieved", "hopeful"})
"""Moods of the nearest situation in which a reply may be loud."""

NO_NOTE_AFTER = frozenset({"hello", "thanks", "goodbye"})
"""Moods after which no story is shown: there is nothing yet for it to be near to."""


@dataclass(frozen=True)
class Plan:
    """What a reply is made from."""

    reflection: Reflection
    """What is nearest in the bank, or words that fit any message."""
    hits: tuple[Hit, ...]
    """The notes that will be shown after the reply."""
    moves: tuple[str, ...]


def own_words(turn: Turn, heard: Heard, plan: Plan, kit: Kit, course: Course, *, questions: bool = True) -> Iterator[Event]:
    """Yield the reply, asking nothing where `questions` is False. Without a judge, a small model only gives back what was said."""
    if kit.judge is not None and kit.judge.ready:
        yield from _chosen(turn, heard, plan, kit, course, asking=questions)
        return
    small = kit.profile.small
    spoken, lost = "", ""
    if not small or _worth_echoing(turn, plan.reflection, course):
        said = (*(message.text for message in turn.earlier if message.role == "person"), turn.said)
        try:
            for event in speak(compose(turn, plan.hits, plan.moves, kit.prompts, kit.profile), said, "", kit):
                spoken += f" {event.text}" if isinstance(event, Said) else ""
                yield event
        except ModelError as error:
            lost = "voice.lost" if spoken else "voice.missing"
            yield Stumbled(step="speak", error=type(error).__name__)
    course.update(model_spoke=bool(spoken))
    if small or not spoken:
        yield course.said(plan.reflection.words)
        spoken += plan.reflection.words.text
    if lost and not course.said_before(lost):
        yield course.fixed(kit.words, lost)
    quiet = course.so_far.no_questions or not questions
    if plan.reflection.ask and not quiet and "?" not in spoken and not plan.hits and course.so_far.turns % LEAST_TO_ASK:
        yield course.said(plan.reflection.ask)


def curated_words(turn: Turn, heard: Heard, plan: Plan, kit: Kit, course: Course, *, questions: bool = True) -> Iterator[Event]:
    """Yield a reply in which no model has a part: words of the bank, the person's own turned to them, or words that always fit."""
    yield from _chosen(turn, heard, plan, replace(kit, profile=replace(kit.profile, drafts=0)), course, asking=questions)


def _chosen(turn: Turn, heard: Heard, plan: Plan, kit: Kit, course: Course, *, asking: bool) -> Iterator[Event]:
    """What the bank has for just such a message; else the best draft; else what it has for one like it; an echo; words that always fit."""
    said = (*(message.text for message in turn.earlier if message.role == "person"), turn.said)
    last = next((message.text for message in reversed(turn.earlier) if message.role == "companion"), "")
    questions = asking and "?" not in last and not course.so_far.no_questions
    near = tuple(one for one in (*_near(turn, heard, kit, course), plan.reflection) if one.likeness and _true_to(said, one, kit))
    chosen = Choice()
    if kit.profile.drafts and not (near and near[0].likeness >= SURE_OF_WORDS):
        glad = bool(near) and near[0].mood in GLAD
        chosen = choose(compose(turn, plan.hits, plan.moves, kit.prompts, kit.profile), said, kit, questions=questions, glad=glad)
        if chosen.withheld:
            yield chosen.withheld
    spoken = chosen.said or _curated(near, plan.reflection) or _echoed(turn, last, near, kit, course, questions=questions)
    course.update(model_spoke=any(event.voice == "model" for event in spoken))
    course.so_far = course.so_far.with_words(*(event.words for event in spoken if event.words))
    yield from spoken
    ask = next((one.ask for event in spoken for one in near if one.words.id == event.words), None)
    if chosen.said and near and near[0].likeness >= NEAR_ENOUGH and "?" not in "".join(event.text for event in spoken):
        ask = near[0].ask if near[0].ask and _true_to(said, replace(near[0], words=near[0].ask), kit) else None
    if not spoken:
        yield course.said(kit.reflections.nearest(replace(heard, vector=None), course.so_far.used_words).words)
    if ask and questions and not plan.hits and course.so_far.turns % LEAST_TO_ASK:
        yield course.said(ask)
    if chosen.error:
        yield Stumbled(step="speak", error=type(chosen.error).__name__)
        if not course.said_before("voice.missing"):
            yield course.fixed(kit.words, "voice.missing")


def _true_to(said: tuple[str, ...], reflection: Reflection, kit: Kit) -> bool:
    """Return whether curated words speak of nothing that nobody mentioned."""
    return kit.facts is None or not judge_sentence(reflection.words.text, Draft(said=said), (kit.facts,))


def _curated(near: Sequence[Reflection], nearest: Reflection) -> tuple[Said, ...]:
    """Return what the bank has for a message like this one: near enough by meaning, or a little further off with its telling words."""
    for one in near:
        if one.likeness >= (NEAR_WITH_WORDS if one.words.id == nearest.words.id else NEAR_ENOUGH):
            return (Said(text=one.words.text, voice="fixed", words=one.words.id),)
    return ()


def _echoed(turn: Turn, last: str, near: tuple[Reflection, ...], kit: Kit, course: Course, *, questions: bool) -> tuple[Said, ...]:
    """Return the person's own words: turned to "you" where a voice speaks so too, else in a frame; quoted never twice in a row."""
    if kit.echoes is None or ECHO_MARK in last:
        return ()
    turned = kit.echoes.turned(turn.said) if kit.keeps is not None else None
    if turned is not None and turned.id not in course.so_far.used_words:
        return (Said(text=turned.text, voice="fixed", words=turned.id),)
    mood = near[0].mood if near and near[0].likeness >= SURE_OF_MOOD else ""
    offers = kit.echoes.offers(turn.said, mood, course.so_far.used_words, questions=questions)
    return tuple(Said(text=words.text, voice="fixed", words=words.id) for words in offers[:1])


def _near(turn: Turn, heard: Heard, kit: Kit, course: Course) -> tuple[Reflection, ...]:
    """Return what the bank has for the message, and where it is short, also for it together with the one before."""
    near = kit.reflections.near(heard, course.so_far.used_words, most=ENTRIES_OFFERED)
    whole = in_its_talk(turn)
    if whole == turn.said:
        return near
    near += kit.reflections.near(hear(whole, kit), course.so_far.used_words, most=ENTRIES_OFFERED)
    return tuple(sorted(near, key=lambda one: -one.likeness))


def _worth_echoing(turn: Turn, reflection: Reflection, course: Course) -> bool:
    """Giving back somebody's words helps when there were some, and not twice in a row."""
    length = len(turn.said.split())
    return LEAST_TO_ECHO <= length <= MOST_TO_ECHO and not course.so_far.model_spoke and reflection.mood not in NO_NOTE_AFTER
