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
from companion.turn.sentences import sentences
from companion.turn.speak import drafted, release

FLOOR = 0.5
"""Least worth at which a draft is said. The judge tells good drafts from misplaced ones, and hardly one good one from another."""
CLOSE_ENOUGH, SURE_WEIGHS = 0.55, 0.3
"""Least closeness at which a draft is said, and what the model's own mean log-chance of it weighs. Set by reading eight drafts for each of
120 messages that nothing was fitted on."""
FAULT_WEIGHS = 0.5
"""How much of its likeliest fault is taken from a draft's chance; those over the guard's threshold never come this far."""
LEAST_WORDS = 3


@dataclass(frozen=True)
class Choice:
    """What was chosen among the drafts; `said` is empty when none was good enough."""

    said: tuple[Said, ...] = ()
    withheld: Withheld | None = None
    error: ModelError | None = None


def choose(prompt: Sequence[PromptMessage], said: tuple[str, ...], kit: Kit, *, questions: bool, glad: bool = False) -> Choice:
    """Return the best of the model's drafts, and what was withheld on the way. Never raises.

    With a drafter, the draft that keeps closest to what was said; otherwise the one that the judge holds to fit best.
    """
    if kit.drafter is not None and kit.keeps is not None:
        return _closest(prompt, said, kit, glad=glad)
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
    return Choice(_best(drafts, said, kit), _together(stopped), error)


def _closest(prompt: Sequence[PromptMessage], said: tuple[str, ...], kit: Kit, *, glad: bool) -> Choice:
    """Return the draft closest to what was said, of those that keep close enough, that every check clears and that the judge lets stand."""
    assert kit.drafter is not None
    assert kit.keeps is not None
    try:
        drawn = kit.drafter.drafts(prompt, many=kit.profile.drafts, longest=kit.profile.longest)
    except ModelError as broken:
        return Choice(error=broken)
    loud = glad or any("!" in text for text in said)
    told = [(_told(one.text, loud=loud), one.sure) for one in drawn]
    ranked = sorted(((kit.keeps.closeness(text, said) + SURE_WEIGHS * sure, text) for text, sure in told if text), reverse=True)
    stopped: list[Withheld] = []
    for close, text in dict.fromkeys(ranked):
        if close < CLOSE_ENOUGH:
            break
        events = list(release([text], Draft(said=said), (*kit.output_checks, *kit.small_checks), most=kit.profile.sentences))
        withheld = [event for event in events if isinstance(event, Withheld)]
        spoken = tuple(event for event in events if isinstance(event, Said))
        stopped += withheld
        if not withheld and _worth_judging(spoken, questions=False) and _best([spoken], said, kit):
            return Choice(spoken, _together(stopped))
    return Choice(withheld=_together(stopped))


def _told(text: str, *, loud: bool) -> str:
    """Return a draft without its questions, which a small model asks at random, and without cheer where nobody was cheerful."""
    told = " ".join(part for part in sentences([text]) if not part.rstrip("\"'\u201d\u2019").endswith("?"))
    return told if loud else told.replace("!", ".")


def _together(stopped: Sequence[Withheld]) -> Withheld | None:
    kinds = tuple(dict.fromkeys(kind for event in stopped for kind in event.kinds))
    return Withheld(kinds=kinds, sentences=len(stopped)) if stopped else None


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
