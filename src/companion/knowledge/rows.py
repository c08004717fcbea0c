"""What is indexed: one row for each passage, and one for each note's title, topics and what helped. Pure; no disk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from companion.core.note import Note, Passage
from companion.knowledge.passages import passages
from companion.knowledge.vocabulary import Vocabulary


@dataclass(frozen=True)
class Row:
    """One thing that can be found."""

    note: str
    text: str
    """What is embedded and what words are looked up in."""
    passage: Passage | None
    """None for a row that leads to a note and is not itself shown."""


def rows_of(notes: Sequence[Note], vocabulary: Vocabulary) -> list[Row]:
    """Return the rows of all notes, in a stable order; every note has at least one passage row."""
    rows: list[Row] = []
    for note in sorted(notes, key=lambda note: note.id):
        own = [Row(note.id, passage.text, passage) for passage in passages(note)]
        if not own:
            continue
        topics = [vocabulary.topics[topic] for topic in note.topics if topic in vocabulary.topics]
        about = ". ".join([note.title, *(topic.name for topic in topics), *note.what_helped])
        rows += [*own, Row(note.id, about, None)]
    return rows


def content_hash(rows: Sequence[Row], embedder: str) -> str:
    """Return the hash that names an index: the same rows and embedder give the same name, anything else another."""
    digest = hashlib.sha256(embedder.encode())
    for row in rows:
        where = f"{row.passage.start}-{row.passage.end}" if row.passage else "about"
        digest.update(f"\0{row.note}\0{where}\0{row.text}".encode())
    return digest.hexdigest()[:24]
