"""What a turn asks of the outside world. Each port is small, and each has a strict double in `backends/scripted.py`."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

from companion.core.concern import Concern, Kind, Subject, Tier
from companion.core.handoff import HandoffState
from companion.core.line import Line, Need, Ways
from companion.core.message import Turn
from companion.core.note import Hit, Note, NoteKind
from companion.core.talk import SoFar
from companion.core.value import Value

Vector = NDArray[np.float32]
"""Unit length, shape (dimensions,)."""


class PromptMessage(TypedDict):
    """One entry of the prompt that a model reads."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Odds:
    """What the trained layer makes of a message: calibrated chances, each between 0 and 1."""

    tiers: tuple[float, float, float, float]
    """Of tier 1 or above, 2 or above, 3 or above, 4."""
    kinds: Mapping[Kind, float]
    subjects: Mapping[Subject, float]
    boundaries: Mapping[str, float] = field(default_factory=dict)
    """By boundary: how likely the message asks for it."""


@dataclass(frozen=True)
class Reading:
    """One pass of the embedder over a message: the vector, and what the trained layer heard, where there is one."""

    vector: Vector
    odds: Odds | None = None


@dataclass(frozen=True)
class Heard:
    """A message made ready once for every step: as it was said, as it is matched, and as a vector."""

    said: str
    plain: str
    """Normalised for matching only; never shown."""
    vector: Vector | None = None
    """None while no embedder is loaded; everything that matters works without."""
    odds: Odds | None = None
    """None while the trained layer is not loaded; the phrase floor hears danger without it."""
    odds_together: Odds | None = None
    """The same for this message read after the two before it; None when there were none."""
    language: str | None = None
    """The language it was surely written in: an ISO 639-1 code; None when it is too short or too mixed to tell."""


class Normalise(Protocol):
    """Makes text ready for matching."""

    def __call__(self, text: str) -> str:
        """Return `text` folded; never raises for any string."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimensions). Raises ModelError when there is no model."""


class Reader(Protocol):
    """Reads messages once for retrieval, routing and danger."""

    def read(self, texts: Sequence[str]) -> Sequence[Reading]:
        """Return one reading for each normalised text. Raises ModelError when there is no model."""


class Tongues(Protocol):
    """Tells languages apart."""

    def language(self, said: str, plain: str) -> str | None:
        """Return the ISO 639-1 code of the language that a message is surely written in, or None."""


class ChatModel(Protocol):
    """Anything that can carry on a conversation, piece by piece."""

    def stream(self, prompt: Sequence[PromptMessage], *, longest: int) -> Generator[str, None, None]:
        """Yield pieces of a reply of at most `longest` tokens. Raises ModelError. Closing the iterator stops it."""


class InputCheck(Protocol):
    """Reads a message for danger."""

    @property
    def name(self) -> str:
        """A short name, for reasons."""

    def concerns(self, heard: Heard) -> Iterable[Concern]:
        """Return every concern about the message; nothing when there is none."""


class Drift(Protocol):
    """Reads what a talk has shown so far together with what was just heard."""

    def concerns(self, found: Sequence[Concern], heard: Heard, so_far: SoFar) -> Iterable[Concern]:
        """Return every concern that neither the message nor the talk before it shows alone."""


class Doubts(Protocol):
    """Weighs what was found against what the message means as a whole."""

    def weighed(self, found: Sequence[Concern], heard: Heard, so_far: SoFar) -> tuple[Concern, ...]:
        """Return the concerns, some at a lower tier, none at tier 0."""


class Young(Protocol):
    """Hears that somebody is under eighteen."""

    def says(self, heard: Heard) -> bool:
        """Return whether the message says so, about the person themselves and now."""


class Objection(Value):
    """Why a sentence must not be shown."""

    check: str
    kind: str
    because: str
    """The name of the rule; never the sentence."""


class Draft(Value):
    """What a sentence is read with: everything that came before it."""

    cleared: str = ""
    """The reply so far, every sentence of it cleared."""
    said: tuple[str, ...] = ()
    """What the person said in this talk, oldest first, the message being answered last."""


