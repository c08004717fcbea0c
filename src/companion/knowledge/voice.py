"""The examples by which the companion's voice is taught: short exchanges, written by hand. Knows nothing of fitting."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError, model_validator

from companion.core.errors import NoteError
from companion.core.value import Value
from companion.core.voice import Voice

Move = Literal["reflect", "ask", "celebrate", "thanks", "hello", "goodbye", "repair", "light"]

VOICE = "voice.gguf"
V = TypeVar("V", bound=Value)


class Line(Value):
    """One message of an exchange."""

    role: Literal["person", "companion"]
    text: str


class Example(Value):
    """What was said, and a good reply."""

    id: str
    move: Move
    """What the reply does; `repair` takes a correction or a complaint, `light` meets a joke or small talk."""
    mood: str
    topic: str
    turns: tuple[Line, ...]
    """The talk so far; the person's latest message is the last."""
    reply: str
    split: Literal["fit", "tune", "test"]

    @model_validator(mode="after")
    def _answers_the_person(self) -> Example:
        if not self.turns or self.turns[-1].role != "person":
            raise ValueError("`turns` must end with the person's message")
        return self


def read_examples(path: Path) -> tuple[Example, ...]:
    """Return the examples of a JSONL file. Raises NoteError with file and line."""
    return tuple(_lines(path, Example))


def _lines(path: Path, kind: type[V]) -> Iterator[V]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield kind.model_validate(json.loads(line))
        except (ValidationError, ValueError) as error:
            what = error.errors()[0]["msg"].lower() if isinstance(error, ValidationError) else "is not JSON"
            raise NoteError(what, where=f"{path}:{number}", mend="see prompts/voice/README.md") from error


class Labelled(Value):
    """A reply that somebody judged: whether it may stand, and if not, why."""

    id: str
    said: tuple[str, ...]
    """What the person said, oldest first."""
    reply: str
    fault: str
    """Empty when it may stand; `weak` when it breaks no rule and is still not good enough."""
    split: Literal["fit", "tune", "test"]


def read_labelled(path: Path) -> tuple[Labelled, ...]:
    """Return the judged replies of a JSONL file. Raises NoteError with file and line."""
    return tuple(_lines(path, Labelled))


class Picked(Value):
    """What a reader of the whole bank picked for a message: replies that could be sent as they stand."""

    id: str
    said: tuple[str, ...]
    """What the person said, oldest first."""
    replies: tuple[str, ...]
    """The best first; empty when the bank has none."""
    missing: str = ""
    """Which situation the bank lacks, where it lacks one."""
    split: Literal["fit", "tune", "test"]


def read_picked(path: Path) -> tuple[Picked, ...]:
    """Return what was picked, from a JSONL file. Raises NoteError with file and line."""
    return tuple(_lines(path, Picked))


def voice_for(folder: Path, model: Path | None) -> Path | None:
    """Return the adapter in `folder` when it was fitted on this very model; on another it would be noise. Raises NoteError."""
    adapter, card = folder / VOICE, (folder / VOICE).with_suffix(".json")
    if model is None or not (model.is_file() and adapter.is_file() and card.is_file()):
        return None
    try:
        known = Voice.model_validate_json(card.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise NoteError("is not a voice's card", where=str(card), mend="fit it again with `companion voice fit`") from error
    return adapter if hashlib.sha256(model.read_bytes()).hexdigest() == known.model_sha256 else None
