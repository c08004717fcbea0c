"""Curated words that give back what was heard: what a bank of them offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from companion.core.ports import FixedWords, Heard


@dataclass(frozen=True)
class Reflection:
    """Curated words that give back what was heard, and a question that may follow them."""

    words: FixedWords
    mood: str
    near: bool
    """Whether it answers this message; otherwise it is words that fit any."""
    ask: FixedWords | None = None
    likeness: float = 0.0
    """How near in meaning its situation lies: a cosine."""


class Reflections(Protocol):
    """The bank of curated reflections of one language."""

    def nearest(self, heard: Heard, used: frozenset[str]) -> Reflection:
        """Return the reflection nearest in meaning whose words were not said yet; always returns one."""

    def near(self, heard: Heard, used: frozenset[str], *, most: int) -> tuple[Reflection, ...]:
        """Return words not said yet of up to `most` entries near in meaning, nearest first; may return none."""
