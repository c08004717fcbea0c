"""Reads messages once for everything: the vector for retrieval and routing, and the trained layer's chances of danger.

A long message is read whole and in windows; for danger, the worst window counts. Knows no thresholds: those are `checks`'.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from companion.backends.embedder import SentenceEmbedder
from companion.backends.wide import logits as wide_logits
from companion.core.concern import Kind, Subject
from companion.core.errors import ModelBroken, ModelMissing
from companion.core.ports import Odds, Reader, Reading
from companion.core.value import Value

WINDOW = 240
"""Characters of a window: two or three sentences, as long as most messages the layer was fitted on."""
WHOLE = 280
"""Characters up to which a message is its own only window."""
MOST_WINDOWS = 24
AT_ONCE = 32
"""Windows in one pass."""
WHOLE_TOKENS = 256
"""Tokens of a message that the vector for retrieval is made of, as many as the packaged embedder was made for."""
LONGEST = 96
"""Tokens that the trained layer reads of a window; a window is shorter, a whole long message is cut, and its windows hold the rest."""


class Card(Value):
    """What is known about the trained layer: how its outputs are read, and what they gave when they were measured."""

    made_on: str
    seed: int
    fitted_on: int
    """Messages of the fit split."""
    embedder: str
    kinds: tuple[Kind, ...]
    subjects: tuple[Subject, ...]
    boundaries: tuple[str, ...]
    calibration: Mapping[int, tuple[float, float, float]]
    """By tier: chance = 1 / (1 + exp(-(a * deep + b * wide + c))), fitted on the tune split (Platt 1999, with two inputs)."""
    thresholds: Mapping[int, float]
    """By tier: the chance from which it counts, chosen on the tune split."""
    boundary_threshold: float
    """The chance from which a boundary counts, chosen on the tune split."""
    measured: Mapping[str, float] = Field(default_factory=dict)
    """Recall and false alarms on the tune split at these thresholds."""


def read_card(path: Path) -> Card | None:
    """Return the card beside the network, or None when there is no trained layer."""
    return Card.model_validate_json(path.read_text(encoding="utf-8")) if path.is_file() else None


def windows(text: str) -> list[str]:
    """Return the whole text first, then overlapping windows of a few sentences when it is long."""
    if len(text) <= WHOLE:
        return [text]
    found, now = [text], list[str]()
    for part in _parts(text):
        if now and sum(map(len, now)) + len(part) > WINDOW:
            found.append(" ".join(now))
            now = now[-1:] if len(now[-1]) < WINDOW // 2 else []
        now.append(part)
    found.append(" ".join(now))
    return found if len(found) <= MOST_WINDOWS else [*found[: MOST_WINDOWS // 2], *found[-MOST_WINDOWS // 2 :]]


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for sentence in re.split(r"(?<=[.?!;\n])\s+", text):
        rest = sentence
        while len(rest) > WINDOW:
            space = rest.rfind(" ", WINDOW // 2, WINDOW)
            cut = space if space > 0 else WINDOW
            parts.append(rest[:cut])
            rest = rest[cut:]
        parts.append(rest)
    return parts


class MessageReader:
    """One pass of the embedder's model per window; missing until the embedder is loaded, so that nothing waits for it."""

    def __init__(self, embedder: SentenceEmbedder, network: Path, card: Card | None) -> None:
        self._embedder, self._path, self._card = embedder, network, card
        self._lock = threading.Lock()
        self._net: Any = None

    def read(self, texts: Sequence[str]) -> Sequence[Reading]:
        """Return one reading for each normalised text. Raises ModelMissing while there is no embedder, ModelBroken for a bad file."""
        if not self._embedder.loaded:
            raise ModelMissing("the embedder is not loaded yet")
        if self._card is None or self._card.embedder != self._embedder.name:
            return [Reading(vector) for vector in self._embedder.embed(texts)]
        cut = [windows(text) for text in texts]
        flat = [window for own in cut for window in own]
        owner = np.repeat(np.arange(len(texts)), [len(own) for own in cut])
        vectors, deep, wide = self._pass(flat)
        first = np.searchsorted(owner, np.arange(len(texts)))
        worst, widest = np.maximum.reduceat(deep, first, axis=0), np.maximum.reduceat(wide, first, axis=0)
        return [Reading(vectors[first[at]], self._odds(worst[at], widest[at])) for at in range(len(texts))]

    def _pass(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return unit vectors, the network's logits and the linear model's, one row for each text."""
        import torch

        model, (net, weights, bias) = self._embedder.load(), self._network()
        bert, tokenizer = model[0].auto_model, model.tokenizer
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors = np.zeros((len(texts), bert.config.hidden_size), dtype=np.float32)
        logits: NDArray[np.float32] | None = None
        with self._lock, torch.inference_mode():
            for start in range(0, len(order), AT_ONCE):
                at = order[start : start + AT_ONCE]
                tokens = tokenizer([texts[i] for i in at], return_tensors="pt", padding=True, truncation=True, max_length=WHOLE_TOKENS)
                states = bert(**tokens, output_hidden_states=True).hidden_states
                mask = tokens["attention_mask"].bool()
                there = mask[:, :, None]
                mean = (states[-1] * there).sum(1) / there.sum(1)
                vectors[at] = torch.nn.functional.normalize(mean, dim=1).numpy()
                out = net(states[net.shape.below][:, :LONGEST], mask[:, :LONGEST]).numpy()
                logits = np.zeros((len(texts), out.shape[1]), dtype=np.float32) if logits is None else logits
                logits[at] = out
        assert logits is not None
        return vectors, logits, wide_logits(texts, weights, bias)

    def _network(self) -> Any:
        with self._lock:
            if self._net is None:
                from companion.backends.danger_net import load

                try:
                    self._net = load(self._path)
                except Exception as error:
                    mend = "restore knowledge/signals/trained, or fit it again with `companion evals fit danger`"
                    raise ModelBroken(
                        f"the trained layer cannot be loaded ({type(error).__name__})", where=str(self._path), mend=mend
                    ) from error
            return self._net

    def _odds(self, logits: NDArray[np.float32], wide: NDArray[np.float32]) -> Odds:
        card = self._card
        assert card is not None
        tiers = [_chance(float(np.dot(card.calibration[tier], (logits[tier - 1], wide[tier - 1], 1.0)))) for tier in (1, 2, 3, 4)]
        kinds, subjects, boundaries = np.split(logits[4:], np.cumsum([len(card.kinds), len(card.subjects)]))
        subjects = np.exp(subjects - subjects.max())
        return Odds(
            tiers=(tiers[0], tiers[1], tiers[2], tiers[3]),
            kinds={kind: _chance(float(value)) for kind, value in zip(card.kinds, kinds, strict=True)},
            subjects={subject: float(value) for subject, value in zip(card.subjects, subjects / subjects.sum(), strict=True)},
            boundaries={name: _chance(float(value)) for name, value in zip(card.boundaries, boundaries, strict=True)},
        )


def _chance(logit: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


class ReadAhead:
    """A reader that has read a batch of texts in one go and serves them from memory; for batch commands only."""

    def __init__(self, reader: Reader, texts: Sequence[str]) -> None:
        self._reader = reader
        each = list(dict.fromkeys(texts))
        self._known = dict(zip(each, reader.read(each), strict=True)) if each else {}

    def read(self, texts: Sequence[str]) -> Sequence[Reading]:
        """Return the readings, from memory where they were read ahead."""
        return [self._known[text] if text in self._known else self._reader.read([text])[0] for text in texts]
