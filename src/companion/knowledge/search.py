"""Finds the note nearest to what was said: by meaning and by words, fused by rank, filtered, with a floor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from companion.core.message import Turn
from companion.core.note import Hit, Note, NoteKind, Passage
from companion.core.ports import Heard, LexicalSearch, VectorSearch
from companion.knowledge.rows import Row
from companion.knowledge.vocabulary import Vocabulary

DEEP = 60
"""Rows taken from each of the two searches before they are fused."""
RANK_CONSTANT = 60
"""Reciprocal rank fusion's constant (Cormack, Clarke and Buettcher, SIGIR 2009)."""
LIKENESS_FLOOR = 0.30
"""Cosine under which a note is not near enough to be shown. Read off evals/suites/retrieval/floor.yaml."""
WORDS_FLOOR = 4.5
"""BM25 score under which a note is not near enough when there is no embedder."""
ONLY_IF_MENTIONED = {"suicide": "suicidal-thoughts", "self-harm": "self-harm", "sexual-violence": "abuse", "child-harm": "abuse"}
"""Content notes that keep a note from anybody who has not spoken of the topic themselves."""


@dataclass(frozen=True)
class _Found:
    """What both searches say about one note."""

    note: Note
    score: float
    likeness: float
    words: float
    passage: Passage


class NoteSearch:
    """The published notes of one index. Replaced as a whole when the index changes."""

    def __init__(
        self, notes: Sequence[Note], rows: Sequence[Row], vocabulary: Vocabulary, lexical: LexicalSearch, vectors: VectorSearch | None
    ) -> None:
        self._notes = {note.id: note for note in notes}
        self._rows, self._vocabulary, self._lexical, self._vectors = tuple(rows), vocabulary, lexical, vectors
        self._says = {
            topic: re.compile(r"\b(?:" + "|".join(re.escape(word) for word in entry.says) + r")\b", re.IGNORECASE)
            for topic, entry in vocabulary.topics.items()
        }

    def note(self, note_id: str) -> Note | None:
        """Return a published note, or None."""
        return self._notes.get(note_id)

    def search(self, turn: Turn, heard: Heard, kind: NoteKind, *, most: int) -> tuple[Hit, ...]:
        """Return up to `most` passages of different notes, best first; nothing under the floor."""
        wanted = {note.id: note for note in self._notes.values() if note.kind is kind and self._allowed(note, turn, heard)}
        found = sorted(self._fused(heard, wanted), key=lambda one: -one.score)
        by_meaning = heard.vector is not None and self._vectors is not None
        near = [one for one in found if (one.likeness >= LIKENESS_FLOOR if by_meaning else one.words >= WORDS_FLOOR)]
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

    def _fused(self, heard: Heard, wanted: dict[str, Note]) -> list[_Found]:
        likeness: dict[int, float] = {}
        if heard.vector is not None and self._vectors is not None:
            likeness = dict(self._vectors.search(heard.vector, len(self._rows)))
        words = dict(self._lexical.search(heard.plain, len(self._rows)))
        score: dict[str, float] = {}
        for ranking in (likeness, words):
            best = self._best_per_note(ranking, wanted)
            for rank, note_id in enumerate(best[:DEEP]):
                score[note_id] = score.get(note_id, 0.0) + 1.0 / (RANK_CONSTANT + rank)
        return [self._found(wanted[note_id], value, likeness, words) for note_id, value in score.items()]

    def _best_per_note(self, ranking: dict[int, float], wanted: dict[str, Note]) -> list[str]:
        """Return note ids by their best row."""
        ordered = sorted(ranking, key=lambda row: -ranking[row])
        return list(dict.fromkeys(self._rows[row].note for row in ordered if self._rows[row].note in wanted))

    def _found(self, note: Note, score: float, likeness: dict[int, float], words: dict[int, float]) -> _Found:
        own = [at for at, row in enumerate(self._rows) if row.note == note.id]
        shown = [at for at in own if self._rows[at].passage is not None]
        best = max(shown, key=lambda at: (likeness.get(at, 0.0), words.get(at, 0.0)))
        passage = self._rows[best].passage
        if passage is None:
            raise ValueError(f"{note.id} has no passage")
        return _Found(
            note=note,
            score=score,
            likeness=max((likeness.get(at, 0.0) for at in own), default=0.0),
            words=max((words.get(at, 0.0) for at in own), default=0.0),
            passage=passage,
        )
