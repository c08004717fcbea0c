"""The bank of curated reflections: which one answers what was said, by meaning."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.core.errors import ModelError, NoteError
from companion.core.ports import Embedder, FixedWords, Heard, Reflection
from companion.core.value import Value
from companion.knowledge.signals import as_value, read_toml

PLAIN = "plain"
"""The entry used when nothing is near; its words fit any message."""
LIKENESS_FLOOR = 0.42
"""Cosine under which no entry is near enough and the plain one is used."""


class Entry(Value):
    """One situation: messages that people write in it, and what may be said back."""

    mood: str
    when: tuple[str, ...] = ()
    variants: tuple[str, ...]
    ask: tuple[str, ...] = ()


def read_reflections(folder: Path) -> dict[str, Entry]:
    """Return the entries of all reflections*.toml by name. Raises NoteError, also when the plain entry is missing."""
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("reflections*.toml")):
        tables = read_toml(path).get("reflection", {})
        entries |= {name: as_value(Entry, table, f"{path}, {name}") for name, table in tables.items()}
    if PLAIN not in entries:
        raise NoteError(f"has no reflection `{PLAIN}`", where=str(folder), mend="add words that fit any message")
    return entries


class ReflectionBank:
    """Chooses by cosine between the message and the messages of each entry. Without an embedder: the plain entry."""

    def __init__(self, entries: dict[str, Entry], embedder: Embedder) -> None:
        self._entries, self._embedder = entries, embedder
        self._owner = [name for name, entry in entries.items() for _ in entry.when]
        self._vectors: NDArray[np.float32] | None = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Embed the entries' messages, once. Raises ModelError when there is no embedder."""
        with self._lock:
            if self._vectors is None:
                self._vectors = self._embedder.embed([text for entry in self._entries.values() for text in entry.when])

    def nearest(self, heard: Heard, used: frozenset[str]) -> Reflection:
        """Return the nearest entry's first words that were not said yet; the next nearest when all of its were."""
        names = [*self._ranked(heard), PLAIN]
        for name in names:
            fresh = _fresh(f"reflection.{name}", self._entries[name].variants, used)
            if fresh is not None:
                return self._reflection(name, fresh, used)
        return self._reflection(PLAIN, 0, used)

    def _ranked(self, heard: Heard) -> list[str]:
        try:
            self.prepare()
        except ModelError:
            return []
        if heard.vector is None or self._vectors is None or not self._owner:
            return []
        likeness = self._vectors @ heard.vector
        near = [int(at) for at in np.argsort(-likeness) if likeness[at] >= LIKENESS_FLOOR]
        return list(dict.fromkeys(self._owner[at] for at in near))

    def _reflection(self, name: str, at: int, used: frozenset[str]) -> Reflection:
        entry = self._entries[name]
        words = FixedWords(id=f"reflection.{name}.{at}", text=entry.variants[at])
        question = _fresh(f"ask.{name}", entry.ask, used)
        ask = FixedWords(id=f"ask.{name}.{question}", text=entry.ask[question]) if question is not None else None
        return Reflection(words=words, mood=entry.mood, ask=ask)


def _fresh(key: str, variants: Sequence[str], used: frozenset[str]) -> int | None:
    return next((at for at in range(len(variants)) if f"{key}.{at}" not in used), None)
