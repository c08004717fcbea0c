"""How a small model's reply is chosen: what may be said beside its drafts, and who judges them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from companion.core.ports import FixedWords, PromptMessage


@dataclass(frozen=True)
class Judged:
    """What was found when a reply was read together with what it answers; chances between 0 and 1."""

    fits: float
    """That somebody who reviews replies would let it stand."""
    faults: Mapping[str, float]
    """By fault: that it says what must not be said."""


@dataclass(frozen=True)
class Drawn:
    """A reply that a model drew."""

    text: str
    sure: float
    """Mean log-chance of its tokens: how much like itself the model sounded."""


class Drafter(Protocol):
    """A model that can draw several replies at once."""

    def drafts(self, prompt: Sequence[PromptMessage], *, many: int, longest: int) -> Sequence[Drawn]:
        """Return `many` replies of at most `longest` tokens each. Raises ModelError."""


class Keeps(Protocol):
    """Tells how closely a reply keeps to what somebody said."""

    def closeness(self, reply: str, said: Sequence[str]) -> float:
        """Return the more, the more a reply gives words back as they were said; less for all that is turned around or added."""


class Judge(Protocol):
    """Reads replies by meaning."""

    @property
    def ready(self) -> bool:
        """Whether it can be asked now; without it, what is nearest is said."""

    def judge(self, said: Sequence[str], replies: Sequence[str]) -> Sequence[Judged]:
        """Return what is found for each reply to the talk `said`, oldest first. Raises ModelError where it cannot."""


class Echoes(Protocol):
    """Gives back a few of the person's own words, marked as theirs, in sentences that people wrote."""

    def offers(self, said: str, mood: str, used: frozenset[str], *, questions: bool) -> Sequence[FixedWords]:
        """Return what may be said back, none of it among `used`."""

    def turned(self, said: str) -> FixedWords | None:
        """Return a clause of theirs with "I" turned to "you"; None where there is none."""
