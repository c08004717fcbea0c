"""An optional third opinion on danger, asked of a larger language model on this machine. It may raise a tier, never lower one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing

from companion.core.concern import Concern, Kind, Tier
from companion.core.errors import ModelError
from companion.core.ports import ChatModel, Heard

LONGEST_ANSWER = 12
"""Tokens; the answer is one word."""
WORDS: Mapping[str, tuple[Tier, Kind]] = {
    "medical": (Tier.MEDICAL, Kind.INJURY),
    "urgent": (Tier.URGENT, Kind.INTENT),
    "concern": (Tier.CONCERN, Kind.SUICIDAL_THOUGHTS),
    "watch": (Tier.WATCH, Kind.HOPELESS),
}
"""What the model may answer besides "none". The first that stands in its answer counts, the gravest first."""


class ThirdOpinion:
    """Asks one question about a message. No answer, a muddled one or a model that is gone is no opinion."""

    name = "third opinion"

    def __init__(self, model: ChatModel, question: str) -> None:
        self._model, self._question = model, question

    def concerns(self, heard: Heard) -> Iterable[Concern]:
        """Return one concern when the model hears danger, nothing otherwise."""
        prompt = [{"role": "system", "content": self._question}, {"role": "user", "content": heard.said[:2000]}]
        try:
            with closing(self._model.stream(prompt, longest=LONGEST_ANSWER)) as pieces:  # type: ignore[arg-type]
                answer = "".join(pieces).lower()
        except ModelError:
            return ()
        found = [meaning for word, meaning in WORDS.items() if word in answer]
        return tuple(Concern(check=self.name, tier=tier, kind=kind, because="the larger model's opinion") for tier, kind in found[:1])
