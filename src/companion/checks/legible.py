"""Lets through only what reads as plain words in the page's language: no cipher, no noise, no loop, no other language.

What cannot be read by the other checks must not pass them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

from companion.core.ports import Draft, Objection

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
KNOWN_SHARE = 0.5
"""Least share of common words in a sentence; on 3,300 written replies the lowest was above it."""
FEWEST_WORDS = 4
"""Words under which a share says nothing."""
SAME_WORD, SAME_RUN = 4, 3
"""How often the same word may follow itself, and the same three words may come back, before it is a loop."""
LONGEST_WORD = 24
_PLAIN_NUMBER = re.compile(r"\W*\d[\d.,:/-]*(?:am|pm|st|nd|rd|th|s|k|m|p|ish|x)?\W*", re.IGNORECASE)
_DISGUISED = re.compile(
    r"\w*[^\W\d_]\d\w*|\w*\d[^\W\d_]\w*"  # letters and figures in one word
    r"|\w+[*$@&#=]+\w*|&#"  # signs inside a word, or at its end
    r"|\w*[a-z][A-Z]\w*[A-Z]\w*"  # capitals in the middle
)
_SPELLED_OUT = re.compile(r"(?:\b[^\W\d_][\s.\-_*]+){4,}[^\W\d_]\b")
"""Five single letters in a row."""
_MARKS = {"Mn", "Me", "Cf", "No", "Co", "So"}
"""Unicode categories of marks on letters, of invisible signs, of figures in circles and of pictures."""


class Legible:
    """Objects to what is not plain words, and to what was said already in the same reply."""

    name = "legible"

    def __init__(self, common: Collection[str]) -> None:
        self._common = frozenset(common)

    def objections(self, sentence: str, draft: Draft) -> Iterable[Objection]:
        """Return an objection to a loop, or to words that are mostly unknown and not the person's own."""
        words = [word.lower().replace("\u2019", "'") for word in _WORD.findall(sentence)]
        if _loops(words) or _said_before(words, draft.cleared):
            return [Objection(check=self.name, kind="loop", because="says the same again")]
        theirs = {word.lower().replace("\u2019", "'") for text in draft.said for word in _WORD.findall(text)}
        known = sum(word in self._common or word in theirs or word.split("'")[0] in self._common for word in words)
        few = len(words) >= FEWEST_WORDS and known < KNOWN_SHARE * len(words)
        if few or not words or _disguised(sentence, " ".join(draft.said).lower()):
            return [Objection(check=self.name, kind="language", because="not plain words")]
        return []


def _disguised(sentence: str, said: str) -> bool:
    """Return whether the sentence is written so that a reader sees more than a rule does; the person's own spelling is no disguise."""
    if _SPELLED_OUT.search(sentence) or any(unicodedata.category(sign) in _MARKS for sign in unicodedata.normalize("NFC", sentence)):
        return True
    return any(
        len(word) > LONGEST_WORD or (_DISGUISED.search(word) and not _PLAIN_NUMBER.fullmatch(word))
        for word in sentence.split()
        if word.strip(".,?!'\u2019\u201d\u201c").lower() not in said
    )


def _said_before(words: list[str], cleared: str) -> bool:
    again = _normal(cleared).count(" ".join(words)) if words else 0
    return again >= (1 if len(words) >= FEWEST_WORDS else 2)


def _loops(words: list[str]) -> bool:
    runs = Counter(tuple(words[at : at + 3]) for at in range(len(words) - 2))
    in_a_row = max((_run(words, at) for at in range(len(words))), default=0)
    return in_a_row >= SAME_WORD or max(runs.values(), default=0) >= SAME_RUN


def _run(words: list[str], at: int) -> int:
    end = at
    while end < len(words) and words[end] == words[at]:
        end += 1
    return end - at


def _normal(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
