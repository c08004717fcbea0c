"""The phrase floor: hears danger without any model. It reads normalised text and signals that curators wrote.

It does not know what came before the message (`drift` does) nor what a sentence means beyond its words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from companion.checks.anchors import Index, Phrase
from companion.checks.patterns import SPACED, UNSPACED, Slots, Writing, compiled
from companion.core.concern import Concern, Subject, Tier
from companion.core.ports import Heard
from companion.core.signal import DangerSignal, DangerSignals

_SENTENCE_END = re.compile(r"[.?!;\n]+")
_CLAUSE_END = re.compile(r"[.?!;,\n]")
ENGLISH = "en"
WINDOW, OVERLAP = 3_000, 300
"""Characters read at once, and shared by two neighbours; no pattern is longer than the overlap."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS_BACK = 4
"""How many words before a find may hold the "not" that denies it."""
_CHARACTERS_BACK = 8
"""The same, in a language written without spaces."""


class _Ready:
    """A signal with its look-alikes, which are compiled when it is first found."""

    def __init__(self, signal: DangerSignal, slots: Slots, writing: Writing) -> None:
        self.signal, self._slots, self._writing = signal, slots, writing

    @cached_property
    def unless(self) -> re.Pattern[str] | None:
        return compiled(self.signal.unless, self._slots, writing=self._writing)

    @cached_property
    def aside(self) -> re.Pattern[str] | None:
        return compiled(self.signal.aside, self._slots, writing=self._writing)


class PhraseFloor:
    """Finds danger by phrase, in one language."""

    def __init__(self, signals: DangerSignals, others: frozenset[str] = frozenset()) -> None:
        self._others = frozenset() if signals.language == ENGLISH else others - {signals.language}
        self.name = f"phrases.{signals.language}"
        contexts, self._spaced = signals.contexts, signals.spaced
        writing = SPACED if signals.spaced else UNSPACED

        def ready(patterns: Iterable[str]) -> re.Pattern[str] | None:
            return compiled(patterns, signals.slots, writing=writing)

        self._combinations = signals.combinations
        self._ready = tuple(_Ready(signal, signals.slots, writing) for signal in signals.at_once)
        phrases = [(n, Phrase(text, signals.slots, r.signal.across, writing)) for n, r in enumerate(self._ready) for text in r.signal.any]
        self._owner = [n for n, _ in phrases]
        self._index = Index([phrase for _, phrase in phrases])
        self._fallbacks = {signal.name for signal in signals.signals if signal.fallback}
        self._negation = ready(contexts.negation)
        self._past = ready(contexts.past)
        self._still = ready(contexts.still)
        self._fiction = ready(contexts.fiction)
        self._idiom = ready(contexts.idiom)
        self._myself = ready(contexts.myself)
        self._other = ready(contexts.other)
        self._turns = ready(contexts.turns)

    def concerns(self, heard: Heard) -> Iterable[Concern]:
        """Return one concern for each signal found, and one for each combination of them.

        A message that is surely in another language that has a floor of its own is left to that one; English is always read,
        because its words are used everywhere.
        """
        if heard.language in self._others or (not self._spaced and not _HAN.search(heard.plain)):
            return []
        worst: dict[str, Concern] = {}
        for window in _windows(heard.plain):
            idioms: list[tuple[int, int]] | None = None
            for at in self._index.worth_trying(window):
                ready = self._ready[self._owner[at]]
                name = ready.signal.name
                if name in worst and worst[name].tier >= ready.signal.tier:
                    continue  # it cannot get worse, and a very long message must not take very long
                matches = list(self._index.phrases[at].regex.finditer(window))
                if not matches:
                    continue
                idioms = _spans(self._idiom, window) if idioms is None else idioms
                concern = self._found(ready, matches, window, idioms)
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

    def _found(self, ready: _Ready, matches: Sequence[re.Match[str]], plain: str, idioms: list[tuple[int, int]]) -> Concern | None:
        """Return the gravest reading of all places where the signal stands."""
        ruled_out = idioms + _spans(ready.unless, plain)
        readings = [
            self._reading(ready.signal, plain, match.start(), match.end())
            for match in matches
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
        clause = clause[max((end for _, end in _spans(self._turns, clause)), default=0) :]
        near = " ".join(clause.split()[-_WORDS_BACK:]) if self._spaced else clause[-_CHARACTERS_BACK:]
        return _holds(self._negation, near)


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
