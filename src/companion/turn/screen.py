"""Step 1. Reads the message once, asks every input check, adds what the talk has shown before."""

from __future__ import annotations

from collections.abc import Sequence

from companion.core.concern import Concern, Kind, Tier, Verdict, judge
from companion.core.errors import ModelError
from companion.core.message import Turn
from companion.core.ports import Embedder, Heard, InputCheck, Normalise

LONGEST_EMBEDDED = 4_000
"""Characters of a message that the embedder reads; it cuts off sooner by itself, but only after reading all of it."""


def hear(said: str, normalise: Normalise, embedder: Embedder) -> Heard:
    """Return the message as every step uses it: normalised once, embedded once. Works without an embedder."""
    plain = normalise(said)
    try:
        vector = embedder.embed([said[:LONGEST_EMBEDDED]])[0] if plain else None
    except ModelError:
        vector = None
    return Heard(said=said, plain=plain, vector=vector)


def screen(turn: Turn, heard: Heard, checks: Sequence[InputCheck]) -> Verdict:
    """Return the verdict over the message after its talk."""
    concerns = [concern for check in checks for concern in _ask(check, heard)]
    so_far = turn.so_far
    return judge(concerns, carried=so_far.highest, carried_kinds=so_far.highest_kinds)


def _ask(check: InputCheck, heard: Heard) -> tuple[Concern, ...]:
    try:
        return tuple(check.concerns(heard))
    except Exception as error:  # noqa: BLE001 - a check that falls over must not open the gate
        broke = f"could not run ({type(error).__name__})"
        return (Concern(check=check.name, tier=Tier.URGENT, kind=Kind.UNREADABLE, because=broke),)
