"""How closely a reply keeps to what somebody said, once "I" is turned to "you": whether its words stand beside each other as theirs did.

A small model that gives words back errs by turning who did what to whom around, and by adding. Both break the order of words, which can be
counted. Nothing here understands a sentence.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence

from companion.checks.grounded import stem
from companion.checks.normalise import plain

_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "is": "are", "was": "were",
    "we": "you", "us": "you", "our": "your", "ours": "yours", "ourselves": "yourselves",
}  # fmt: skip
_LONG = (
    ("can't", "can not"), ("won't", "will not"), ("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'m", " am"), ("'ll", " will"),
    ("'d", " would"),
)  # fmt: skip
_FIGURES = dict(zip("one two three four five six seven eight nine ten eleven twelve".split(), map(str, range(1, 13)), strict=True))  # noqa: SIM905
_PART = re.compile(r"[a-z]+(?:'s)?|\d+|[.!?;/\n]")
_END = "|"
BESIDE = 2
"""How far apart two words of the message may stand and still count as neighbours."""
PAIRS, ORDER, TOLD, MOST_TOLD, ADDED, LENGTH, LONG = 0.6, 0.4, 0.18, 6, 0.15, 0.02, 26
"""What counts: neighbours kept, order kept, telling words given back (all, or six), each one added, each word over 26. Set by reading
the drafts for 120 messages that nothing was fitted on."""


class Closeness:
    """Tells how closely replies keep to a talk."""

    def __init__(self, small_words: Collection[str]) -> None:
        self._small = {word for text in small_words for word in _words(text)} | {"you", "your", "are", "were", "have", "not", _END}

    def closeness(self, reply: str, said: Sequence[str]) -> float:
        """Return 1.18 for words given back as they were said, with "I" turned to "you"; less for all that is turned around or added."""
        theirs = [word for text in said for word in (*_words(text), _END)]
        words = _words(reply)
        where: dict[str, list[int]] = {}
        for at, word in enumerate(theirs):
            where.setdefault(word, []).append(at)
        pairs = [_beside(theirs, where, a, b) for a, b in itertools.pairwise(words) if _END not in (a, b)]
        telling = [word for word in words if word not in self._small]
        in_order = [any(i < j for i in where.get(a, ()) for j in where.get(b, ())) for a, b in itertools.pairwise(telling)]
        kept = sum(in_order) / len(in_order) if in_order else float(bool(telling) and telling[0] in where)
        to_tell = {word for word in where if word not in self._small}
        told = min(1.0, len(to_tell & set(telling)) / max(1, min(MOST_TOLD, len(to_tell))))
        added = sum(word not in where for word in telling)
        length = sum(word != _END for word in words)
        return PAIRS * sum(pairs) / max(1, len(pairs)) + ORDER * kept + TOLD * told - ADDED * added - LENGTH * max(0, length - LONG)


def _beside(theirs: list[str], where: dict[str, list[int]], first: str, second: str) -> bool:
    return any(0 < j - i <= BESIDE and _END not in theirs[i:j] for i in where.get(first, ()) for j in where.get(second, ()))


def _words(text: str) -> list[str]:
    """Return the words without endings, turned to "you", with a mark where a sentence ends."""
    text = plain(text)
    for short, long in _LONG:
        text = text.replace(short, long)
    return [_word(part) for part in _PART.findall(text)]


def _word(part: str) -> str:
    if part in ".!?;/\n":
        return _END
    word = part.removesuffix("'s")
    word = _FIGURES.get(word, _TURNED.get(word, word))
    return stem(word) if len(word) > 3 else word
