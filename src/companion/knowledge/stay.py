"""The bank of reviewed lines for staying with somebody in danger: which one answers what was said, by meaning."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

import numpy as np
from numpy.typing import NDArray

from companion.core.errors import ModelError, NoteError
from companion.core.ports import Embedder, FixedWords, Heard, Normalise
from companion.core.value import Value
from companion.knowledge.signals import as_value, read_toml

NEAR = 0.45
"""Cosine from which a line's cue is taken to be what was said; below it, a line that fits anything is kinder than a wrong one."""
ALIKE = 0.3
"""The same for shared letter triples (Dice), where there is no vector or the language is not the embedder's."""


class Entry(Value):
    """One line, and what people may have just written when it answers."""

    text: str
    cues: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    """The families it suits; without any, every family that is not a medical emergency."""


MEDICAL = frozenset({"overdose", "injury", "withdrawal"})
"""Families in which only lines written for them are said: an easy word is wrong while somebody needs an ambulance."""


def read_stay(path: Path) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the lines of one language and the answers that may be touched under each. Raises NoteError."""
    data = read_toml(path)
    entries = tuple(as_value(Entry, table, f"{path}, line {at}") for at, table in enumerate(data.get("stay", ()), start=1))
    if not any(not entry.cues and not entry.families for entry in entries):
        raise NoteError("has no line that fits anything", where=str(path), mend="add [[stay]] tables without cues")
    return entries, tuple(data.get("choices", ()))


class StayBank:
    """Lines of one language. Chooses by meaning where there is an embedder for it, by shared letters otherwise."""

    def __init__(self, entries: Sequence[Entry], choices: tuple[str, ...], normalise: Normalise, embedder: Embedder | None = None) -> None:
        self._entries, self._choices, self._embedder = tuple(entries), choices, embedder
        self._owner = np.array([at for at, entry in enumerate(entries) for _ in entry.cues], dtype=np.int64)
        self._cues = [normalise(cue) for entry in entries for cue in entry.cues]
        self._triples = [_triples(cue) for cue in self._cues]
        self._vectors: NDArray[np.float32] | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def line(self, heard: Heard, family: str, used: frozenset[str], blanks: Mapping[str, str]) -> FixedWords | None:
        """Return the line nearest in meaning that was not said yet and suits the family; when all were said, the nearest again.

        None when no line suits the family.
        """
        suits = [at for at, entry in enumerate(self._entries) if _suits(entry, family)]
        if not suits:
            return None
        fresh = [at for at in suits if f"crisis.stay.{at}" not in used] or suits
        near = self._nearness(heard)
        fitting = [at for at in fresh if near.get(at, 0.0) >= 1.0]
        plain = [at for at in fresh if not self._entries[at].cues]
        best = max(fitting or plain or fresh, key=lambda at: near.get(at, 0.0))
        text = Template(self._entries[best].text).substitute(blanks)
        return FixedWords(id=f"crisis.stay.{best}", text=text, choices=self._choices)

    def _nearness(self, heard: Heard) -> dict[int, float]:
        """Return how near each line's cues are, 1.0 being near enough to count as an answer."""
        vectors = self._prepared()
        if heard.vector is not None and vectors is not None:
            likeness = (vectors @ heard.vector) / NEAR
        else:
            said = _triples(heard.plain)
            likeness = np.array([_dice(said, triples) for triples in self._triples]) / ALIKE
        near: dict[int, float] = {}
        for at, value in zip(self._owner.tolist(), likeness.tolist(), strict=True):
            near[at] = max(near.get(at, 0.0), value)
        return near

    def _prepared(self) -> NDArray[np.float32] | None:
        if self._embedder is None:
            return None
        with self._lock:
            if self._vectors is None:
                try:
                    self._vectors = self._embedder.embed(self._cues)
                except ModelError:
                    return None
            return self._vectors


def _suits(entry: Entry, family: str) -> bool:
    return family in entry.families if entry.families or family in MEDICAL else True


def _triples(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
