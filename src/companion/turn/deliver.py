"""Step 6, and the straight line through all of them: one turn in, events out, in order. Any failure ends in fixed words."""

from __future__ import annotations

from collections.abc import Iterator

from companion.core.concern import Tier
from companion.core.events import (
    Event,
    Finished,
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
from companion.core.ports import Answer, Heard
from companion.core.talk import SoFar
from companion.turn.course import Course
from companion.turn.crisis import check_in, faint, in_crisis, ways
from companion.turn.kit import Kit
from companion.turn.protocol import next_step
from companion.turn.reply import NO_NOTE_AFTER, Plan, curated_words, own_words
from companion.turn.retrieve import FEW_WORDS, retrieve
from companion.turn.route import Route, route
from companion.turn.screen import hear, hear_turn, screen
from companion.turn.sentences import sentences

WISHES = {"no_stories": "only_listen", "no_questions": "no_questions"}
"""Boundaries by which somebody says how they want to be listened to, and what the talk remembers of it."""


def take_turn(turn: Turn, kit: Kit) -> Iterator[Event]:
    """Yield everything that happens, `Finished` last. Never raises."""
    course = Course(turn.so_far)
    try:
        yield from _straight(turn, kit, course)
    except Exception as error:  # noqa: BLE001 - whatever broke, the person gets words and a way to people
        yield Stumbled(step=course.step, error=type(error).__name__)
        yield from _last_words(turn, kit)
    yield Finished(so_far=course.so_far)


def rehearse(turn: Turn, kit: Kit) -> SoFar:
    """Return what the talk has shown after `turn`, without a model or a search: for talks that arrive as a whole."""
    heard = hear_turn(turn, kit)
    verdict = screen(turn, heard, kit)
    so_far = turn.so_far.after_verdict(verdict)
    answer = _answer(turn, heard, so_far, kit)
    if route(turn, heard, verdict, kit.boundaries, answer).way == "crisis":
        return next_step(verdict, so_far, answer).so_far
    return so_far.model_copy(update={"awaiting_answer": False})


def _straight(turn: Turn, kit: Kit, course: Course) -> Iterator[Event]:
    heard = hear_turn(turn, kit)
    verdict = screen(turn, heard, kit)
    course.so_far = course.so_far.after_verdict(verdict)
    yield Screened(verdict=verdict)

    course.step = "route"
    answer = _answer(turn, heard, course.so_far, kit)
    way = route(turn, heard, verdict, kit.boundaries, answer)
    yield Routed(way=way.way, name=way.name, moves=way.moves)
    if way.way == "crisis":
        if faint(verdict, answer, course) and not _other_language(turn, course):
            course.step = "speak"
            reflection = kit.reflections.nearest(heard, course.so_far.used_words)
            speak = own_words if verdict.tier is Tier.WATCH else curated_words
            yield from speak(turn, heard, Plan(reflection, (), ("reflect",)), kit, course, questions=False)
        yield from in_crisis(turn, heard, verdict, answer, kit, course)
        return
    course.update(awaiting_answer=False, checking=False)
    if _other_language(turn, course):
        yield from _in_their_language(turn, kit, course)
        return
    if way.way == "boundary":
        more = _beyond(turn, way.name, kit) if way.name in WISHES else ""
        yield from _at_a_boundary(turn, way.name, kit, course, more=bool(more))
        if not more:
            return
        turn, way = turn.model_copy(update={"said": more}), Route("moves", "reflect", ("reflect",))
        heard = hear_turn(turn, kit)
    yield from _moves(turn, heard, way.moves, kit, course)


def _at_a_boundary(turn: Turn, name: str, kit: Kit, course: Course, *, more: bool) -> Iterator[Event]:
    """Fixed words; only a few of them where the message says something besides, which is answered next."""
    if name in WISHES:
        course.update(**{WISHES[name]: True})
    few = f"moves.{WISHES.get(name, name)}"
    yield course.fixed(kit.words, few if more and kit.words.has(few) else f"boundary.{name}")
    if not more:
        yield from check_in(turn, kit, course)


def _beyond(turn: Turn, wish: str, kit: Kit) -> str:
    """Return what a message says besides a wish about the talk; nothing where that is too little to answer."""
    parts = [part for part in sentences([turn.said]) if kit.boundaries.boundary(hear(part, kit)) != wish]
    rest = " ".join(parts)
    return rest if len(rest.split()) >= FEW_WORDS and rest != turn.said else ""


def _moves(turn: Turn, heard: Heard, planned: tuple[str, ...], kit: Kit, course: Course) -> Iterator[Event]:
    course.step = "retrieve"
    reflection = kit.reflections.nearest(heard, course.so_far.used_words)
    quiet = reflection.mood in NO_NOTE_AFTER or course.so_far.only_listen
    moves = ("reflect",) if quiet else planned
    sure = course.so_far.quoted_last or not reflection.near  # two in a row, or a message nobody foresaw, asks for more than nearness
    hits = retrieve(turn, heard, moves, kit, sure=sure)
    yield Retrieved(hits=hits)
    course.step = "speak"
    yield from own_words(turn, heard, Plan(reflection, hits, moves), kit, course)
    course.step = "deliver"
    yield from _shown(turn, hits, moves, kit, course)
    yield from check_in(turn, kit, course)


def _answer(turn: Turn, heard: Heard, so_far: SoFar, kit: Kit) -> Answer | None:
    """Return how the last question was answered, in the language the talk is in or in the page's own."""
    spoken = kit.speaking(so_far.language, turn.language).answers.answer(heard)
    return spoken or kit.speech[turn.language].answers.answer(heard)


def _other_language(turn: Turn, course: Course) -> bool:
    return course.so_far.language not in (None, turn.language)


def _in_their_language(turn: Turn, kit: Kit, course: Course) -> Iterator[Event]:
    """An ordinary message in another language: honest words in it where there are some, and a calm card where there are none."""
    known = course.so_far.language in kit.speech
    words = kit.speaking(course.so_far.language, turn.language).words
    yield course.fixed(words, *(("language.limited", "language.here") if known else ("language.unknown", "language.unknown_again")))
    if not known:
        yield ways(turn, kit, course, Tier.CONCERN)
    yield from check_in(turn, kit, course)


def _shown(turn: Turn, hits: tuple[Hit, ...], moves: tuple[str, ...], kit: Kit, course: Course) -> Iterator[Event]:
    """What other people wrote, and ways to people."""
    course.update(quoted_last=bool(hits))
    for hit in hits[:1]:
        note = kit.library.note(hit.passage.note)
        if note is not None:
            course.update(shown_notes=(*course.so_far.shown_notes, note.id))
            yield quoted(note, hit)
    looked = {"quote", "practice"} & set(moves) and len(turn.said.split()) >= FEW_WORDS
    if looked and not hits and not course.said_before("moves.nothing_near"):
        yield course.fixed(kit.words, "moves.nothing_near")
    if "people" in moves:
        yield course.fixed(kit.words, "moves.people")
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


def _last_words(turn: Turn, kit: Kit) -> Iterator[Event]:
    """What is said when the turn itself broke: words read at start, and the lines if they can still be read."""
    yield Said(text=kit.last_words, voice="fixed", words="stumbled")
    try:
        yield Offered(lines=kit.lines.for_region(turn.region), emergency=kit.lines.emergency(turn.region))
    except Exception as error:  # noqa: BLE001 - the words above already name the way to people
        yield Stumbled(step="lines", error=type(error).__name__)
