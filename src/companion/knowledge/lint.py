"""Reads notes as a careful curator would, and says with file and line what must be mended before anybody is shown them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from companion.core.errors import NoteError
from companion.core.note import Note, NoteKind, Provenance
from companion.core.signal import LintRule
from companion.knowledge.lines import LineBook
from companion.knowledge.notes import NoteFile, note_paths, read_note
from companion.knowledge.vocabulary import Vocabulary

STORY_WORDS = (200, 450)
STEPS = (2, 5)
ALIKE = 0.5
"""Share of five-word runs that two notes may have in common before one is named a near-duplicate of the other."""
_RUN = 5

_PRIVATE = re.compile(
    r"\S+@\S+\.\S+|https?://\S+|(?<!\w)@\w{3,}"  # addresses, links, handles
    r"|(?<!\d)(?:\+?\d[\s().-]?){9,}\d"  # telephone numbers
    r"|\b\d{1,2}[./]\d{1,2}[./](?:19|20)?\d\d\b"  # dates of birth
    r"|\b[A-Z]{1,2}\d{1,2} ?\d[A-Z]{2}\b"  # British postcodes
)
_GRAVE = frozenset({"suicide", "self-harm", "abuse", "sexual-violence", "eating", "child-harm"})
_IMAGE_OR_SCRIPT = re.compile(r"!\[|<\s*(?:img|script|iframe|object|style|svg)", re.IGNORECASE)


class Wording(Protocol):
    """Reads a line for what notes must not say."""

    def faults(self, line: str, *, ending: bool = False) -> Iterator[LintRule]:
        """Yield each rule that `line` breaks; rules about endings only for an ending."""


@dataclass(frozen=True)
class Shelf:
    """What a note is read against."""

    vocabulary: Vocabulary
    lines: LineBook
    wording: Wording
    today: date


Rule = Callable[[NoteFile, Shelf], Iterator[NoteError]]


def lint(folder: Path, shelf: Shelf) -> list[NoteError]:
    """Return everything to be mended in the folder's notes, by file and line; an empty list is a clean folder."""
    problems: list[NoteError] = []
    files: list[NoteFile] = []
    for path in note_paths(folder):
        try:
            file = read_note(path)
        except NoteError as error:
            problems.append(error)
            continue
        files.append(file)
        problems += [problem for rule in RULES for problem in rule(file, shelf)]
    return [*problems, *_duplicates(files)]


def _words(file: NoteFile, shelf: Shelf) -> Iterator[NoteError]:
    for key, known in (
        ("topics", shelf.vocabulary.topics),
        ("audiences", shelf.vocabulary.audiences),
        ("content_notes", shelf.vocabulary.content_notes),
    ):
        for word in getattr(file.note, key):
            if word not in known:
                yield NoteError(
                    f"`{key}`: {word} is not in the vocabulary",
                    where=file.at(key),
                    mend="use a word of knowledge/vocabulary.yaml",
                )


def _consent(file: NoteFile, _: Shelf) -> Iterator[NoteError]:
    note = file.note
    if note.provenance is Provenance.PEER and note.consent is None:
        yield NoteError("a peer's note without consent", where=file.at(), mend="add consent: date, scope, withdraw_contact")
    if note.provenance is Provenance.ILLUSTRATIVE and note.teller:
        mend = "remove `teller`; nobody's life is told"
        yield NoteError("an illustrative note with a teller", where=file.at("teller"), mend=mend)


def _lines(file: NoteFile, shelf: Shelf) -> Iterator[NoteError]:
    retired = {line.id for line in shelf.lines.retired}
    for line in file.note.lines:
        if line in retired:
            yield NoteError(f"the line {line} is retired", where=file.at("lines"), mend="use what replaced it")
        elif shelf.lines.get(line) is None:
            yield NoteError(f"there is no line {line}", where=file.at("lines"), mend="use an id of crisis-lines.yaml")
    if _GRAVE & set(file.note.content_notes) and not file.note.lines:
        yield NoteError("a grave subject without a line", where=file.at("lines"), mend="name at least int-find-a-helpline")


