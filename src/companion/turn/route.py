"""Step 2. Decides, without a model, which way a turn goes. Knows no words, only their names."""

from dataclasses import dataclass
from typing import Literal

from companion.core.concern import Kind, Tier, Verdict
from companion.core.message import Style, Turn
from companion.core.ports import Answer, Boundaries, Heard

Way = Literal["crisis", "boundary", "moves"]

MOVES: dict[Style, tuple[str, ...]] = {
    Style.LISTEN: ("reflect",),
    Style.STORIES: ("reflect", "quote"),
    Style.IDEAS: ("reflect", "practice"),
    Style.PEOPLE: ("reflect", "people"),
}
"""What a reply is made of, by the kind of company that was asked for."""

OVER_BOUNDARIES = frozenset({"goodbye", "off_topic", "insult"})
"""Boundaries that never stand in the way while the talk stays with somebody in danger."""


@dataclass(frozen=True)
class Route:
    """Which way, by what name, with which moves."""

    way: Way
    name: str
    moves: tuple[str, ...] = ()


def route(turn: Turn, heard: Heard, verdict: Verdict, boundaries: Boundaries, answer: Answer | None) -> Route:
    """Return the way: danger first, then the protocol that is already under way, then boundaries, then moves."""
    so_far = turn.so_far
    if verdict.fresh >= Tier.CONCERN:
        return Route("crisis", verdict.kinds[0])
    if so_far.awaiting_answer and answer is not None:
        return Route("crisis", so_far.crisis_kind or Kind.UNREADABLE)
    if so_far.staying and answer == "go_on":
        return Route("crisis", so_far.crisis_kind or Kind.UNREADABLE)  # the protocol's own button, whatever boundary it resembles
    boundary = boundaries.boundary(heard)
    if so_far.staying and (boundary is None or boundary in OVER_BOUNDARIES):
        return Route("crisis", so_far.crisis_kind or Kind.SUICIDAL_THOUGHTS)
    if verdict.fresh is Tier.WATCH:
        return Route("crisis", verdict.kinds[0]) if _worth_asking(turn, verdict) else Route("moves", "reflect", ("reflect",))
    if boundary is not None:
        return Route("boundary", boundary)
    return Route("moves", MOVES[turn.style][0], MOVES[turn.style])


def _worth_asking(turn: Turn, verdict: Verdict) -> bool:
    """Tier 1 is asked about plainly once, and again only when its kind is new."""
    return not turn.so_far.asked_plainly or verdict.kinds[0] not in turn.so_far.highest_kinds
