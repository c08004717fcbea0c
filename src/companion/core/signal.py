"""Signals: what curators write down about how people speak of danger, of boundaries, and of what must not be said."""

from typing import Annotated

from pydantic import Field

from companion.core.concern import Kind, Subject, Tier
from companion.core.value import Value

Slots = dict[str, tuple[str, ...]]
Patterns = Annotated[tuple[str, ...], Field(min_length=1)]


class Rule(Value):
    """Patterns with a name and a reason. How patterns are written is told in knowledge/signals/README.md."""

    name: str
    why: str
    """One line for whoever reads the file after you."""
    any: Patterns
    """One of these must be found."""
    unless: tuple[str, ...] = ()
    """Look-alikes: where one of these is found over the same words, the find does not count."""
    aside: tuple[str, ...] = ()
    """Look-alikes: where one of these stands anywhere in the same sentence, the find does not count."""
    examples: Patterns
    """Messages in which the rule must find something; run as tests."""
    leaves: tuple[str, ...] = ()
    """Messages in which the rule must find nothing; run as tests."""


class DangerSignal(Rule):
    """A way of speaking about danger."""

    tier: Tier
    kind: Kind
    subject: Subject = Subject.SELF
    negated: Tier = Tier.WATCH
    """The tier when the find is denied ("I'm not going to ..."). A denial of something grave is still worth asking."""
    past: Tier = Tier.WATCH
    """The tier when the find is told as past."""
    across: bool = False
    """Whether its words may stand in neighbouring sentences: "stopped drinking yesterday. shaking loads"."""
    fallback: bool = False
    """Whether it counts only when no other signal was found: a single word that says less than a sentence."""
    after: Tier = Tier.ORDINARY
    """Counts only in a talk that has shown at least this tier before: calm after a storm, a parting, the other half of a plan."""
    by_actor: bool = False
    """Whether the danger belongs to whoever acts in the sentence ("my son took ..."), so that it may be somebody else's."""


class Combination(Value):
    """Signals that mean more together than each alone."""

    name: str
    why: str
    all: tuple[Kind, ...]
    tier: Tier
    kind: Kind


class Contexts(Value):
    """Words around a find that change what it means."""

    negation: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    """Words with which a new clause begins ("but"), so that a "not" before them denies nothing after them."""
    past: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    """Words that make a past event present again."""
    fiction: tuple[str, ...] = ()
    idiom: tuple[str, ...] = ()
    myself: tuple[str, ...] = ()
    """Words by which the person means themselves."""
    other: tuple[str, ...] = ()
    """Words by which the person means somebody else."""
    minor: tuple[str, ...] = ()
    """How people say that they are under eighteen."""


class DangerSignals(Value):
    """Everything the phrase floor of one language knows."""

    language: str
    reviewed: bool = False
    """Whether a native reader who knows crisis work has signed it."""
    spaced: bool = True
    """Whether words are written with spaces between them."""
    slots: Slots = Field(default_factory=dict)
    contexts: Contexts = Contexts()
    signals: tuple[DangerSignal, ...] = ()
    combinations: tuple[Combination, ...] = ()

    @property
    def at_once(self) -> tuple[DangerSignal, ...]:
        """The signals that count in any message."""
        return tuple(signal for signal in self.signals if not signal.after)

    @property
    def later(self) -> tuple[DangerSignal, ...]:
        """The signals that count only after something graver was said."""
        return tuple(signal for signal in self.signals if signal.after)


class BoundarySignal(Rule):
    """A way of asking for something that fixed words answer better than a model."""

    boundary: str


class GuardSignal(Rule):
    """A way of saying something that the companion must not say."""

    kind: str


class LintRule(Rule):
    """A way of saying something that a note must not say."""

    mend: str
    ending: bool = False
    """Whether only the last paragraph is read for it."""


class Fact(Value):
    """Something that a reply may only mention when the talk did: a mother, a Tuesday, a hospital."""

    name: str
    words: tuple[str, ...]
    """Words that mention it in a reply. One that ends in * stands for all that begin so."""
    also: tuple[str, ...] = ()
    """Words of the talk that vouch for it, beside its own."""


class RuleSet(Value):
    """Rules with the slots that their patterns use."""

    language: str
    slots: Slots = Field(default_factory=dict)
    boundaries: tuple[BoundarySignal, ...] = ()
    guards: tuple[GuardSignal, ...] = ()
    lints: tuple[LintRule, ...] = ()
