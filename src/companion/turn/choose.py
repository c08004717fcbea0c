"""Chooses what a small model with a voice says: it drafts several replies, the guard drops what it must, a judge picks the best.

Nothing is shown before all of it was checked; when no draft is good enough, the reply is made without the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from companion.core.errors import ModelError
from companion.core.events import Said, Withheld
from companion.core.judging import Judged
from companion.core.ports import Draft, PromptMessage
from companion.turn.kit import Kit
from companion.turn.speak import drafted

FLOOR = 0.7
"""Least worth at which a draft is said; a guess until drafts of a fitted voice have been read."""
FAULT_WEIGHS = 0.5
"""How much of its likeliest fault is taken from a draft's chance; those over the guard's threshold never come this far."""
LEAST_WORDS = 3


@dataclass(frozen=True)
class Choice:
    """What was chosen among the drafts; `said` is empty when none was good enough."""

    said: tuple[Said, ...] = ()
    withheld: Withheld | None = None
    error: ModelError | None = None


def choose(prompt: Sequence[PromptMessage], said: tuple[str, ...], kit: Kit, *, questions: bool) -> Choice:
    """Return the best of the model's drafts, and what was withheld on the way. Never raises."""
    drafts: list[tuple[Said, ...]] = []
    stopped: list[Withheld] = []
    error: ModelError | None = None
    for _ in range(kit.profile.drafts):
        try:
            events = drafted(prompt, Draft(said=said), kit)
        except ModelError as broken:
            error = broken
            break
        stopped += [event for event in events if isinstance(event, Withheld)]
        spoken = tuple(event for event in events if isinstance(event, Said))
        if _worth_judging(spoken, questions=questions) and spoken not in drafts:
            drafts.append(spoken)
    kinds = tuple(dict.fromkeys(kind for event in stopped for kind in event.kinds))
    withheld = Withheld(kinds=kinds, sentences=len(stopped)) if stopped else None
    return Choice(_best(drafts, said, kit), withheld, error)


def _worth_judging(spoken: tuple[Said, ...], *, questions: bool) -> bool:
    text = _text(spoken)
    return len(text.split()) >= LEAST_WORDS and text.count("?") <= int(questions)


def _best(drafts: Sequence[tuple[Said, ...]], said: tuple[str, ...], kit: Kit) -> tuple[Said, ...]:
    """Return the draft that most likely fits; nothing where none does or the judge cannot be asked."""
    if not drafts or kit.judge is None:
        return ()
    try:
        judged = kit.judge.judge(said, [_text(draft) for draft in drafts])
    except ModelError:
        return ()
    ranked = sorted(zip(map(worth, judged), drafts, strict=True), key=lambda pair: -pair[0])
    return ranked[0][1] if ranked[0][0] >= FLOOR else ()


def worth(judged: Judged) -> float:
    """Return how good a reply is, between 0 and 1."""
    return max(0.0, judged.fits - FAULT_WEIGHS * max(judged.faults.values(), default=0.0))


def _text(spoken: Sequence[Said]) -> str:
    return " ".join(event.text for event in spoken)
