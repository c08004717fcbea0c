"""Step 6, and the straight line through all of them: one turn in, events out, in order. Any failure ends in fixed words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from companion.core.concern import Tier, Verdict
from companion.core.errors import ModelError
from companion.core.events import (
    Event,
    Finished,
    HandoffChanged,
    Offered,
    Quoted,
    Retrieved,
    Routed,
    Said,
    Screened,
    Stumbled,
)
from companion.core.message import Turn
from companion.core.note import Hit, Note
from companion.core.ports import Answer, FixedWords, Reflection
from companion.core.talk import SoFar
from companion.turn.compose import compose
from companion.turn.kit import Kit
from companion.turn.protocol import AUDIENCES, next_step
from companion.turn.retrieve import retrieve
from companion.turn.route import route
from companion.turn.screen import hear, screen
from companion.turn.speak import speak

LEAST_TO_ASK = 2
"""A question follows a reflection at most every second turn."""

LEAST_TO_ECHO, MOST_TO_ECHO = 5, 40
"""Words of a message that a small model may give back."""

NO_STORIES = "no_stories"
"""The boundary by which somebody asks to be listened to only."""

NO_NOTE_AFTER = frozenset({"hello", "thanks"})
"""Moods after which no story is shown: there is nothing yet for it to be near to."""


@dataclass
class _Course:
    """How far a turn has come, so that a failure can say in which step it happened."""

    so_far: SoFar
    step: str = "screen"


def take_turn(turn: Turn, kit: Kit) -> Iterator[Event]:
    """Yield everything that happens, `Finished` last. Never raises."""
    course = _Course(turn.so_far)
    try:
        yield from _straight(turn, kit, course)
    except Exception as error:  # noqa: BLE001 - whatever broke, the person gets words and a way to people
        yield Stumbled(step=course.step, error=type(error).__name__)
        yield from _last_words(turn, kit)
    yield Finished(so_far=course.so_far)


def rehearse(turn: Turn, kit: Kit) -> SoFar:
    """Return what the talk has shown after `turn`, without a model or a search: for talks that arrive as a whole."""
    heard = hear(turn.said, kit.normalise, kit.embedder)
    verdict = screen(turn, heard, kit.input_checks)
    answer = kit.answers.answer(heard)
    so_far = turn.so_far.after_verdict(verdict)
    if route(turn, heard, verdict, kit.boundaries, answer).way == "crisis":
        return next_step(verdict, so_far, answer).so_far
    return so_far.model_copy(update={"awaiting_answer": False})


def _straight(turn: Turn, kit: Kit, course: _Course) -> Iterator[Event]:
    heard = hear(turn.said, kit.normalise, kit.embedder)
    verdict = screen(turn, heard, kit.input_checks)
    course.so_far = course.so_far.after_verdict(verdict)
    yield Screened(verdict=verdict)

    course.step = "route"
    answer = kit.answers.answer(heard)
    way = route(turn, heard, verdict, kit.boundaries, answer)
    yield Routed(way=way.way, name=way.name, moves=way.moves)
    if way.way == "crisis":
        yield from _crisis(turn, verdict, answer, kit, course)
        return
    course.so_far = course.so_far.model_copy(update={"awaiting_answer": False})
    if way.way == "boundary":
        if way.name == NO_STORIES:
            course.so_far = course.so_far.model_copy(update={"only_listen": True})
        yield from _fixed(f"boundary.{way.name}", kit, course)
        return

    course.step = "retrieve"
    reflection = kit.reflections.nearest(heard, course.so_far.used_words)
    quiet = reflection.mood in NO_NOTE_AFTER or course.so_far.only_listen
    moves = ("reflect",) if quiet else way.moves
    sure = course.so_far.quoted_last or not reflection.near  # two in a row, or a message nobody foresaw, asks for more than nearness
    hits = retrieve(turn, heard, moves, kit, sure=sure)
    yield Retrieved(hits=hits)
    course.step = "speak"
    yield from _own_words(turn, reflection, hits, moves, kit, course)
    course.step = "deliver"
    yield from _shown(turn, hits, moves, kit, course)


def _crisis(turn: Turn, verdict: Verdict, answer: Answer | None, kit: Kit, course: _Course) -> Iterator[Event]:
    """Fixed words, ways to people, a call for a supporter. The model has no part in it."""
    course.step = "crisis"
    step = next_step(verdict, course.so_far, answer)
    course.so_far = step.so_far
    emergency = kit.lines.emergency(turn.region)
    words = _say(step.keys, kit, course, {"emergency": emergency})
    said = Said(text=words.text, voice="fixed", words=words.id, choices=words.choices)
    tier = step.so_far.crisis_tier
    card = Offered(
        lines=kit.lines.for_region(turn.region, AUDIENCES.get(step.family, ())),
        emergency=emergency if tier >= Tier.CONCERN else "",
        urgent=tier >= Tier.URGENT,
        quiet=tier <= Tier.WATCH,
    )
    first, second = (card, said) if tier is Tier.MEDICAL else (said, card)
    yield first if step.card else said
    if step.card:
        yield second
    if step.ring:
        state = kit.people.ring(step.so_far.crisis_tier)
        yield HandoffChanged(state=state)
        if kit.words.has(f"handoff.{state}"):
            yield from _fixed(f"handoff.{state}", kit, course)


def _own_words(
    turn: Turn, reflection: Reflection, hits: tuple[Hit, ...], moves: tuple[str, ...], kit: Kit, course: _Course
) -> Iterator[Event]:
    """The model's own cleared sentences. A small model only gives back what was said, and curated words carry the reply."""
    small = kit.profile.small
    spoken, lost = "", ""
    if not small or _worth_echoing(turn, reflection, course):
        said = (*(message.text for message in turn.earlier if message.role == "person"), turn.said)
        try:
            for event in speak(compose(turn, hits, moves, kit.prompts, kit.profile), said, "", kit):
                spoken += f" {event.text}" if isinstance(event, Said) else ""
                yield event
        except ModelError as error:
            lost = "voice.lost" if spoken else "voice.missing"
            yield Stumbled(step="speak", error=type(error).__name__)
    course.so_far = course.so_far.model_copy(update={"model_spoke": bool(spoken)})
    if small or not spoken:
        yield _said(reflection.words, course)
        spoken += reflection.words.text
    if lost and not _said_before(lost, course):
        yield from _fixed(lost, kit, course)
    if reflection.ask and "?" not in spoken and not hits and course.so_far.turns % LEAST_TO_ASK:
        yield _said(reflection.ask, course)


