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
    no_questions: bool = False
    """Whether the person asked not to be asked."""
    rang: bool = False
    """Whether a human supporter was called for in this talk."""
    asked_plainly: bool = False
    """Whether the plain question about suicide has been asked in this talk."""
    language: str | None = None
    """The language the person was last surely heard to write in; None until that is clear."""
    minor: bool = False
    """Whether the person said that they are under eighteen."""
    seen_kinds: frozenset[Kind] = frozenset()
    """Every kind of danger to themselves that the talk has shown, however long ago."""
    heavy_turns: int = 0
    """How many messages were at tier 1 or above."""
    calm_turns: int = 0
    """How many ordinary messages came in a row since the last grave one."""
    checked_in: bool = False
    """Whether the gentle check after a crisis was made."""
    checking: bool = False
    """Whether that check was the last thing asked."""
    used_words: frozenset[str] = frozenset()
    """Ids of fixed words already said, so that nothing repeats."""
    shown_notes: tuple[str, ...] = ()
    """Ids of notes already shown, oldest first."""

    def after_verdict(self, verdict: Verdict) -> SoFar:
        """Return the talk after a message was screened; costs the same however long the talk is."""
        graver = verdict.fresh > self.highest
        heavy = verdict.fresh >= Tier.WATCH
        return self.model_copy(
            update={
                "turns": self.turns + 1,
                "seen_kinds": self.seen_kinds | verdict.own_kinds,
                "heavy_turns": self.heavy_turns + heavy,
                "calm_turns": 0 if heavy else self.calm_turns + 1,
                "language": verdict.language or self.language,
                "minor": self.minor or verdict.minor,
                "highest": max(self.highest, verdict.fresh),
                "highest_kinds": verdict.kinds if graver else self.highest_kinds,
            }
        )

    def with_words(self, *ids: str) -> SoFar:
        """Return the talk after these fixed words were said."""
        return self.model_copy(update={"used_words": self.used_words | set(ids)})
