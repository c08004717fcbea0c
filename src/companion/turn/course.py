"""How far a turn has come, and how fixed words are said in it so that nothing repeats within a talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from companion.core.events import Said
from companion.core.ports import FixedWords, Words
from companion.core.talk import SoFar


@dataclass
class Course:
    """The turn under way: the talk as it stands now, and the step, so that a failure can say where it happened."""

    so_far: SoFar
    step: str = "screen"

    def update(self, **changes: object) -> None:
        """Change what the talk has shown."""
        self.so_far = self.so_far.model_copy(update=changes)

    def said_before(self, key: str) -> bool:
        """Return whether any words of `key` were said in this talk."""
        return any(used.startswith(f"{key}.") for used in self.so_far.used_words)

    def said(self, words: FixedWords) -> Said:
        """Return fixed words as an event, and remember that they were said."""
        self.so_far = self.so_far.with_words(words.id)
        return Said(text=words.text, voice="fixed", words=words.id, choices=words.choices)

    def fixed(self, book: Words, *keys: str, blanks: Mapping[str, str] | None = None) -> Said:
        """Return the first words among `keys` that were not said yet; when all were, the last key's first again. Raises NoteError."""
        return self.said(book.say(first_fresh(book, keys, self.so_far.used_words), self.so_far.used_words, blanks))


def first_fresh(book: Words, keys: Sequence[str], used: frozenset[str]) -> str:
    """Return the first key that has words not said yet; when all were said, the last that has words at all."""
    there = [key for key in keys if book.has(key)]
    return next((key for key in there if book.fresh(key, used)), there[-1] if there else keys[-1])
