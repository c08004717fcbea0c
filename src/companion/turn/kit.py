"""Everything a turn works with, handed in by `app`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from companion.core.ports import (
    Answers,
    Boundaries,
    ChatModel,
    Embedder,
    InputCheck,
    Library,
    Lines,
    Normalise,
    OutputCheck,
    People,
    Reflections,
    Words,
)
from companion.core.prompts import Profile, Prompts


@dataclass(frozen=True)
class Kit:
    """The ports of one assembled companion."""

    normalise: Normalise
    embedder: Embedder
    input_checks: Sequence[InputCheck]
    output_checks: Sequence[OutputCheck]
    boundaries: Boundaries
    answers: Answers
    library: Library
    reflections: Reflections
    model: ChatModel
    words: Words
    lines: Lines
    people: People
    prompts: Prompts
    last_words: str
    """Said when even the fixed words cannot be found; read once at start."""
    small_checks: Sequence[OutputCheck] = ()
    """Asked as well when the model is small."""
    profile: Profile = field(default_factory=Profile)
