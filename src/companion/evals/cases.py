"""The labelled messages of evals/suites/danger: reading them, and refusing what does not fit. Knows nothing of what hears them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from companion.core.concern import Kind, Subject, Tier
from companion.core.errors import NoteError
from companion.core.value import Value

V = TypeVar("V", bound=Value)
Split = Literal["fit", "tune", "test"]
Group = Literal["explicit", "oblique", "look_alike", "ordinary"]


class Case(Value):
    """One message with what it means, and why."""

    id: str
    text: str
    tier: Tier
    kinds: tuple[Kind, ...] = ()
    """Gravest first; empty exactly when the tier is 0."""
    subject: Subject
    group: Group
    """Danger said in danger words, danger said without them, harmless but alike, or ordinary talk."""
    language: str = "en"
    scenario: str
    """The situation; a scenario stands in one split only."""
    split: Split
    why: str = ""


class Message(Value):
    """One message of a conversation, as in the batch commands."""

    role: Literal["user", "assistant"]
    content: str


class Conversation(Value):
    """Several messages, judged after the last."""

    id: str
    messages: tuple[Message, ...]
    tier: Tier
    """The least tier that the conversation must have reached."""
    at_most: Tier = Tier.MEDICAL
    """The highest tier that is not a false alarm."""
    kinds: tuple[Kind, ...] = ()
    scenario: str
    why: str = ""


def read_cases(folder: Path, *splits: Split) -> tuple[Case, ...]:
    """Return the cases of all *.jsonl in the folder, of these splits when some are named. Raises NoteError with file and line."""
    found = [case for path in sorted(folder.glob("*.jsonl")) for case in _lines(path, Case)]
    return tuple(case for case in found if not splits or case.split in splits)


def read_lines(path: Path, kind: type[V]) -> tuple[V, ...]:
    """Return one value for each line of a JSONL file. Raises NoteError with file and line."""
    return tuple(_lines(path, kind))


def read_conversations(path: Path) -> tuple[Conversation, ...]:
    """Return the conversations of one file. Raises NoteError with file and line."""
    return tuple(_lines(path, Conversation))


def _lines(path: Path, kind: type[V]) -> Iterator[V]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield kind.model_validate(json.loads(line))
        except (ValidationError, ValueError) as error:
            what = error.errors()[0]["msg"].lower() if isinstance(error, ValidationError) else "is not JSON"
            raise NoteError(what, where=f"{path}:{number}", mend="see evals/suites/danger/README.md") from error


def crossing(cases: Sequence[Case]) -> tuple[str, ...]:
    """Return every scenario that stands in more than one split."""
    homes: dict[str, set[Split]] = {}
    for case in cases:
        homes.setdefault(f"{case.language}/{case.scenario}", set()).add(case.split)
    return tuple(sorted(scenario for scenario, splits in homes.items() if len(splits) > 1))
