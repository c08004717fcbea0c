"""Reads notes: markdown with front matter. A note that cannot be read is named with file and line, and left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import ValidationError

from companion.core.errors import NoteError
from companion.core.note import Note
from companion.knowledge.plain_yaml import PlainLoader, read_yaml

FOLDERS = ("stories", "practices", "resources")
LARGEST_FILE = 200_000
"""Bytes; a note is a page or two."""


@dataclass(frozen=True)
class ReadNotes:
    """What reading a folder gave: the notes that are whole, and why the others are not."""

    notes: tuple[Note, ...]
    problems: tuple[NoteError, ...]


@dataclass(frozen=True)
class NoteFile:
    """A note with the place of each of its front matter's keys."""

    note: Note
    path: Path
    lines: dict[str, int]
    body_line: int

    def at(self, key: str = "") -> str:
        """Return "file:line" of a key, or of the body's first line."""
        return f"{self.path}:{self.lines.get(key, self.body_line)}"


def read_note(path: Path) -> NoteFile:
    """Return the note in `path`. Raises NoteError naming file and line."""
    text = _text(path)
    try:
        front, body = YAMLHandler().split(text)
    except ValueError as error:
        mend = "begin the file with ---, the front matter, and --- again"
        raise NoteError("has no front matter", where=f"{path}:1", mend=mend) from error
    fields, lines = _fields(front, path)
    body = body.strip("\n") + "\n"
    body_line = text[: text.index(body.strip()) if body.strip() else 0].count("\n") + 1
    try:
        note = Note.model_validate({**fields, "body": body})
    except ValidationError as error:
        raise _named(error, path, lines) from error
    if note.id != path.stem:
        mend = f"name the file {note.id}.md or change the id"
        raise NoteError(f"`id` is {note.id}, the file is {path.name}", where=f"{path}:{lines.get('id', 1)}", mend=mend)
    return NoteFile(note=note, path=path, lines=lines, body_line=body_line)


def note_paths(folder: Path) -> list[Path]:
    """Return the paths of all notes of a knowledge folder, in a stable order."""
    return sorted(path for name in FOLDERS for path in (folder / name).glob("**/*.md") if path.name != "README.md")


def read_notes(folder: Path) -> ReadNotes:
    """Return every note of the folder that can be read, and a NoteError for each that cannot."""
    notes: dict[str, Note] = {}
    problems: list[NoteError] = []
    for path in note_paths(folder):
        try:
            note = read_note(path).note
            if note.id in notes:
                raise NoteError(f"the id {note.id} is taken by another note", where=f"{path}:1", mend="give it another id")
            notes[note.id] = note
        except NoteError as error:
            problems.append(error)
    return ReadNotes(tuple(notes.values()), tuple(problems))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise NoteError("is too large for a note", where=f"{path}:1", mend=f"keep it under {LARGEST_FILE} bytes")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NoteError("is not text in UTF-8", where=f"{path}:1", mend="save it as UTF-8") from error
    except OSError as error:
        raise NoteError("cannot be opened", where=f"{path}:1", mend="check that the file is there and readable") from error


def _fields(front: str, path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        tree = yaml.compose(front, Loader=PlainLoader)
        fields = read_yaml(front)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + 1
        raise NoteError("front matter is not YAML", where=f"{path}:{line}", mend="check indentation and quotes here") from error
    if not isinstance(fields, dict) or not isinstance(tree, yaml.MappingNode):
        raise NoteError("front matter is not a list of `key: value`", where=f"{path}:1", mend="see knowledge/README.md")
    return fields, {key.value: key.start_mark.line + 1 for key, _ in tree.value}


def _named(error: ValidationError, path: Path, lines: dict[str, int]) -> NoteError:
    """Return the first mistake as a NoteError that names the key and its line."""
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    what = {
        "missing": f"`{key}` is missing",
        "extra_forbidden": f"`{key}` is not a key that notes have",
    }.get(first["type"], f"`{key}`: {first['msg'].lower()}")
    return NoteError(what, where=f"{path}:{lines.get(key, 1)}", mend="see knowledge/README.md for the keys of a note")


def published(notes: Iterable[Note], today: Any) -> tuple[Note, ...]:
    """Return the notes that may be shown on `today`."""
    return tuple(note for note in notes if note.published(today))