class OutputCheck(Protocol):
    """Reads a sentence before anybody sees it."""

    @property
    def name(self) -> str:
        """A short name, for reasons."""

    def objections(self, sentence: str, draft: Draft) -> Iterable[Objection]:
        """Return every objection to `sentence` coming after `draft`."""


class Boundaries(Protocol):
    """Recognises what the companion answers with fixed words instead of the model's."""

    def boundary(self, heard: Heard) -> str | None:
        """Return the boundary's name, or None."""


Answer = Literal["yes", "no", "unsure", "go_on", "cannot"]
"""How a plain question was answered; "go_on" asks to talk about something else, "cannot" is a no to what was proposed."""


class Answers(Protocol):
    """Reads the answer to a plain question."""

    def answer(self, heard: Heard) -> Answer | None:
        """Return the answer, or None when the message is something else."""


class Library(Protocol):
    """The published notes."""

    def search(self, turn: Turn, heard: Heard, kind: NoteKind, *, most: int, sure: bool = False) -> tuple[Hit, ...]:
        """Return up to `most` passages of different notes of `kind`, best first; nothing under the floor.

        With `sure`, only notes that are plainly about the message.
        """

    def note(self, note_id: str) -> Note | None:
        """Return a published note, or None when it is not (or no longer) there."""


class FixedWords(Value):
    """Words that people wrote to be said word for word."""

    id: str
    text: str
    choices: tuple[str, ...] = ()


class Words(Protocol):
    """The fixed words of one language."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that there are words for."""

    def say(self, key: str, used: frozenset[str], blanks: Mapping[str, str] | None = None) -> FixedWords:
        """Return the first variant of `key` that was not said yet (the first again when all were), its blanks filled.

        Raises NoteError when there is no such key or a blank is left empty.
        """

    def has(self, key: str) -> bool:
        """Return whether there are words for `key`."""

    def fresh(self, key: str, used: frozenset[str]) -> bool:
        """Return whether `key` has a variant that was not said yet."""

    def variants(self, key: str) -> tuple[str, ...]:
        """Return all variants of `key`, blanks unfilled. Raises NoteError."""


class StayWords(Protocol):
    """Reviewed lines for staying with somebody in danger."""

    def __len__(self) -> int:
        """Return how many lines there are."""

    def line(self, heard: Heard, family: str, used: frozenset[str], blanks: Mapping[str, str]) -> FixedWords | None:
        """Return the line nearest in meaning that was not said yet and suits the family; when all were said, the nearest again.

        None when no line suits the family.
        """


class Lines(Protocol):
    """The helplines."""

    def for_region(self, region: str, audiences: Sequence[str] = (), *, most: int = 4) -> tuple[Line, ...]:
        """Return lines to offer anybody, best first; the last is always a worldwide directory."""

    def ways(self, need: Need) -> Ways:
        """Return ways to people for this need, best first; the last is always a worldwide directory."""

    def emergency(self, region: str) -> str:
        """Return the region's emergency number as the data has it; never empty."""


class People(Protocol):
    """The human supporters."""

    def ring(self, tier: Tier) -> HandoffState:
        """Try to bring somebody in, without a word of the person; return where that stands."""

    def on_duty(self) -> str:
        """Return one honest line: who is there and until when, or that nobody is."""


class Counts(Protocol):
    """Counts what happened, by year. Never what was said, never who."""

    def count(self, name: str) -> None:
        """Add one to `name` in the current year. Never raises."""


class VectorSearch(Protocol):
    """Rows found by meaning."""

    def search(self, vector: Vector, most: int) -> list[tuple[int, float]]:
        """Return up to `most` pairs of row and cosine, best first."""


class LexicalSearch(Protocol):
    """Rows found by words."""

    def search(self, plain: str, most: int) -> list[tuple[int, float]]:
        """Return up to `most` pairs of row and score, best first; only rows that share a word."""
