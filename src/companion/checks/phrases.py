"""The phrase floor: hears danger without any model. It reads normalised text and signals that curators wrote.

It does not know what came before the message (`drift` does) nor what a sentence means beyond its words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from companion.checks.patterns import compiled
from companion.core.concern import Concern, Subject, Tier
from companion.core.ports import Heard
from companion.core.signal import DangerSignal, DangerSignals

_SENTENCE_END = re.compile(r"[.?!;\n]+")
_CLAUSE_END = re.compile(r"[.?!;,\n]|\bbut\b|\band\b|\bso\b")
WINDOW, OVERLAP = 3_000, 300
"""Characters read at once, and shared by two neighbours; no pattern is longer than the overlap."""
_WORDS_BACK = 4
"""How many words before a find may hold the "not" that denies it."""


@dataclass(frozen=True)
class _Ready:
    """A signal with its patterns compiled."""

    signal: DangerSignal
    any: re.Pattern[str]
    unless: re.Pattern[str] | None
    aside: re.Pattern[str] | None


class PhraseFloor:
    """Finds danger by phrase, in one language."""

    name = "phrases"

    def __init__(self, signals: DangerSignals) -> None:
        slots, contexts = signals.slots, signals.contexts
        self._combinations = signals.combinations
        self._ready = tuple(
            _Ready(signal, any_, compiled(signal.unless, slots), compiled(signal.aside, slots))
            for signal in signals.signals
            if (any_ := compiled(signal.any, slots, across=signal.across))
        )
        self._fallbacks = {signal.name for signal in signals.signals if signal.fallback}
        self._negation = compiled(contexts.negation, slots)
        self._past = compiled(contexts.past, slots)
        self._still = compiled(contexts.still, slots)
        self._fiction = compiled(contexts.fiction, slots)
        self._idiom = compiled(contexts.idiom, slots)
        self._myself = compiled(contexts.myself, slots)
        self._other = compiled(contexts.other, slots)

    def concerns(self, heard: Heard) -> Iterable[Concern]:
        """Return one concern for each signal found, and one for each combination of them."""
        worst: dict[str, Concern] = {}
        for window in _windows(heard.plain):
            for ready in self._ready:
                name = ready.signal.name
                if name in worst and worst[name].tier >= ready.signal.tier:
                    continue  # it cannot get worse, and a very long message must not take very long
                concern = self._found(ready, window)
                if concern and (name not in worst or concern.tier > worst[name].tier):
                    worst[name] = concern
        found = [worst[name] for name in worst if name not in self._fallbacks] or list(worst.values())
        present = {concern.kind for concern in found if concern.subject is Subject.SELF}
        found += [
            Concern(check=self.name, tier=both.tier, kind=both.kind, because=both.name)
            for both in self._combinations
            if present >= set(both.all)
        ]
        return found

    def _found(self, ready: _Ready, plain: str) -> Concern | None:
        """Return the gravest reading of all places where the signal stands."""
        idioms = _spans(self._idiom, plain)
        ruled_out = idioms + _spans(ready.unless, plain)
        readings = [
            self._reading(ready.signal, plain, match.start(), match.end())
            for match in ready.any.finditer(plain)
            if not any(start < match.end() and match.start() < end for start, end in ruled_out)
            and not _holds(ready.aside, _sentence(plain, *match.span()))
        ]
        return max(readings, key=lambda concern: concern.tier) if readings else None

    def _reading(self, signal: DangerSignal, plain: str, start: int, end: int) -> Concern:
        """Return what a find means where it stands: denied, told as past, told as fiction, or plain."""
        tier, subject, because = signal.tier, signal.subject, signal.name
        if signal.by_actor and self._somebody_else(plain, start):
            subject = Subject.OTHER
        if self._denied(plain, start):
            tier, because = min(tier, signal.negated), f"{signal.name}, denied"
        elif _holds(self._fiction, plain):
            tier, subject, because = min(tier, Tier.WATCH), Subject.FIGURE, f"{signal.name}, in a story"
        elif _holds(self._past, _sentence(plain, start, end)) and not _holds(self._still, plain):
            tier, because = min(tier, signal.past), f"{signal.name}, past"
            subject = Subject.PAST if subject is Subject.SELF else subject
        return Concern(check=self.name, tier=tier, kind=signal.kind, subject=subject, because=because)

    def _somebody_else(self, plain: str, start: int) -> bool:
        """Return whether the nearest person named before `start`, in its sentence, is somebody else."""
        before = _sentence(plain, start, start)[: start - _sentence_start(plain, start)]
        other, myself = _spans(self._other, before), _spans(self._myself, before)
        return bool(other) and (not myself or other[-1][1] > myself[-1][1])

    def _denied(self, plain: str, start: int) -> bool:
        clause = _CLAUSE_END.split(plain[:start])[-1]
        return _holds(self._negation, " ".join(clause.split()[-_WORDS_BACK:]))


def _windows(plain: str) -> Iterator[str]:
    """Yield the message in overlapping parts, so that the time it takes grows with its length and no faster."""
    for start in range(0, max(1, len(plain) - OVERLAP), WINDOW - OVERLAP):
        yield f"{plain[start : start + WINDOW]} "  # the space lets a pattern's last word stand before the end


def _holds(pattern: re.Pattern[str] | None, text: str) -> bool:
    return bool(pattern and pattern.search(text))


def _spans(pattern: re.Pattern[str] | None, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)] if pattern else []


def _sentence_start(plain: str, start: int) -> int:
    return max((match.end() for match in _SENTENCE_END.finditer(plain, 0, start)), default=0)


def _sentence(plain: str, start: int, end: int) -> str:
    """Return the sentence of `plain` that holds the span."""
    after = _SENTENCE_END.search(plain, end)
    return plain[_sentence_start(plain, start) : after.end() if after else len(plain)]
