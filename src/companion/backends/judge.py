"""Reads a reply together with what it answers: whether it fits, and what it must not say, by meaning.

A small network of its own on the embedder's lower layers, like the one that hears danger. It lowers nothing and releases nothing: the
guard's phrase rules stand whatever it finds. Files are safetensors: nothing in them can run.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from companion.backends.embedder import SentenceEmbedder
from companion.core.errors import ModelBroken, ModelMissing
from companion.core.judging import Judged
from companion.core.value import Value


class JudgeCard(Value):
    """What is known about the judge."""

    made_on: str
    seed: int
    fitted_on: int
    embedder: str
    threshold: float
    """Chance of a fault from which the guard objects, chosen on the tune split."""
    measured: Mapping[str, float] = Field(default_factory=dict)


def read_judge_card(path: Path) -> JudgeCard | None:
    """Return the card beside the network, or None when there is no judge."""
    return JudgeCard.model_validate_json(path.read_text(encoding="utf-8")) if path.is_file() else None


class ReplyJudge:
    """The judge while it works; missing until the embedder is loaded, so that nothing waits for it."""

    def __init__(self, embedder: SentenceEmbedder, path: Path, card: JudgeCard | None) -> None:
        self._embedder, self._path, self._card = embedder, path, card
        self._lock = threading.Lock()
        self._net: Any = None

    @property
    def ready(self) -> bool:
        """Whether there is a judge for this embedder, and the embedder is loaded."""
        return self._card is not None and self._card.embedder == self._embedder.name and self._embedder.loaded

    def judge(self, said: Sequence[str], replies: Sequence[str]) -> Sequence[Judged]:
        """Return what is found for each reply to the talk `said`, oldest first. Raises ModelMissing or ModelBroken."""
        if not self.ready:
            raise ModelMissing("there is no judge of replies, or its embedder is not loaded")
        if not replies:
            return []
        import torch

        from companion.backends.danger_net import lower
        from companion.backends.judge_net import FAULTS, pair_states

        model = self._embedder.load()
        context = " / ".join(said[-2:])
        with self._lock, torch.inference_mode():
            net, below = self._loaded()
            under = lower(model[0].auto_model, below)
            states, mask = pair_states(under, model.tokenizer, [(context, reply) for reply in replies])
            chances = torch.sigmoid(net(states, mask)).numpy()
        return [Judged(fits=float(row[0]), faults=dict(zip(FAULTS, map(float, row[1:]), strict=True))) for row in np.asarray(chances)]

    def _loaded(self) -> Any:
        if self._net is None:
            from companion.backends.judge_net import load_judge

            try:
                self._net = load_judge(self._path)
            except Exception as error:
                mend = "restore knowledge/signals/trained, or fit it again with `companion voice judge`"
                raise ModelBroken(f"the judge cannot be loaded ({type(error).__name__})", where=str(self._path), mend=mend) from error
        return self._net