def _dates(file: NoteFile, shelf: Shelf) -> Iterator[NoteError]:
    note = file.note
    if not note.reviewed:
        yield NoteError("nobody has reviewed it", where=file.at("reviewed"), mend="let somebody other than its author read it")
    if note.expires_on <= shelf.today:
        yield NoteError(
            f"its review expired on {note.expires_on}",
            where=file.at("expires_on"),
            mend="read it again and set a new date",
        )
    if any(review.on > shelf.today for review in note.reviewed) or note.written_on > shelf.today:
        yield NoteError("a date in the future", where=file.at("reviewed"), mend="write the day it happened")


def _patterns(file: NoteFile, shelf: Shelf) -> Iterator[NoteError]:
    formats = (
        (_PRIVATE, "a private detail or a link", "take it out; contacts belong in `lines`"),
        (_IMAGE_OR_SCRIPT, "an image or a script", "notes are plain words"),
    )
    body = [(f"{file.path}:{file.body_line + at}", line) for at, line in enumerate(file.note.body.split("\n"))]
    helped = [(file.at("what_helped"), text) for text in file.note.what_helped]
    for where, text in [(file.at("title"), file.note.title), *helped, *body]:
        for pattern, what, mend in formats:
            if pattern.search(text):
                yield NoteError(what, where=where, mend=mend)
        for rule in shelf.wording.faults(text):
            yield NoteError(rule.name, where=where, mend=rule.mend)
    last = file.note.body.strip().split("\n\n")[-1]
    if file.note.kind is NoteKind.STORY:
        for rule in shelf.wording.faults(last, ending=True):
            yield NoteError(rule.name, where=file.at(), mend=rule.mend)


def _shape(file: NoteFile, _: Shelf) -> Iterator[NoteError]:
    note = file.note
    if note.kind is NoteKind.STORY:
        count = len(note.body.split())
        if not STORY_WORDS[0] <= count <= STORY_WORDS[1]:
            yield NoteError(f"{count} words", where=file.at(), mend=f"keep a story between {STORY_WORDS[0]} and {STORY_WORDS[1]}")
    if note.kind is NoteKind.PRACTICE:
        steps = len(re.findall(r"^\d\. ", note.body, re.MULTILINE))
        if not STEPS[0] <= steps <= STEPS[1]:
            yield NoteError(f"{steps} steps", where=file.at(), mend=f"keep a practice between {STEPS[0]} and {STEPS[1]}")
        for heading in ("## Steps", "## What peers say", "## When not to"):
            if heading not in note.body:
                yield NoteError(f"the part {heading!r} is missing", where=file.at(), mend="write it")


def _retired_numbers(file: NoteFile, shelf: Shelf) -> Iterator[NoteError]:
    for line in shelf.lines.retired:
        if len(re.sub(r"\D", "", line.number)) > 3 and line.number in file.note.body:
            yield NoteError(f"a retired number ({line.name})", where=file.at(), mend=f"name the line {line.replace_with} in `lines`")


RULES: Sequence[Rule] = (_words, _consent, _lines, _dates, _patterns, _shape, _retired_numbers)


def _runs(note: Note) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", note.body.lower())
    return {tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}


def _duplicates(files: Sequence[NoteFile]) -> Iterator[NoteError]:
    """Yield a problem for each note that shares much of its wording with one before it. One pass over all runs."""
    owners: dict[tuple[str, ...], list[int]] = {}
    for at, file in enumerate(files):
        runs = _runs(file.note)
        shared: dict[int, int] = {}
        for run in runs:
            for other in owners.setdefault(run, []):
                shared[other] = shared.get(other, 0) + 1
            owners[run].append(at)
        worst = max(shared, key=lambda other: shared[other], default=None)
        if worst is not None and shared[worst] >= ALIKE * max(1, len(runs)):
            twin = files[worst].note.id
            yield NoteError(f"nearly the same words as {twin}", where=file.at(), mend="keep one of the two")
