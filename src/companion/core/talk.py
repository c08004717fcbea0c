"""What a talk has shown so far, as one small value: folded from events, never re-read from the words."""

from __future__ import annotations

from companion.core.concern import Kind, Subject, Tier, Verdict
from companion.core.value import Value


class SoFar(Value):
    """Everything about the talk before this message that a step may need. Holds no words of the person."""

    turns: int = 0
    highest: Tier = Tier.ORDINARY
    highest_kinds: tuple[Kind, ...] = ()
    staying: bool = False
    """True while the talk is inside the crisis protocol; it ends when the person says that they want to go on."""
    crisis_kind: Kind | None = None
    """The kind that the protocol is speaking to."""
    crisis_tier: Tier = Tier.ORDINARY
    """The tier at which the protocol is speaking; it only rises."""
    crisis_subject: Subject = Subject.SELF
    crisis_step: int = 0
    """How many steps of the protocol have been said for `crisis_kind`."""
    awaiting_answer: bool = False
    """Whether the plain question was the last thing said, so that a bare "yes" means something."""
    model_spoke: bool = False
    """Whether the model had words of its own in the last reply."""
    quoted_last: bool = False
    """Whether the last reply showed a note."""
    only_listen: bool = False
    """Whether the person asked for no stories, whatever kind of company is chosen."""
    rang: bool = False
    """Whether a human supporter was called for in this talk."""
    asked_plainly: bool = False
    """Whether the plain question about suicide has been asked in this talk."""
    used_words: frozenset[str] = frozenset()
    """Ids of fixed words already said, so that nothing repeats."""
    shown_notes: tuple[str, ...] = ()
    """Ids of notes already shown, oldest first."""

    def after_verdict(self, verdict: Verdict) -> SoFar:
        """Return the talk after a message was screened; costs the same however long the talk is."""
        graver = verdict.fresh > self.highest
        return self.model_copy(
            update={
                "turns": self.turns + 1,
                "highest": max(self.highest, verdict.fresh),
                "highest_kinds": verdict.kinds if graver else self.highest_kinds,
            }
        )

    def with_words(self, *ids: str) -> SoFar:
        """Return the talk after these fixed words were said."""
        return self.model_copy(update={"used_words": self.used_words | set(ids)})
