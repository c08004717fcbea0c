"""Strict doubles for every port, shipped so that tests and programs can drive the real pipeline. An unplanned call is an error."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from companion.core.concern import Tier
from companion.core.errors import ModelBroken, ModelMissing
from companion.core.handoff import HandoffState
from companion.core.ports import PromptMessage


class ScriptedModel:
    """Says its replies in order, in pieces of a few characters; with none left, any call fails the test."""

    def __init__(self, *replies: str | Exception, piece: int = 5) -> None:
        self._replies, self._piece = list(replies), piece
        self.asked: list[list[PromptMessage]] = []
        """Every prompt that was asked, in order."""
        self.closed = 0
        """How many streams were ended, by the reader or by their own end."""

    def stream(self, prompt: Sequence[PromptMessage], *, longest: int) -> Generator[str, None, None]:
        """Yield the next reply. An exception among the replies is raised, in the middle of the text before it if it is text."""
        if not self._replies:
            raise AssertionError("the model was asked for a reply that nobody planned")
        self.asked.append(list(prompt))
        reply = self._replies.pop(0)
        try:
            if isinstance(reply, Exception):
                raise reply
            for at in range(0, len(reply), self._piece):
                yield reply[at : at + self._piece]
        finally:
            self.closed += 1


class BreakingModel:
    """Says `before` and then breaks like a crashed engine."""

    def __init__(self, before: str) -> None:
        self.before = before

    def stream(self, prompt: Sequence[PromptMessage], *, longest: int) -> Generator[str, None, None]:
        """Yield `before`, then raise ModelBroken."""
        yield self.before
        raise ModelBroken("the scripted model broke")


class NoModel:
    """Stands where a model would be when every model file is gone."""

    def stream(self, prompt: Sequence[PromptMessage], *, longest: int) -> Generator[str, None, None]:
        """Raise ModelMissing."""
        raise ModelMissing("there is no language model")
        yield ""  # makes this a generator

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Raise ModelMissing."""
        raise ModelMissing("there is no embedder")


class HashEmbedder:
    """Unit vectors from words alone: the same words give the same vector, shared words bring vectors nearer."""

    dimensions = 64

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), 64)."""
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                out[row, int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % self.dimensions] += 1.0
            out[row] /= max(float(np.linalg.norm(out[row])), 1e-6)
        return out


class ScriptedPeople:
    """Supporters whose answer is planned."""

    def __init__(self, state: HandoffState = HandoffState.UNANSWERED, line: str = "No human supporter is on right now.") -> None:
        self._state, self._line = state, line
        self.rung: list[Tier] = []
        """Every tier that was rung for, in order."""

    def ring(self, tier: Tier) -> HandoffState:
        """Note the ring and return the planned state."""
        self.rung.append(tier)
        return self._state

    def on_duty(self) -> str:
        """Return the planned line."""
        return self._line
