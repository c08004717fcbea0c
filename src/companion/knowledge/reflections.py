"""The bank of curated reflections: which one answers what was said, by meaning."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.core.errors import ModelError, NoteError
from companion.core.ports import Embedder, FixedWords, Heard, Reflection
from companion.core.value import Value
from companion.knowledge.signals import as_value, read_toml

PLAIN = "plain"
"""The entry used when nothing is near; its words fit any message."""
LIKENESS_FLOOR = 0.48
"""Nearness under which an entry does not answer; a wrong reflection is worse than a plain one."""
SHARED_BY_FEW = 12
"""A word that stands in the messages of at most so many entries is one that tells them apart."""
_WORD = re.compile(r"[a-z]{2,}")
_SAME = 5
"""Letters by which two forms of a word are taken for the same."""


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


@dataclass(frozen=True)
class Cues:
    """Beginnings of words of which a message must hold one, by mood and by the name of an entry."""

    mood: Mapping[str, re.Pattern[str]]
    entry: Mapping[str, re.Pattern[str]]


def read_cues(folder: Path) -> Cues:
    """Return the cues of one language. Raises NoteError."""
    table = read_toml(folder / "reflections-cues.toml")

    def patterns(name: str) -> dict[str, re.Pattern[str]]:
        return {key: re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + ")") for key, words in table.get(name, {}).items()}

    return Cues(mood=patterns("cues"), entry=patterns("needs"))


class ReflectionBank:
    """Chooses by meaning, held to the message by its words. Without an embedder, or when nothing fits: the plain entry."""

    def __init__(self, entries: dict[str, Entry], cues: Cues, embedder: Embedder) -> None:
        self._entries, self._cues, self._embedder = entries, cues, embedder
        self._owner = np.array([name for name, entry in entries.items() for _ in entry.when])
        words = {name: {word for text in entry.when for word in _stems(text)} for name, entry in entries.items()}
        often = Counter(word for own in words.values() for word in own)
        self._telling = {name: {word for word in own if often[word] <= SHARED_BY_FEW} for name, own in words.items()}
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
        """Return the entries that answer the message, nearest first."""
        try:
            self.prepare()
        except ModelError:
            return []
        if heard.vector is None or self._vectors is None or not len(self._owner):
            return []
        likeness = self._vectors @ heard.vector
        near = {name: _nearness(likeness[self._owner == name]) for name in np.unique(self._owner)}
        fitting = [name for name, value in near.items() if value >= LIKENESS_FLOOR and self._fits(name, heard.plain)]
        return sorted(fitting, key=lambda name: -near[name])

    def _fits(self, name: str, plain: str) -> bool:
        """Return whether the message shares a telling word with the entry, and has what its mood and the entry itself need."""
        needed = (self._cues.mood.get(self._entries[name].mood), self._cues.entry.get(name))
        return bool(_stems(plain) & self._telling[name]) and all(cue is None or cue.search(plain) for cue in needed)

    def _reflection(self, name: str, at: int, used: frozenset[str]) -> Reflection:
        entry = self._entries[name]
        words = FixedWords(id=f"reflection.{name}.{at}", text=entry.variants[at])
        question = _fresh(f"ask.{name}", entry.ask, used)
        ask = FixedWords(id=f"ask.{name}.{question}", text=entry.ask[question]) if question is not None else None
        return Reflection(words=words, mood=entry.mood, near=name != PLAIN, ask=ask)


def _nearness(likeness: NDArray[np.float32]) -> float:
    """Return how near a message is to an entry: mostly its nearest message, and a little the second, so that no single one decides."""
    best = np.sort(likeness)[-2:]
    return float(0.7 * best[-1] + 0.3 * best[0])


def _stems(text: str) -> set[str]:
    return {word[:_SAME] for word in _WORD.findall(text.lower())}


def _fresh(key: str, variants: Sequence[str], used: frozenset[str]) -> int | None:
    return next((at for at in range(len(variants)) if f"{key}.{at}" not in used), None)
