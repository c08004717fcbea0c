"""What a model is told, and how much of it is asked for."""

from dataclasses import dataclass

from companion.core.ports import PromptMessage


@dataclass(frozen=True)
class Prompts:
    """What the model is told."""

    system: str
    """Comes first, byte for byte the same on every turn, so that the engine reads it once."""
    tail: str
    """Comes last, around the message; its blanks are `passages`, `plan` and `said`."""
    plans: dict[str, str]
    """One line for each move that the model has a part in."""
    examples: tuple[PromptMessage, ...] = ()
    """Follow the system prompt and are as stable as it is."""


@dataclass(frozen=True)
class Profile:
    """How much of a model to ask for."""

    small: bool = True
    """Whether the model is too small to be left alone: its sentences may then only be about what the person said."""
    context: int = 2048
    """Tokens the model can hold."""
    sentences: int = 2
    """Sentences of its own in a reply, at most."""
    candidates: int = 2
    """Replies drawn from a small model until one has a sentence that may be shown."""
    drafts: int = 0
    """Replies that a small model with a voice drafts for the judge to choose from; none where it was not taught to speak."""
    passages: int = 0
    """Passages put into the prompt."""
    longest: int = 60
    """Tokens of a reply, at most."""
