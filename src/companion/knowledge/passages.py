"""Cuts notes into passages that can stand alone. Offsets always refer to the note's body as it stands in its file."""

import re
from collections.abc import Iterator

from companion.core.note import Note, NoteKind, Passage

_PARAGRAPH = re.compile(r"(?:(?!\n\s*\n).)+", re.DOTALL)
SHORTEST = 40
"""Characters; a shorter paragraph says too little alone and is left out."""


def passages(note: Note) -> Iterator[Passage]:
    """Yield the note's passages: a story by paragraph, a practice or resource as what stands before its first heading."""
    if note.kind is not NoteKind.STORY:
        end = note.body.find("\n#")
        whole = note.body[: end if end > 0 else len(note.body)]
        start = len(whole) - len(whole.lstrip())
        text = whole.strip()
        if text:
            yield Passage(note=note.id, start=start, end=start + len(text), text=text)
        return
    for match in _PARAGRAPH.finditer(note.body):
        text = match.group(0).strip()
        start = match.start() + (len(match.group(0)) - len(match.group(0).lstrip()))
        if len(text) >= SHORTEST and not text.startswith("#"):
            yield Passage(note=note.id, start=start, end=start + len(text), text=text)
