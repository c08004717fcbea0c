"""Vectors of curated words, worked out ahead and kept in a file, so that the first evening does not wait for thousands of sentences.

Whatever is not in the file, or was changed since, is embedded as usual; a file of another embedder, or a broken one, counts as empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.core.ports import Embedder

_BYTES = 8
"""Of a text's hash: enough that no two of a million texts share them."""


class KeptEmbedder:
    """Looks vectors up before it asks `embedder`."""

    def __init__(self, embedder: Embedder, name: str, path: Path) -> None:
        self._embedder, self._name, self._path = embedder, name, path
        self._kept: dict[bytes, NDArray[np.float32]] | None = None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimensions). Raises ModelError when some must be embedded and cannot."""
        if self._kept is None:
            self._kept = read_kept(self._path, self._name)
        missing = [text for text in dict.fromkeys(texts) if _key(text) not in self._kept]
        if missing:
            self._kept |= {_key(text): vector for text, vector in zip(missing, self._embedder.embed(missing), strict=True)}
        return np.stack([self._kept[_key(text)] for text in texts])


def read_kept(path: Path, name: str) -> dict[bytes, NDArray[np.float32]]:
    """Return the vectors in `path` by the hash of their text; none when they are of another embedder than `name`."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return {}
    try:
        with safe_open(path, framework="numpy") as file:
            if (file.metadata() or {}).get("embedder") != name:
                return {}
            keys, vectors = file.get_tensor("keys"), file.get_tensor("vectors").astype(np.float32)
    except (SafetensorError, OSError):
        return {}
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return {key.tobytes(): vector for key, vector in zip(keys, vectors / np.maximum(lengths, 1e-6), strict=True)}


def write_kept(texts: Sequence[str], vectors: NDArray[np.float32], name: str, path: Path) -> None:
    """Write unit vectors as bytes: a cosine moves by less than 0.01, and the file is a quarter of the size."""
    from safetensors.numpy import save_file

    keys = np.frombuffer(b"".join(map(_key, texts)), dtype=np.uint8).reshape(-1, _BYTES)
    scale = 127 / np.abs(vectors).max(axis=1, keepdims=True)
    save_file({"keys": keys, "vectors": np.round(vectors * scale).astype(np.int8)}, path, metadata={"embedder": name})


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_BYTES]
