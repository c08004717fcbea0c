"""Step 5. Gets words from the model and lets out cleared sentences only. Every path of model words to a page leads through `release`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from companion.core.events import Said, Withheld
from companion.core.ports import Draft, Objection, OutputCheck, PromptMessage
from companion.turn.kit import Kit
from companion.turn.sentences import sentences

_ENDED = re.compile(r"[.!?\u2026\u3002\uff01\uff1f\u061f\u0964][\"')\]\u201d\u2019]*$")


def speak(prompt: Sequence[PromptMessage], said: tuple[str, ...], opened: str, kit: Kit) -> Iterator[Said | Withheld]:
    """Yield the model's cleared sentences, coming after `opened`. Raises ModelError when the engine breaks."""
    draft = Draft(cleared=opened, said=said)
    if not kit.profile.small:
        yield from _stream(prompt, draft, kit.output_checks, kit)
        return
    checks = (*kit.output_checks, *kit.small_checks)
    stopped: list[Withheld] = []
    for _ in range(kit.profile.candidates):
        released = list(_stream(prompt, draft, checks, kit))
        spoken = [event for event in released if isinstance(event, Said)]
        stopped += [event for event in released if isinstance(event, Withheld)]
        if spoken:
            yield from spoken
            return
    if stopped:
        kinds = tuple(dict.fromkeys(kind for event in stopped for kind in event.kinds))
        yield Withheld(kinds=kinds, sentences=len(stopped))


def drafted(prompt: Sequence[PromptMessage], draft: Draft, kit: Kit) -> list[Said | Withheld]:
    """Return one reply of the model, cleared sentence by sentence. Raises ModelError."""
    return list(_stream(prompt, draft, (*kit.output_checks, *kit.small_checks), kit))


def _stream(prompt: Sequence[PromptMessage], draft: Draft, checks: Sequence[OutputCheck], kit: Kit) -> Iterator[Said | Withheld]:
    """Yield from one reply of the model, and stop the engine as soon as nothing more is wanted."""
    with closing(kit.model.stream(prompt, longest=kit.profile.longest)) as pieces:
        yield from release(pieces, draft, checks, most=kit.profile.sentences)


def release(pieces: Iterable[str], draft: Draft, checks: Sequence[OutputCheck], *, most: int) -> Iterator[Said | Withheld]:
    """Yield up to `most` cleared sentences, each read together with all before it; stop at the first that is not."""
    for count, sentence in enumerate(sentences(pieces), start=1):
        if not _ENDED.search(sentence):
            return  # the model ran out of room in the middle of a sentence
        objections = judge_sentence(sentence, draft, checks)
        if objections:
            yield Withheld(kinds=tuple(dict.fromkeys(objection.kind for objection in objections)))
            return
        draft = draft.model_copy(update={"cleared": f"{draft.cleared} {sentence}".strip()})
        yield Said(text=sentence, voice="model")
        if count >= most:
            return


def judge_sentence(sentence: str, draft: Draft, checks: Sequence[OutputCheck]) -> tuple[Objection, ...]:
    """Return every objection of every check; one that cannot run objects."""
    return tuple(objection for check in checks for objection in _ask(check, sentence, draft))


def _ask(check: OutputCheck, sentence: str, draft: Draft) -> tuple[Objection, ...]:
    try:
        return tuple(check.objections(sentence, draft))
    except Exception as error:  # noqa: BLE001 - a check that falls over must not open the gate
        return (Objection(check=check.name, kind="unreadable", because=f"could not run ({type(error).__name__})"),)
