"""Finds what was written for a situation like this one: vectors that lie together when people write about the same thing.

Its layers were fitted on the bank of reflections and on what readers of the whole bank picked from it. Without them it is the embedder.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.backends.embedder import SentenceEmbedder
from companion.core.errors import ModelBroken, ModelMissing

AT_ONCE = 64


class Finder:
    """The finder while it works; missing until the embedder is loaded, so that nothing waits for it."""

    def __init__(self, embedder: SentenceEmbedder, path: Path) -> None:
        self._embedder, self._path = embedder, path
        self._lock = threading.Lock()
        self._net: Any = None

    @cached_property
    def name(self) -> str:
        """What the vectors depend on."""
        return f"{self._embedder.name}+{hashlib.sha256(self._path.read_bytes()).hexdigest()[:12]}" if self._fitted else self._embedder.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimensions). Raises ModelMissing or ModelBroken."""
        if not self._embedder.loaded:
            raise ModelMissing("the embedder is not loaded yet")
        if not self._fitted:
            return self._embedder.embed(texts)
        import torch

        from companion.backends.danger_net import lower
        from companion.backends.finder_net import text_states

        model = self._embedder.load()
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors: NDArray[np.float32] = np.zeros((len(texts), model[0].auto_model.config.hidden_size), dtype=np.float32)
        with self._lock, torch.inference_mode():
            net, below = self._loaded()
            under = lower(model[0].auto_model, below)
            for start in range(0, len(order), AT_ONCE):
                at = order[start : start + AT_ONCE]
                vectors[at] = net(*text_states(under, model.tokenizer, [texts[i] for i in at])).numpy()
        return vectors

    @property
    def _fitted(self) -> bool:
        return self._path.is_file()

    def _loaded(self) -> Any:
        if self._net is None:
            from companion.backends.finder_net import load_finder

            try:
                self._net = load_finder(self._path)
            except Exception as error:
                mend = "restore knowledge/signals/trained, or fit it again with `companion voice find`"
                raise ModelBroken(f"the finder cannot be loaded ({type(error).__name__})", where=str(self._path), mend=mend) from error
        return self._net
