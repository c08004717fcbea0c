"""Finds the note nearest to what was said: by meaning, by words and by topic, filtered, with a floor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from companion.core.message import Turn
from companion.core.note import Hit, Note, NoteKind, Passage
from companion.core.ports import Heard, LexicalSearch, VectorSearch
from companion.knowledge.rows import Row
from companion.knowledge.vocabulary import Vocabulary

ABOUT, WORDS, MENTIONED = 0.35, 0.10, 0.10
"""How much a note's title and topics, shared words, and a topic's own everyday words add to the cosine of its best passage.

Read off evals/suites/retrieval/floor.yaml: a fitting story came first for 0.86 of 44 messages, for 0.39 with plain rank fusion
of the two searches and for 0.34 with the cosine alone.
"""
ENOUGH_WORDS = 8.0
"""BM25 score from which more shared words add nothing."""
FLOOR = 0.42
"""Score under which a note is not near enough to be shown; on the same messages it keeps 42 of 44 and lets 2 of 17 off-topic through."""
SURE_FLOOR = 0.58
"""Score from which a note is plainly about the message."""
WORDS_FLOOR = 4.5
"""BM25 score under which a note is not near enough when there is no embedder."""
ONLY_IF_MENTIONED = {
    "abuse": "abuse",
    "suicide": "suicidal-thoughts",
    "self-harm": "self-harm",
    "sexual-violence": "abuse",
    "child-harm": "abuse",
}
"""Content notes that keep a note from anybody who has not spoken of the topic themselves."""


@dataclass(frozen=True)
class _Found:
    """What the searches say about one note."""

    note: Note
    score: float
    likeness: float
    words: float
    passage: Passage


class NoteSearch:
    """The published notes of one index. Replaced as a whole when the index changes."""

    def __init__(
        self,
        notes: Sequence[Note],
        rows: Sequence[Row],
        vocabulary: Vocabulary,
        lexical: LexicalSearch,
        vectors: VectorSearch | None,
    ) -> None:
        self._notes = {note.id: note for note in notes}
        self._rows, self._vocabulary, self._lexical, self._vectors = tuple(rows), vocabulary, lexical, vectors
        self._rows_of: dict[str, list[int]] = {}
        for at, row in enumerate(self._rows):
            self._rows_of.setdefault(row.note, []).append(at)
        self._says = {
            topic: re.compile(r"\b(?:" + "|".join(re.escape(word) for word in entry.says) + r")\b", re.IGNORECASE)
            for topic, entry in vocabulary.topics.items()
        }

    def note(self, note_id: str) -> Note | None:
        """Return a published note, or None."""
        return self._notes.get(note_id)

    def search(self, turn: Turn, heard: Heard, kind: NoteKind, *, most: int, sure: bool = False) -> tuple[Hit, ...]:
        """Return up to `most` passages of different notes, best first; nothing under the floor."""
        wanted = {note.id: note for note in self._notes.values() if note.kind is kind and self._allowed(note, turn, heard)}
        found = sorted(self._found(heard, wanted), key=lambda one: -one.score)
        floor = SURE_FLOOR if sure else FLOOR
        by_meaning = heard.vector is not None and self._vectors is not None
        near = [one for one in found if (one.score >= floor if by_meaning else one.words >= WORDS_FLOOR)]
        return tuple(
            Hit(passage=one.passage, score=one.score, likeness=one.likeness, because=self.mentioned(one.note, heard.said))
            for one in near[:most]
        )

    def mentioned(self, note: Note, said: str) -> str:
        """Return the first word of the person that belongs to a topic of the note, as they wrote it; "" when there is none."""
        for topic in note.topics:
            match = self._says[topic].search(said) if topic in self._says else None
            if match:
                return match.group(0)
        return ""

    def _allowed(self, note: Note, turn: Turn, heard: Heard) -> bool:
        sensitive = [topic for mark, topic in ONLY_IF_MENTIONED.items() if mark in note.content_notes]
        return (
            note.language == turn.language
            and note.id not in turn.so_far.shown_notes
            and not turn.not_tonight & set(note.content_notes)
            and (not note.regions or turn.region.split("-")[0] in {region.split("-")[0] for region in note.regions})
            and all(topic in self._says and self._says[topic].search(heard.said) for topic in sensitive)
        )

    def _found(self, heard: Heard, wanted: dict[str, Note]) -> list[_Found]:
        """Return what the searches say about every wanted note."""
        likeness: dict[int, float] = {}
        if heard.vector is not None and self._vectors is not None:
            likeness = dict(self._vectors.search(heard.vector, len(self._rows)))
        words = dict(self._lexical.search(heard.plain, len(self._rows)))
        return [self._weighed(note, heard.said, likeness, words) for note in wanted.values()]

    def _weighed(self, note: Note, said: str, likeness: dict[int, float], words: dict[int, float]) -> _Found:
        """Return one note's score and the passage of it that is nearest."""
        own = self._rows_of[note.id]
        shown = [at for at in own if self._rows[at].passage is not None]
        best = max(shown, key=lambda at: (likeness.get(at, 0.0), words.get(at, 0.0)))
        passage = self._rows[best].passage
        if passage is None:
            raise ValueError(f"{note.id} has no passage")
        near = max(likeness.get(at, 0.0) for at in own)
        about = max((likeness.get(at, 0.0) for at in own if self._rows[at].passage is None), default=0.0)
        shared = max(words.get(at, 0.0) for at in own)
        score = near + ABOUT * about + WORDS * min(shared / ENOUGH_WORDS, 1.0) + MENTIONED * bool(self.mentioned(note, said))
        return _Found(note=note, score=score, likeness=near, words=shared, passage=passage)
