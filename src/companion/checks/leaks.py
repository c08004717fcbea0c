"""Lets no sentence of the model's instructions through. Knows the instructions and nothing of who asked for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from companion.checks.normalise import plain
from companion.core.ports import Draft, Objection

_WORD = re.compile(r"[a-z']+")
RUN = 6
"""Words in a row that a sentence may not share with the instructions; fewer happen by chance."""


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(plain(text))
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


class Leaks:
    """Objects to the model's own instructions."""

    name = "leaks"

    def __init__(self, instructions: Iterable[str]) -> None:
        self._runs = frozenset(run for text in instructions for run in _runs(text))

    def objections(self, sentence: str, draft: Draft) -> Iterable[Objection]:
        """Return an objection when the sentence repeats the instructions and not something the person said."""
        shared = (_runs(sentence) & self._runs) - {run for text in draft.said for run in _runs(text)}
        return [Objection(check=self.name, kind="leak", because="words of the instructions")] if shared else []
