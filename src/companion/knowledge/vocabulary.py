"""Reads knowledge/vocabulary.yaml: the words that front matter may use, and the everyday words behind each topic."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from companion.core.errors import NoteError
from companion.core.value import Value
from companion.knowledge.plain_yaml import read_yaml


class Topic(Value):
    """A topic as curators name it and as people speak of it."""

    name: str
    says: tuple[str, ...]


class Vocabulary(Value):
    """The closed lists of front matter."""

    topics: dict[str, Topic]
    audiences: tuple[str, ...]
    content_notes: tuple[str, ...]


def read_vocabulary(path: Path) -> Vocabulary:
    """Return the vocabulary. Raises NoteError."""
    try:
        return Vocabulary.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise NoteError("cannot be read", where=str(path), mend="restore knowledge/vocabulary.yaml") from error
