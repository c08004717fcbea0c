"""When the person asks for a person: the truth about who is on, and lines. No model, no words of theirs."""

from __future__ import annotations

from collections.abc import Iterator

from companion.core.concern import Tier
from companion.core.events import Event, Finished, HandoffChanged, Offered, Said
from companion.core.handoff import HandoffState
from companion.core.message import Turn
from companion.turn.kit import Kit


def ask_for_a_person(turn: Turn, kit: Kit) -> Iterator[Event]:
    """Yield what happens when the person presses the button. Works in every state of the talk."""
    state = kit.people.ring(Tier.ORDINARY)
    yield HandoffChanged(state=state)
    key = "talk.nobody" if state is HandoffState.UNANSWERED else f"handoff.{state}"
    words = kit.words.say(key, turn.so_far.used_words)
    yield Said(text=words.text, voice="fixed", words=words.id, choices=words.choices)
    grave = turn.so_far.highest >= Tier.CONCERN
    yield Offered(lines=kit.lines.for_region(turn.region, most=5), emergency=kit.lines.emergency(turn.region) if grave else "")
    yield Finished(so_far=turn.so_far.with_words(words.id))
