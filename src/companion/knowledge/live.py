"""The library that is being served: words first, meaning as soon as the embedder is there, swapped as a whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.core.errors import IndexBroken, NoteError
from companion.core.message import Turn
from companion.core.note import Hit, Note, NoteKind
from companion.core.ports import Embedder, Heard, LexicalSearch, VectorSearch
from companion.knowledge.notes import published, read_notes
from companion.knowledge.rows import Row, content_hash, rows_of
from companion.knowledge.search import NoteSearch
from companion.knowledge.vocabulary import Vocabulary


@dataclass(frozen=True)
class IndexTools:
    """How the searches are made, loaded and kept; handed in so that this module knows no library by name."""

    lexical: Callable[[Sequence[str]], LexicalSearch]
    load: Callable[[Path, int], VectorSearch]
    make: Callable[[NDArray[np.float32], Path], VectorSearch]
    """Builds an index and keeps it at the given place."""


class LiveLibrary:
    """The published notes of one folder, found by words from the start and by meaning once `prepare` has run."""

    def __init__(self, folder: Path, vocabulary: Vocabulary, home: Path, tools: IndexTools, today: date) -> None:
        read = read_notes(folder)
        self.problems: tuple[NoteError, ...] = read.problems
        """Why some notes are left out, by file and line."""
        self.notes: tuple[Note, ...] = published(read.notes, today)
        self._vocabulary, self._home, self._tools = vocabulary, home, tools
        self._rows: list[Row] = rows_of(self.notes, vocabulary)
        self._lexical = tools.lexical([row.text for row in self._rows] or ["nothing"])
        self._search = NoteSearch(self.notes, self._rows, vocabulary, self._lexical, None)
        self._lock = threading.Lock()

    def prepare(self, embedder: Embedder, embedder_name: str) -> str:
        """Load or build the index by meaning and swap it in; return its content hash. Raises ModelError."""
        with self._lock:
            version = content_hash(self._rows, embedder_name)
            place = self._home / "index" / version
            if self._rows:
                vectors = self._load_or_build(place, embedder)
                self._search = NoteSearch(self.notes, self._rows, self._vocabulary, self._lexical, vectors)
            return version

    def _load_or_build(self, place: Path, embedder: Embedder) -> VectorSearch:
        try:
            return self._tools.load(place, len(self._rows))
        except IndexBroken:
            return self._tools.make(embedder.embed([row.text for row in self._rows]), place)

    def search(self, turn: Turn, heard: Heard, kind: NoteKind, *, most: int, sure: bool = False) -> tuple[Hit, ...]:
        """Return up to `most` passages of different notes, best first; nothing under the floor."""
        return self._search.search(turn, heard, kind, most=most, sure=sure)

    def note(self, note_id: str) -> Note | None:
        """Return a published note, or None."""
        return self._search.note(note_id)
