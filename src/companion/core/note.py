"""Notes: stories, practices and resources that people wrote, and the passages of them that can be shown."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from companion.core.value import Value

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class NoteKind(StrEnum):
    """What a note is."""

    STORY = "story"
    PRACTICE = "practice"
    RESOURCE = "resource"


class Provenance(StrEnum):
    """Where a note's words come from."""

    PEER = "peer"
    ILLUSTRATIVE = "illustrative"
    """Written for the project; nobody's life. Said wherever the note is shown."""
    PUBLIC_DOMAIN = "public-domain"


class Consent(Value):
    """What the teller agreed to, and how they can take it back."""

    date: date
    scope: Phrase
    withdraw_contact: Phrase


class Reviewed(Value):
    """Who read a note last, and when."""

    by: Phrase
    on: date


class Note(Value):
    """One file of the knowledge folder, as its curators wrote it."""

    id: Slug
    kind: NoteKind
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=90)]
    teller: Phrase | None = None
    """As the teller chose to be credited; never set on an illustrative note."""
    provenance: Provenance
    consent: Consent | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    regions: tuple[str, ...] = ()
    """Where the note applies; empty means anywhere."""
    audiences: tuple[str, ...] = ("everyone",)
    topics: Annotated[tuple[str, ...], Field(min_length=1)]
    content_notes: tuple[str, ...] = ()
    what_helped: Annotated[tuple[Phrase, ...], Field(min_length=1)]
    lines: tuple[str, ...] = ()
    written_on: date
    reviewed: tuple[Reviewed, ...] = ()
    expires_on: date
    body: str
    """Markdown, exactly as it stands in the file after the front matter; every quote is a span of it."""

    def published(self, today: date) -> bool:
        """Return whether the note may be shown: reviewed by somebody, and not expired."""
        return bool(self.reviewed) and today < self.expires_on

    @property
    def credit(self) -> str:
        """How the note is credited wherever it is shown."""
        if self.provenance is Provenance.ILLUSTRATIVE:
            return "Illustrative story" if self.kind is NoteKind.STORY else "Written for this project"
        return self.teller or ("A peer" if self.provenance is Provenance.PEER else "Public domain")


class Passage(Value):
    """A span of a published note's body: `body[start:end] == text`, always."""

    note: str
    start: int
    end: int
    text: str


class Hit(Value):
    """A passage that a search found."""

    passage: Passage
    score: float
    """Cosine plus what words and topics add; comparable within one search only."""
    likeness: float
    """Cosine of query and passage, -1 to 1; 0 when no embedder was available."""
    because: str = ""
    """The person's topic that the note shares, in everyday words, for "because you mentioned ..."."""
