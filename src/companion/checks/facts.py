"""Stops what nobody mentioned: a reply may speak of a mother, a Tuesday, a hospital or the number nine only when the talk did.

What counts as such a fact, and which words of the talk vouch for it, stands in `knowledge/signals/<language>/facts.toml`. Numbers and
names need no list. It reads words, not meaning: who did what to whom it cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from companion.checks.normalise import plain
from companion.core.ports import Draft, Objection
from companion.core.signal import Fact

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_NAME = re.compile(r"(?<![.!?\u201c\"\u2018:])\s([A-Z][a-z]+)")
_SMALL = ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
          "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_AS_FIGURE = {
    **{word: at for at, word in enumerate(_SMALL, 3)},
    **{ten: at for at, ten in zip(range(20, 100, 10), _TENS, strict=True)},
    **{f"{ten} {unit}": at + more for at, ten in zip(range(20, 100, 10), _TENS, strict=True) for more, unit in enumerate(_UNITS, 1)},
}
"""One and two are left out: they count nothing in "one of those" and "the two of you"."""
_NUMBER = re.compile(r"\b(?:" + "|".join(sorted((re.escape(word) for word in _AS_FIGURE), key=len, reverse=True)) + r")\b|\d+")


class SaidFacts:
    """Objects to facts that are in the sentence and not in the talk. Silent without a list: capitals mean other things elsewhere."""

    name = "facts"

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._facts = tuple((fact.name, frozenset(fact.words), _reader((*fact.words, *fact.also))) for fact in facts)

    def objections(self, sentence: str, draft: Draft) -> Iterable[Objection]:
        """Return an objection when the sentence mentions what nobody did."""
        unsaid = self.unsaid(sentence, draft.said)
        return [Objection(check=self.name, kind="invent", because=f"nobody mentioned: {', '.join(unsaid)}")] if unsaid else []

    def unsaid(self, text: str, said: Sequence[str]) -> list[str]:
        """Return the facts in `text` that no message in `said` vouches for."""
        if not self._facts:
            return []
        talk = " ".join(said)
        words, theirs = _words(text), _words(talk)
        heard = " ".join(sorted(theirs))
        found = [name for name, stated, vouched in self._facts if stated & words and not vouched.search(heard)]
        found += sorted(_numbers(text) - _numbers(talk))
        known = talk.lower()
        return found + [name for name in _NAME.findall(text) if name.lower() not in known and not self._listed(name.lower())]

    def _listed(self, word: str) -> bool:
        return any(word in stated for _, stated, _ in self._facts)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain(text)))


def _numbers(text: str) -> set[str]:
    """Return the numbers in a text as figures, however they are written; those under three are left out."""
    found = _NUMBER.findall(plain(text).replace("-", " "))
    return {figure for word in found if (figure := str(_AS_FIGURE.get(word, word)).lstrip("0")) not in ("", "1", "2")}


def _reader(words: Sequence[str]) -> re.Pattern[str]:
    every = sorted(re.escape(word.removesuffix("*")) + (r"[a-z']*" if word.endswith("*") else "(?:'?s)?") for word in words)
    return re.compile(r"(?<![a-z'\d])(?:" + "|".join(every) + r")(?![a-z'\d])")
