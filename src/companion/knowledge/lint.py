"""Reads notes as a careful curator would, and says with file and line what must be mended before anybody is shown them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from companion.core.errors import NoteError
from companion.core.note import Note, NoteKind, Provenance
from companion.knowledge.lines import LineBook
from companion.knowledge.notes import NoteFile, note_paths, read_note
from companion.knowledge.vocabulary import Vocabulary

STORY_WORDS = (200, 450)
STEPS = (2, 5)
ALIKE = 0.5
"""Share of five-word runs that two notes may have in common before one is named a near-duplicate of the other."""
_RUN = 5

_PRIVATE = re.compile(
    r"\S+@\S+\.\S+|https?://\S+|(?<!\w)@\w{3,}|(?<!\d)(?:\+?\d[\s().-]?){9,}\d|\b\d{1,2}[./]\d{1,2}[./](?:19|20)?\d\d\b|\b[A-Z]{1,2}\d{1,2} ?\d[A-Z]{2}\b"
)
_WORDING = re.compile(
    r"\bcommit(?:s|ted|ting)? suicide\b|\b(?:successful|failed|unsuccessful) (?:suicide )?attempt\b|\bcompleted suicide\b|\bsuicide victim\b", re.IGNORECASE
)
_METHOD = re.compile(
    r"\b\d+\s*(?:mg|milligrams?|pills|tablets|kcal|calories|kilos?|kg|lbs|pounds|stone)\b|\b(?:noose|ligature|overdosed on|jumped from|hanged (?:him|her|my)self|"
    r"slit (?:my|his|her)|cut my (?:wrists?|arms?|thighs?|legs?)|lethal dose)\b",
    re.IGNORECASE,
)
_CLINICAL = re.compile(
    r"\b(?:cures?|cured|treats|heals|prevents) (?:depression|anxiety|bipolar|psychosis|ptsd|insomnia|addiction|it)\b|\b(?:clinically|scientifically) proven\b|"
    r"\byou should (?:stop|start|take|come off)\b|\bstudies (?:show|prove)\b|\bstop taking (?:your|the)\b",
    re.IGNORECASE,
)
_TO_A_MODEL = re.compile(r"\b(?:ignore|disregard) (?:all |any |the )?(?:previous|above|prior) |\bsystem prompt\b|<\|?\w+\|?>|\bas an ai\b", re.IGNORECASE)
_HOPELESS_END = re.compile(
    r"\b(?:no hope|hopeless|nothing (?:ever )?helps|there is no way out|i gave up for good|better off dead|no point (?:in|to) (?:it|any)|it never ended)\b", re.IGNORECASE
)
_GRAVE = frozenset({"suicide", "self-harm", "abuse", "sexual-violence", "eating", "child-harm"})
_IMAGE_OR_SCRIPT = re.compile(r"!\[|<\s*(?:img|script|iframe|object|style|svg)", re.IGNORECASE)


@dataclass(frozen=True)
class Shelf:
    """What a note is read against."""

    vocabulary: Vocabulary
    lines: LineBook
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
    for key, known in (("topics", shelf.vocabulary.topics), ("audiences", shelf.vocabulary.audiences), ("content_notes", shelf.vocabulary.content_notes)):
        for word in getattr(file.note, key):
            if word not in known:
                yield NoteError(f"`{key}`: {word} is not in the vocabulary", where=file.at(key), mend="use a word of knowledge/vocabulary.yaml")


def _consent(file: NoteFile, shelf: Shelf) -> Iterator[NoteError]:
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
        yield NoteError(f"its review expired on {note.expires_on}", where=file.at("expires_on"), mend="read it again and set a new date")
    if any(review.on > shelf.today for review in note.reviewed) or note.written_on > shelf.today:
        yield NoteError("a date in the future", where=file.at("reviewed"), mend="write the day it happened")


def _patterns(file: NoteFile, shelf: Shelf) -> Iterator[NoteError]:
    checks = (
        (_PRIVATE, "a private detail or a link", "take it out; contacts belong in `lines`"),
        (_WORDING, "wording that hurts", "say `died by suicide`, `ended their life`, `an attempt`"),
        (_METHOD, "a method, an amount or a means", "leave out how; keep what helped"),
        (_CLINICAL, "a clinical claim or advice", "tell what somebody did, not what works"),
        (_TO_A_MODEL, "words aimed at a model", "take them out"),
        (_IMAGE_OR_SCRIPT, "an image or a script", "notes are plain words"),
    )
    lines = [(file.at("title"), file.note.title), *((file.at("what_helped"), text) for text in file.note.what_helped)]
    lines += [(f"{file.path}:{file.body_line + at}", line) for at, line in enumerate(file.note.body.split("\n"))]
    for where, text in lines:
        for pattern, what, mend in checks:
            match = pattern.search(text)
            if match:
                yield NoteError(f"{what} ({match.group(0)[:40]!r})", where=where, mend=mend)


def _shape(file: NoteFile, shelf: Shelf) -> Iterator[NoteError]:
    note = file.note
    if note.kind is NoteKind.STORY:
        count = len(note.body.split())
        if not STORY_WORDS[0] <= count <= STORY_WORDS[1]:
            yield NoteError(f"{count} words", where=file.at(), mend=f"keep a story between {STORY_WORDS[0]} and {STORY_WORDS[1]}")
        last = note.body.strip().split("\n\n")[-1]
        if _HOPELESS_END.search(last):
            yield NoteError("no hope in the ending", where=file.at(), mend="end on something that goes on")
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
