"""Danger: how grave, of what kind, and whose. A tier routes a turn; it says nothing about what somebody is or has."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum

from companion.core.value import Value


class Tier(IntEnum):
    """The five answers to what was said (DOMAIN 2.3; the vocabulary of risk is that of the C-SSRS screener)."""

    ORDINARY = 0
    """Distress without danger words: stories, listening."""
    WATCH = 1
    """Hopelessness, burden, passive wish to be dead, the past: ask plainly, stay, offer."""
    CONCERN = 2
    """Active thoughts, self-harm now, fear at home, somebody else in danger: support card first, then a choice."""
    URGENT = 3
    """Intent, plan, means at hand, goodbye, threat, danger with mania or voices: one clear action, people, no model."""
    MEDICAL = 4
    """Overdose taken, serious injury, weapon in hand, attacker present: emergency number first."""


class Subject(StrEnum):
    """Whose danger it is."""

    SELF = "self"
    OTHER = "other"
    PAST = "past"
    FIGURE = "figure"
    """A figure of speech, fiction, news or work talk; never raises a tier by itself."""


class Kind(StrEnum):
    """What the danger is. Each kind has its own fixed words, or shares those of a kind named in prompts/fixed."""

    WISH_TO_DIE = "wish_to_die"
    HOPELESS = "hopeless"
    BURDEN = "burden"
    SUICIDAL_THOUGHTS = "suicidal_thoughts"
    METHOD = "method"
    INTENT = "intent"
    PLAN = "plan"
    GOODBYE = "goodbye"
    ATTEMPT = "attempt"
    SELF_HARM = "self_harm"
    OVERDOSE = "overdose"
    INJURY = "injury"
    EATING = "eating"
    PSYCHOSIS = "psychosis"
    MANIA = "mania"
    COMMANDS = "commands"
    HARM_TO_OTHERS = "harm_to_others"
    ABUSE = "abuse"
    CHILD_AT_RISK = "child_at_risk"
    STALKING = "stalking"
    WITHDRAWAL = "withdrawal"
    WORRIED = "worried"
    INTRUSIVE_FEAR = "intrusive_fear"
    BEREAVED = "bereaved"
    UNREADABLE = "unreadable"
    """A check could not run, so nobody knows; treated as danger."""


LAYER = "likeness"
"""The check by which the trained layer's finding on one message is named."""


class Concern(Value):
    """One check's reason to be worried."""

    check: str
    tier: Tier
    kind: Kind
    subject: Subject = Subject.SELF
    because: str
    """The name of the signal that was found. Never the person's words."""


class Verdict(Value):
    """What all checks together make of a message, after what the talk has shown before."""

    tier: Tier = Tier.ORDINARY
    """Never lower than `fresh`; a joke or a denial does not lower it within a talk."""
    fresh: Tier = Tier.ORDINARY
    """The tier of this message alone."""
    kinds: tuple[Kind, ...] = ()
    """Gravest first, without repeats."""
    subject: Subject = Subject.SELF
    concerns: tuple[Concern, ...] = ()
    language: str | None = None
    """The language of the message where that is sure: an ISO 639-1 code."""
    minor: bool = False
    """Whether the person says in this message that they are under eighteen."""

    @property
    def only_faint(self) -> bool:
        """Whether this is a tier 1 or 2 of the trained layer alone, with no phrase and nothing in the talk to bear it out."""
        real = [concern for concern in self.concerns if concern.tier > Tier.ORDINARY]
        return (
            Tier.ORDINARY < self.tier <= Tier.CONCERN and self.subject is Subject.SELF and all(concern.check == LAYER for concern in real)
        )

    @property
    def own_kinds(self) -> frozenset[Kind]:
        """Every kind of danger to the person themselves that this message shows."""
        return frozenset(concern.kind for concern in self.concerns if concern.tier and concern.subject is Subject.SELF)


def judge(concerns: Iterable[Concern], carried: Tier = Tier.ORDINARY, carried_kinds: tuple[Kind, ...] = ()) -> Verdict:
    """Return the verdict over `concerns`: the gravest wins, and what was `carried` from before is never forgotten."""
    ranked = tuple(sorted(concerns, key=lambda concern: -concern.tier))
    fresh = ranked[0].tier if ranked else Tier.ORDINARY
    real = [concern for concern in ranked if concern.tier > Tier.ORDINARY]
    kinds = tuple(dict.fromkeys(concern.kind for concern in real))
    return Verdict(
        tier=max(fresh, carried),
        fresh=fresh,
        kinds=kinds or (carried_kinds if carried else ()),
        subject=ranked[0].subject if ranked else Subject.SELF,
        concerns=ranked,
    )
