"""What is said and offered to somebody in danger: fixed words in their language, ways to people, a call for a supporter.

The model has no part in it. Which words come next is decided by `protocol`; here they are said.
"""

from __future__ import annotations

from collections.abc import Iterator

from companion.core.concern import Tier, Verdict
from companion.core.events import Event, HandoffChanged, Offered, Said
from companion.core.line import Need
from companion.core.message import Turn
from companion.core.ports import Answer, Heard
from companion.turn.course import Course, first_fresh
from companion.turn.kit import Kit, Speech
from companion.turn.protocol import ASKS_ABOUT_DYING, AUDIENCES, CHECK_AFTER, STAY, Step, family_of, next_step

ASKED_AFTER = "moves.asked_after"
"""The plain question as it is put after a reply."""


def faint(verdict: Verdict, answer: Answer | None, course: Course) -> bool:
    """Return whether somebody is first answered and then asked: danger was only guessed from how a message sounds, in a talk without any.

    Most of those messages are an ordinary sad evening, and the plain question before any word about it sounds deaf. At tier 2 only where
    the question is about dying; the ways to people, and the call for a supporter, are the same as ever.
    """
    if not verdict.only_faint or answer is not None or course.so_far.staying or course.so_far.asked_plainly:
        return False
    return verdict.tier is Tier.WATCH or family_of(verdict.kinds[0], verdict.subject, verdict.tier) in ASKS_ABOUT_DYING


def in_crisis(turn: Turn, heard: Heard, verdict: Verdict, answer: Answer | None, kit: Kit, course: Course) -> Iterator[Event]:
    """Yield fixed words, ways to people, and a call for a supporter where the protocol asks for one."""
    course.step = "crisis"
    after_reply = faint(verdict, answer, course)
    step = next_step(verdict, course.so_far, answer)
    course.so_far = step.so_far
    tier = step.so_far.crisis_tier
    book = _speech(turn, kit, course).words
    asked = after_reply and step.family in ASKS_ABOUT_DYING and book.has(ASKED_AFTER)
    if after_reply and not asked:
        course.update(awaiting_answer=False)
        yield ways(turn, kit, course, tier, AUDIENCES.get(step.family, ()))
        return
    said = course.fixed(book, ASKED_AFTER) if asked else _words(step, turn, heard, kit, course)
    if not step.card:
        yield said
    else:
        card = ways(turn, kit, course, tier, AUDIENCES.get(step.family, ()))
        yield from (card, said) if tier is Tier.MEDICAL else (said, card)
        kit.counts.count(f"referral.{step.family}.{int(tier)}")
    if step.ring:
        state = kit.people.ring(tier)
        kit.counts.count(f"handoff.{state}")
        yield HandoffChanged(state=state)
        if kit.words.has(f"handoff.{state}"):
            yield course.fixed(_speech(turn, kit, course).words, f"handoff.{state}")


def ways(turn: Turn, kit: Kit, course: Course, tier: Tier, audiences: tuple[str, ...] = ()) -> Offered:
    """Return the card with ways to people that fits the tier, the region, the language and the person's age."""
    language = course.so_far.language or turn.language
    need = Need(
        region=turn.region,
        audiences=audiences,
        language=language,
        minor=course.so_far.minor,
        without_police=tier < Tier.MEDICAL,
    )
    found = kit.lines.ways(need)
    return Offered(
        lines=found.lines,
        open_now=found.open_now,
        closed_now=found.closed_now,
        emergency=kit.lines.emergency(turn.region) if tier >= Tier.CONCERN else "",
        urgent=tier >= Tier.URGENT,
        quiet=tier <= Tier.WATCH,
        language=language if language in kit.speech else turn.language,
    )


def check_in(turn: Turn, kit: Kit, course: Course) -> Iterator[Said]:
    """Yield the gentle check, once, when the talk has been ordinary for a while after danger."""
    so_far = course.so_far
    if so_far.highest >= Tier.CONCERN and not so_far.checked_in and so_far.calm_turns >= CHECK_AFTER and not so_far.staying:
        yield course.fixed(_speech(turn, kit, course).words, "crisis.check")
        course.update(checked_in=True, checking=True, awaiting_answer=True)


def _words(step: Step, turn: Turn, heard: Heard, kit: Kit, course: Course) -> Said:
    speech = _speech(turn, kit, course)
    book = speech.words
    blanks = {"emergency": kit.lines.emergency(turn.region)}
    used = course.so_far.used_words
    there = [key for key in step.keys if key != STAY and book.has(key)]
    there = [key for key in there if ".first" in key][:1] or there  # another tier's first words only where there are none of its own
    if STAY in step.keys and not any(book.fresh(key, used) for key in there):
        line = speech.stay.line(heard, step.family, used, blanks)
        if line:
            return course.said(line)
    repeated = (*there, f"crisis.{step.family}.third", f"crisis.{step.family}.second", f"crisis.{step.family}.first", "crisis.resume")
    return course.said(book.say(first_fresh(book, there or repeated, used), used, blanks))


def _speech(turn: Turn, kit: Kit, course: Course) -> Speech:
    return kit.speaking(course.so_far.language, turn.language)
