"""Reads prompts/fixed/<language>: what is said word for word. Blanks are filled, never left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from companion.core.errors import NoteError
from companion.core.ports import FixedWords
from companion.knowledge.signals import read_toml

BLANKS = frozenset({"emergency"})
"""Every blank that fixed words may use."""


class WordBook:
    """The fixed words of one language, by key. An id is `key.number`, so that it tells which key was said."""

    def __init__(self, variants: Mapping[str, tuple[str, ...]], choices: Mapping[str, tuple[str, ...]]) -> None:
        self._variants, self._choices = dict(variants), dict(choices)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that there are words for."""
        return tuple(self._variants)

    def has(self, key: str) -> bool:
        """Return whether there are words for `key`."""
        return key in self._variants

    def fresh(self, key: str, used: frozenset[str]) -> bool:
        """Return whether `key` has a variant that was not said yet."""
        return any(f"{key}.{at}" not in used for at in range(len(self._variants.get(key, ()))))

    def variants(self, key: str) -> tuple[str, ...]:
        """Return all variants of `key`, blanks unfilled. Raises NoteError."""
        if key not in self._variants:
            raise NoteError(f"there are no fixed words for {key}", mend="add them in prompts/fixed")
        return self._variants[key]

    def say(self, key: str, used: frozenset[str], blanks: Mapping[str, str] | None = None) -> FixedWords:
        """Return the first variant that was not said yet, blanks filled; when all were, the first again. Raises NoteError."""
        variants = self.variants(key)
        fresh = next((at for at in range(len(variants)) if f"{key}.{at}" not in used), 0)
        try:
            text = Template(variants[fresh]).substitute(blanks or {})
        except KeyError as error:
            raise NoteError(f"the blank {error} of {key} was left empty", mend="give it a value where it is said") from error
        return FixedWords(id=f"{key}.{fresh}", text=text, choices=self._choices.get(key, ()))


def read_words(folder: Path) -> WordBook:
    """Return the words of one language's folder. Raises NoteError for empty variants and unknown blanks."""
    variants: dict[str, tuple[str, ...]] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("**/*.toml")):
        for key, table in _tables(read_toml(path), ""):
            if key in variants:
                raise NoteError(f"{key} has words twice", where=str(path), mend="keep one of them")
            variants[key] = _checked(key, table, path)
            choices[key] = tuple(table.get("choices", ()))
    if not variants:
        raise NoteError("has no fixed words", where=str(folder), mend="restore prompts/fixed; nobody is served without them")
    return WordBook(variants, choices)


def _tables(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, value in table.items():
        if isinstance(value, dict):
            if "variants" in value:
                yield f"{prefix}{name}", value
            yield from _tables(value, f"{prefix}{name}.")


def _checked(key: str, table: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    texts = tuple(table["variants"])
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise NoteError(f"{key} has an empty variant", where=str(path), mend="write it or remove it")
    unknown = {name for text in texts for name in Template(text).get_identifiers()} - BLANKS
    if unknown:
        raise NoteError(f"{key} uses the blanks {sorted(unknown)}", where=str(path), mend=f"use only {sorted(BLANKS)}")
    return texts