def _worth_echoing(turn: Turn, reflection: Reflection, course: _Course) -> bool:
    """Giving back somebody's words helps when there were some, and not twice in a row."""
    length = len(turn.said.split())
    return LEAST_TO_ECHO <= length <= MOST_TO_ECHO and not course.so_far.model_spoke and reflection.mood not in NO_NOTE_AFTER


def _shown(turn: Turn, hits: tuple[Hit, ...], moves: tuple[str, ...], kit: Kit, course: _Course) -> Iterator[Event]:
    """What other people wrote, and ways to people."""
    course.so_far = course.so_far.model_copy(update={"quoted_last": bool(hits)})
    for hit in hits[:1]:
        note = kit.library.note(hit.passage.note)
        if note is not None:
            course.so_far = course.so_far.model_copy(update={"shown_notes": (*course.so_far.shown_notes, note.id)})
            yield quoted(note, hit)
    if {"quote", "practice"} & set(moves) and not hits and not _said_before("moves.nothing_near", course):
        yield from _fixed("moves.nothing_near", kit, course)
    if "people" in moves:
        yield from _fixed("moves.people", kit, course)
        yield Offered(lines=kit.lines.for_region(turn.region, ("peer-line",), most=5))


def quoted(note: Note, hit: Hit) -> Quoted:
    """Return the passage as an event. Raises ValueError when it is not verbatim: a quote is a span of its note."""
    passage = hit.passage
    if note.body[passage.start : passage.end] != passage.text:
        raise ValueError(f"passage of {note.id} is not a span of it")
    return Quoted(
        note=note.id,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        title=note.title,
        credit=note.credit,
        content_notes=note.content_notes,
        note_kind=note.kind.value,
        because=hit.because,
    )


def _say(keys: tuple[str, ...], kit: Kit, course: _Course, blanks: dict[str, str]) -> FixedWords:
    """Return the first words that exist among `keys`, and remember that they were said."""
    key = next((key for key in keys if kit.words.has(key)), keys[-1])
    words = kit.words.say(key, course.so_far.used_words, blanks)
    course.so_far = course.so_far.with_words(words.id)
    return words


def _fixed(key: str, kit: Kit, course: _Course) -> Iterator[Said]:
    words = _say((key,), kit, course, {})
    yield Said(text=words.text, voice="fixed", words=words.id, choices=words.choices)


def _said(words: FixedWords, course: _Course) -> Said:
    course.so_far = course.so_far.with_words(words.id)
    return Said(text=words.text, voice="fixed", words=words.id, choices=words.choices)


def _said_before(key: str, course: _Course) -> bool:
    return any(used.startswith(f"{key}.") for used in course.so_far.used_words)


def _last_words(turn: Turn, kit: Kit) -> Iterator[Event]:
    """What is said when the turn itself broke: words read at start, and the lines if they can still be read."""
    yield Said(text=kit.last_words, voice="fixed", words="stumbled")
    try:
        yield Offered(lines=kit.lines.for_region(turn.region), emergency=kit.lines.emergency(turn.region))
    except Exception as error:  # noqa: BLE001 - the words above already name the way to people
        yield Stumbled(step="lines", error=type(error).__name__)
