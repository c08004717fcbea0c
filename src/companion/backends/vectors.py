"""Search by meaning (faiss) and by words (bm25s), and the index on disk: built aside, swapped in whole."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.core.errors import IndexBroken
from companion.core.ports import Vector

_FILE = "vectors.faiss"


class Vectors:
    """Exact cosine search over unit vectors."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        import faiss

        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.arange(len(vectors), dtype=np.int64))

    @classmethod
    def make(cls, vectors: NDArray[np.float32], folder: Path) -> Vectors:
        """Return an index over `vectors` and keep it in `folder`; on a full disk it serves all the same and is made again next time."""
        made = cls(vectors)
        with contextlib.suppress(OSError):
            made.save(folder)
        return made

    @classmethod
    def load(cls, folder: Path, rows: int) -> Vectors:
        """Return the index kept in `folder`. Raises IndexBroken when it is not there, unreadable or of another size."""
        import faiss

        try:
            index = faiss.read_index(str(folder / _FILE))
        except (RuntimeError, OSError) as error:
            raise IndexBroken("the stored index cannot be read", where=str(folder), mend="it is built again at the next start") from error
        if index.ntotal != rows:
            raise IndexBroken(f"the stored index has {index.ntotal} rows instead of {rows}", where=str(folder), mend="build it again")
        made = cls.__new__(cls)
        made._index = index
        return made

    def save(self, folder: Path) -> None:
        """Write the index so that `folder` either has all of it or is as before, and remove older ones beside it."""
        import faiss

        aside = folder.with_name(f"{folder.name}.{os.getpid()}.new")
        aside.mkdir(parents=True, exist_ok=True)
        faiss.write_index(self._index, str(aside / _FILE))
        if folder.exists():
            shutil.rmtree(folder)
        aside.replace(folder)
        for other in folder.parent.iterdir():
            if other != folder and other.is_dir():
                with contextlib.suppress(OSError):
                    shutil.rmtree(other)

    def search(self, vector: Vector, most: int) -> list[tuple[int, float]]:
        """Return up to `most` pairs of row and cosine, best first."""
        scores, rows = self._index.search(np.ascontiguousarray(vector[None, :], dtype=np.float32), min(most, self._index.ntotal))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]


class Lexical:
    """BM25 over plain words; small enough to be made anew at every start."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        self._bm25s = bm25s
        self._size = len(texts)
        self._retriever = bm25s.BM25()
        tokens = bm25s.tokenize(list(texts), stopwords="en", show_progress=False)
        self._retriever.index(tokens, show_progress=False)

    def search(self, plain: str, most: int) -> list[tuple[int, float]]:
        """Return up to `most` pairs of row and score, best first; only rows that share a word."""
        tokens = self._bm25s.tokenize([plain], stopwords="en", show_progress=False, return_ids=False)
        if not tokens or not tokens[0]:
            return []
        scores = self._retriever.get_scores(tokens[0])
        best = np.argsort(-scores, kind="stable")[: min(most, self._size)]
        return [(int(row), float(scores[row])) for row in best if scores[row] > 0]
