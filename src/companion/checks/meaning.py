"""The guard by meaning: stops what a reply must not say when no phrase gives it away. Stands beside the phrase rules, never for them."""

from __future__ import annotations

from collections.abc import Iterable

from companion.core.errors import ModelError
from companion.core.judging import Judge
from companion.core.ports import Draft, Objection


class Meaning:
    """Objects to a sentence whose likeliest fault reaches the threshold. Silent while the judge is not loaded."""

    name = "meaning"

    def __init__(self, judge: Judge, threshold: float) -> None:
        self._judge, self._threshold = judge, threshold

    def objections(self, sentence: str, draft: Draft) -> Iterable[Objection]:
        """Return an objection to the sentence alone, or to it together with all before it: a claim may be cut in pieces."""
        whole = f"{draft.cleared} {sentence}".strip()
        try:
            found = self._judge.judge(draft.said, list(dict.fromkeys((sentence, whole))))
        except ModelError:
            return []
        fault, chance = max(((name, value) for judged in found for name, value in judged.faults.items()), key=lambda pair: pair[1])
        return [Objection(check=self.name, kind=fault, because=f"means {fault}")] if chance >= self._threshold else []
