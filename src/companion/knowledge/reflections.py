"""The bank of curated reflections: which one answers what was said, by meaning."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.core.errors import ModelError, NoteError
from companion.core.ports import Embedder, FixedWords, Heard
from companion.core.reflecting import Reflection
from companion.core.value import Value
from companion.knowledge.signals import as_value, read_toml

KEPT = "reflections/vectors.safetensors"
"""Where the vectors of the entries' messages are kept, in the folder of fixed words."""
PLAIN = "plain"
"""The entry used when nothing is near; its words fit any message."""
LIKENESS_FLOOR = 0.48
"""Nearness under which an entry does not answer; a wrong reflection is worse than a plain one."""
OFFER_FLOOR = 0.5
"""Nearness under which an entry is not offered at all; how near is near enough to be said, the turn decides."""
VARIANTS_OFFERED = 2
ROWS_LOOKED_AT = 150
"""Messages of entries, nearest first, among which the entries to offer are looked for."""
SHARED_BY_FEW = 60
"""A word that stands in the messages of at most so many entries is one that tells them apart."""
_WORD = re.compile(r"[a-z]{2,}")
_SAME = 5
"""Letters by which two forms of a word are taken for the same."""


class Entry(Value):
    """One situation: messages that people write in it, and what may be said back."""

    mood: str
    when: tuple[str, ...] = ()
    longest: int = 1_000
    """Words of the longest message that this answers: talk about the talk is short."""
    variants: tuple[str, ...]
    ask: tuple[str, ...] = ()


def read_reflections(folder: Path) -> dict[str, Entry]:
    """Return the entries of reflections/*.toml by name. Raises NoteError, also when the plain entry is missing."""
    entries: dict[str, Entry] = {}
    for path in sorted((folder / "reflections").glob("*.toml")):
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
    """Chooses by meaning, held to the message by its words. Without an embedder, or when nothing fits: the plain entry.

    `kept` gives the vectors of the entries' messages, `embedder` those of what people write, which are kept nowhere.
    """

    def __init__(self, entries: dict[str, Entry], cues: Cues, kept: Embedder, embedder: Embedder) -> None:
        self._entries, self._cues, self._kept, self._embedder = entries, cues, kept, embedder
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
                self._vectors = self._kept.embed([text for entry in self._entries.values() for text in entry.when])

    def nearest(self, heard: Heard, used: frozenset[str]) -> Reflection:
        """Return the nearest entry's first words that were not said yet; the next nearest when all of its were."""
        for name, likeness in (*self._ranked(heard), (PLAIN, 0.0)):
            fresh = _fresh(f"reflection.{name}", self._entries[name].variants, used)
            if fresh is not None:
                return replace(self._reflection(name, fresh, used), likeness=likeness)
        return self._reflection(PLAIN, 0, used)

    def near(self, heard: Heard, used: frozenset[str], *, most: int) -> tuple[Reflection, ...]:
        """Return words not said yet of up to `most` entries, nearest first, two of each."""
        words = len(heard.said.split())
        found = [pair for pair in self._nearness(heard) if pair[1] >= OFFER_FLOOR and words <= self._entries[pair[0]].longest][:most]
        return tuple(
            replace(self._reflection(name, at, used), likeness=likeness)
            for name, likeness in found
            for at in self._all_fresh(name, used)[:VARIANTS_OFFERED]
        )

    def names_near(self, heard: Heard, most: int) -> list[str]:
        """Return the names of up to `most` entries near in meaning, nearest first."""
        return [name for name, _ in self._nearness(heard)][:most]

    def names_of(self, reply: str) -> list[str]:
        """Return the names of the entries that have these words."""
        return [name for name, entry in self._entries.items() if reply in entry.variants]

    def replies(self, name: str) -> tuple[str, ...]:
        """Return all words of an entry."""
        return self._entries[name].variants

    def _all_fresh(self, name: str, used: frozenset[str]) -> list[int]:
        return [at for at in range(len(self._entries[name].variants)) if f"reflection.{name}.{at}" not in used]

    def _ranked(self, heard: Heard) -> list[tuple[str, float]]:
        """Return the entries that answer the message, nearest first."""
        words = len(heard.said.split())
        return [
            (name, value)
            for name, value in self._nearness(heard)
            if value >= LIKENESS_FLOOR and words <= self._entries[name].longest and self._fits(name, heard.plain)
        ]

    def _nearness(self, heard: Heard) -> list[tuple[str, float]]:
        """Return how near the nearest entries are: mostly their nearest message, a little the second, so that no single one decides."""
        if heard.vector is None or not len(self._owner):
            return []
        try:
            self.prepare()
            asked = self._embedder.embed([heard.said])[0]
        except ModelError:
            return []
        assert self._vectors is not None
        likeness = self._vectors @ asked
        rows = np.argsort(-likeness)[:ROWS_LOOKED_AT]
        best: dict[str, list[float]] = {}
        for row in rows:
            best.setdefault(str(self._owner[row]), []).append(float(likeness[row]))
        least = float(likeness[rows[-1]])
        near = {name: 0.7 * own[0] + 0.3 * (own[1] if len(own) > 1 else min(own[0], least)) for name, own in best.items()}
        return sorted(near.items(), key=lambda pair: -pair[1])

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


def _stems(text: str) -> set[str]:
    return {word[:_SAME] for word in _WORD.findall(text.lower())}


def _fresh(key: str, variants: Sequence[str], used: frozenset[str]) -> int | None:
    return next((at for at in range(len(variants)) if f"{key}.{at}" not in used), None)
