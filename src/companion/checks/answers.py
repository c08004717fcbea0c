"""Reads how a plain question was answered. Knows nothing of which question it was."""

from collections.abc import Mapping, Sequence
from typing import get_args

from companion.checks.patterns import SPACED, UNSPACED, Slots, compiled
from companion.core.ports import Answer, Heard

LONGEST_ANSWER = 12
"""Words; a longer message is more than an answer and is read like any other."""
LONGEST_UNSPACED = 24
"""The same in characters, for a language written without spaces."""


class AnswerReader:
    """Reads answers by phrase, in one language. A message that says more than one thing counts by the first in ORDER."""

    ORDER: Sequence[Answer] = ("go_on", "cannot", "unsure", "no", "yes")

    def __init__(self, patterns: Mapping[str, Sequence[str]], slots: Slots, *, spaced: bool = True) -> None:
        unknown = set(patterns) - set(get_args(Answer))
        if unknown:
            raise ValueError(f"not an answer: {sorted(unknown)}")
        writing = SPACED if spaced else UNSPACED
        self._spaced = spaced
        self._patterns = {answer: compiled(patterns[answer], slots, writing=writing) for answer in self.ORDER if answer in patterns}

    def answer(self, heard: Heard) -> Answer | None:
        """Return the answer, or None when the message is something else."""
        if len(heard.plain.split()) > LONGEST_ANSWER or (not self._spaced and len(heard.plain) > LONGEST_UNSPACED):
            return None
        for answer in self.ORDER:
            pattern = self._patterns.get(answer)
            if pattern and pattern.search(heard.plain):
                return answer
        return None
