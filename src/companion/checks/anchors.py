"""Which words a message must hold for a pattern to be found in it, so that of a thousand patterns only a few are tried.

For every pattern one part that cannot be missing is chosen, the rarest; its words are the pattern's anchors. A pattern without
any such part is always tried. Knows the pattern language and nothing of danger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from companion.checks.normalise import spelled_out
from companion.checks.patterns import SPACED, Reader, Slots, Writing, compiled

COMMON = frozenset(
    """
    i you he she it we they me my your his her their the a an is am are was were be been do does did don't have has had to of in on at
    for with and or but not no so this that just can can't will would if when what how who all about up out get got go going want
    de que la el en y a no me mi se un una lo con por para es le je ne pas et un une les des du est ich nicht und der die das ist zu
    mich mir ein eine o os as um uma do da eu meu minha nao e main hai nahi ho mujhe ko
    """.split()  # noqa: SIM905 - a list of words is read more easily without quotes
)
"""Words so frequent that they tell little; a part made of them is chosen only when there is no other."""
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True)
class Phrase:
    """One pattern, compiled when a message first holds one of its anchors."""

    pattern: str
    slots: Slots
    across: bool
    writing: Writing

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        found = compiled((self.pattern,), self.slots, across=self.across, writing=self.writing)
        assert found is not None
        return found


class Index:
    """Phrases by their anchors."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self.phrases = tuple(phrases)
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        self._by_beginning: dict[str, list[int]] = {}
        for at, phrase in enumerate(self.phrases):
            found = _Anchors(phrase.pattern, phrase.slots, phrase.writing).alternatives()
            if found is None or phrase.writing is not SPACED:
                self._always.append(at)
                continue
            for anchor in found:
                shelf = self._by_beginning if anchor.endswith("*") else self._by_word
                shelf.setdefault(anchor.rstrip("*"), []).append(at)
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})

    def worth_trying(self, plain: str) -> list[int]:
        """Return the numbers of the phrases that may stand in `plain`, in order."""
        found = set(self._always)
        for word in words(plain):
            found.update(self._by_word.get(word, ()))
            for length in self._lengths:
                if length <= len(word):
                    found.update(self._by_beginning.get(word[:length], ()))
        return sorted(found)


def words(plain: str) -> set[str]:
    """Return the words of a message without their apostrophes, and what follows an elision ("l'envie": lenvie, envie)."""
    found: set[str] = set()
    for token in _WORD.findall(plain):
        found.add(token.replace("'", ""))
        if "'" in token:
            found.update(part for part in token.split("'") if part)
    return found


class _Anchors(Reader):
    """Reads a pattern like the compiler does, and keeps the words of its rarest part that cannot be missing."""

    def alternatives(self, closing: str = "") -> frozenset[str] | None:
        """Return the anchors up to `closing`: those of every alternative, or None when one of them has none."""
        found: set[str] | None = set()
        best: frozenset[str] | None = None
        while (token := self.token()) not in (None, closing or None):
            assert token is not None
            if token == "|":
                found = found | best if found is not None and best is not None else None
                best = None
            elif token == "[":
                self.alternatives("]")
            elif not token.startswith("..") and token not in ("//", "^", "$"):
                best = _rarer(best, self.alternatives(")") if token == "(" else self.part(token))
        return frozenset(found | best) if found is not None and best is not None else None

    def part(self, token: str) -> frozenset[str] | None:
        """Return the anchors of a single word or slot."""
        if token.startswith("{"):
            if token[1:-1] not in self.slots:
                self.piece(token)  # which says what is wrong
            each = [_Anchors(entry, self.slots, self.writing).alternatives() for entry in self.slots[token[1:-1]]]
            return frozenset().union(*(one for one in each if one)) if all(each) else None
        options = [_beginning(word.replace("'", "")) for word in spelled_out(token).split()]
        return min((frozenset((word,)) for word in options if word), key=_weight, default=None)


def _beginning(word: str) -> str:
    """Return the word up to its first `*`, with it; empty when nothing is known of its beginning."""
    head, star, _ = word.partition("*")
    return head + star if head else ""


def _rarer(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return min((part for part in (one, other) if part), key=_weight, default=None)


def _weight(part: Iterable[str]) -> int:
    return sum(40 if word in COMMON else 2 if word.endswith("*") else 1 for word in part)
