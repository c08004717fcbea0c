"""Step 1. Reads the message once, asks every input check, adds what the talk has shown before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from companion.core.concern import Concern, Kind, Tier, Verdict, judge
from companion.core.errors import ModelError
from companion.core.message import Turn
from companion.core.ports import Heard
from companion.turn.kit import Kit

LONGEST_READ_BY_MEANING = 4_000
"""Characters of a message that the embedder and the trained layer read; the phrase floor reads all of it."""
FITTED_LANGUAGE = "en"
"""The language that the trained layer was fitted on; in others it guesses, so the phrase floors are left to hear them."""
READ_TOGETHER = 2
"""How many messages before this one are read together with it."""
OF_EACH_BEFORE = 300
"""Characters of each of those: their ends."""


def texts_to_read(said: str, kit: Kit, before: Sequence[str] = ()) -> tuple[str, ...]:
    """Return what is read by meaning for one message: itself, normalised, and itself after the messages before it."""
    plain = kit.normalise(said)
    together = " ".join([*(kit.normalise(text[-OF_EACH_BEFORE:]) for text in before[-READ_TOGETHER:]), plain]) if before else ""
    return tuple(text[:LONGEST_READ_BY_MEANING] for text in (plain, together) if text)


def hear(said: str, kit: Kit, before: Sequence[str] = ()) -> Heard:
    """Return the message as every step uses it: normalised once, read by meaning once. Works without any model."""
    plain = kit.normalise(said)
    language = kit.tongue.language(said, plain)
    try:
        readings = kit.reader.read(texts_to_read(said, kit, before)) if plain else ()
    except ModelError:
        readings = ()
    if not readings:
        return Heard(said=said, plain=plain, language=language)
    fitted = language in (None, FITTED_LANGUAGE)
    return Heard(
        said=said,
        plain=plain,
        vector=readings[0].vector,
        odds=readings[0].odds if fitted else None,
        odds_together=readings[1].odds if fitted and len(readings) > 1 else None,
        language=language,
    )


def hear_turn(turn: Turn, kit: Kit) -> Heard:
    """Return what the person just said, heard with the two messages before it."""
    return hear(turn.said, kit, [message.text for message in turn.earlier if message.role == "person"])


def screen(turn: Turn, heard: Heard, kit: Kit) -> Verdict:
    """Return the verdict over the message after its talk."""
    so_far = turn.so_far
    found = tuple(concern for check in kit.input_checks for concern in _ask(check.name, partial(check.concerns, heard)))
    found = kit.doubts.weighed(found, heard, so_far) if kit.doubts else found
    found += tuple(concern for drift in kit.drifts for concern in _ask("drift", partial(drift.concerns, found, heard, so_far)))
    verdict = judge(found, carried=so_far.highest, carried_kinds=so_far.highest_kinds)
    return verdict.model_copy(update={"language": _language(heard, found), "minor": kit.young.says(heard)})


def _ask(name: str, concerns: Callable[[], Iterable[Concern]]) -> tuple[Concern, ...]:
    try:
        return tuple(concerns())
    except Exception as error:  # noqa: BLE001 - a check that falls over must not open the gate
        broke = f"could not run ({type(error).__name__})"
        return (Concern(check=name, tier=Tier.URGENT, kind=Kind.UNREADABLE, because=broke),)


def _language(heard: Heard, found: Sequence[Concern]) -> str | None:
    """Return the message's language; a phrase of danger tells the language of a message too short to tell otherwise."""
    spoken = {concern.check.removeprefix("phrases.") for concern in found if concern.check.startswith("phrases.")}
    return heard.language or (spoken.pop() if len(spoken) == 1 else None)
