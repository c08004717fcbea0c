"""The trained layer's second opinion: a linear model over hashed letters and words. Coarse, fast, and at home in every script.

It catches what the network's vocabulary has no pieces for: misspelling, slang, languages that the embedder never met.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

BUCKETS = 2**18
"""Columns of the letters' half and of the words' half each; with a hundred thousand features few fall together."""


@lru_cache(maxsize=1)
def _hashers() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    shared: dict[str, Any] = {"n_features": BUCKETS, "binary": True, "norm": "l2", "alternate_sign": False, "lowercase": False}
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared)
    words = HashingVectorizer(analyzer="word", ngram_range=(1, 3), token_pattern=r"[\w']+", **shared)
    return letters, words


def features(texts: Sequence[str]) -> Any:
    """Return a sparse matrix, shape (len(texts), 2 * BUCKETS): letters first, then words. No state, so nothing to store."""
    from scipy.sparse import hstack

    letters, words = _hashers()
    return hstack([letters.transform(texts), words.transform(texts)], format="csr")


def logits(texts: Sequence[str], weights: NDArray[np.float32], bias: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return logits, shape (len(texts), tiers), for `weights` of shape (2 * BUCKETS, tiers)."""
    return np.asarray(features(texts) @ weights + bias, dtype=np.float32)
