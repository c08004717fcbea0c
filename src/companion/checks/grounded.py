"""For small models only: a sentence may do no more than give back what the person said, in their order and with their words.

A model of this size loses the thread within a sentence and then invents people, causes and outcomes, or turns who did what
to whom around. So beyond small words from a list, every word must be the person's, in the order in which they said it, with
as many denials as they made. That drops good sentences too; curated words stand in for them.
"""

import re
from collections.abc import Collection, Iterable

from companion.checks.normalise import plain
from companion.core.ports import Draft, Objection

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_ENDINGS = (
    "ingly",
    "fully",
    "ness",
    "ings",
    "edly",
    "ing",
    "ied",
    "ies",
    "est",
    "ely",
    "ers",
    "ed",
    "es",
    "er",
    "ly",
    "y",
    "s",
    "e",
)
_DENIALS = frozenset({"not", "no", "never", "nobody", "nothing", "none", "without", "cannot"})
LONGEST = 26
"""Words in one sentence; beyond this a small model has lost its subject."""
FEWEST_SHARED = 2
"""Words of the person that a sentence must give back to be worth saying."""


def stem(word: str) -> str:
    """Return `word` without its ending, so that "shouted" and "shouting" meet. Rough on purpose."""
    word = word.split("'")[0]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def shared_words(text: str, said: Iterable[str], small: Collection[str]) -> float:
    """Return which share of the telling words in `text` the talk has too; 1 where there are none. `small` are words that tell nothing."""
    theirs = {stem(word) for word in _words(" ".join(said))}
    telling = [stem(word) for word in _words(text) if word not in small]
    return sum(word in theirs for word in telling) / len(telling) if telling else 1.0


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text).replace("n't", " not"))


def _denials(words: Iterable[str]) -> int:
    return sum(word in _DENIALS for word in words)


class Grounded:
    """Objects to anything that the person did not say."""

    name = "grounded"

    def __init__(self, small_words: Collection[str]) -> None:
        self._small = frozenset(small_words) | {word for text in small_words for word in _words(text)}

    def objections(self, sentence: str, draft: Draft) -> Iterable[Objection]:
        """Return an objection when the sentence is more, or other, than the last message given back."""
        theirs = _words(draft.said[-1]) if draft.said else []
        words = _words(sentence)
        content = [stem(word) for word in words if word not in self._small]
        said = [stem(word) for word in theirs]
        to_them = {"you", "your", "yourself"} & set(words) or not {"i", "me", "my", "am"} & set(theirs)
        if len(words) > LONGEST or "?" in sentence or not to_them:
            return [self._no("not a sentence about what was said")]
        if len(content) < FEWEST_SHARED or set(content) - set(said):
            return [self._no("something nobody mentioned")]
        if not _in_order(content, said) or _denials(words) != _denials(theirs):
            return [self._no("turned around")]
        return []

    def _no(self, because: str) -> Objection:
        return Objection(check=self.name, kind="ungrounded", because=because)


def _in_order(content: list[str], said: list[str]) -> bool:
    """Return whether `content` stands in `said` in the same order, with anything in between."""
    rest = iter(said)
    return all(any(word == other for other in rest) for word in content)
