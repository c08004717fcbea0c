"""What is said in a talk, and everything that one turn of it needs."""

from enum import StrEnum
from typing import Literal

from companion.core.talk import SoFar
from companion.core.value import Value

LONGEST_MESSAGE = 8_000
"""Characters of one message that are kept; about four pages. Screening reads the whole message, whatever its length."""


class Style(StrEnum):
    """The kind of company that the person asked for. They can change it at any moment."""

    LISTEN = "listen"
    STORIES = "stories"
    IDEAS = "ideas"
    PEOPLE = "people"


class Message(Value):
    """One thing somebody said."""

    role: Literal["person", "companion", "supporter"]
    text: str


class Turn(Value):
    """One thing the person said, with what came before it and what they chose."""

    said: str
    earlier: tuple[Message, ...] = ()
    """Oldest first; never includes `said`."""
    so_far: SoFar = SoFar()
    """What the talk has shown before `said`; folded from events, so that no turn re-reads the whole talk."""
    style: Style = Style.STORIES
    region: str = "001"
    """ISO 3166-1 alpha-2, with 3166-2 for a part of a country; 001 means worldwide."""
    language: str = "en"
    not_tonight: frozenset[str] = frozenset()
    """Content notes that the person does not want to meet tonight."""
