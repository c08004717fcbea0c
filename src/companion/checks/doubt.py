"""Takes words of danger for a plain question, not an alarm, where the trained layer is all but sure that they mean none."""

from __future__ import annotations

from collections.abc import Sequence

from companion.core.concern import Concern, Tier
from companion.core.ports import Heard
from companion.core.talk import SoFar

DOUBTED = 0.08
"""Chance of tier 2 under which words of danger are doubted. Found on 6,400 messages that neither patterns nor layer had met:
of 858 dangers heard by phrase it lowered 4, of 142 false alarms 57."""


class Doubt:
    """ "I will actually die if you send that photo" holds the words of a crisis. It then counts as tier 1: asked about, not alarmed over.

    Never lower than that, so nothing goes unasked; never tier 4, where minutes count; never once danger was heard in the talk; and
    never without the layer, so that the phrase floor alone hears as loudly as it can.
    """

    name = "doubt"

    def weighed(self, found: Sequence[Concern], heard: Heard, so_far: SoFar) -> tuple[Concern, ...]:
        """Return the concerns, those doubted at tier 1."""
        if heard.odds is None or so_far.highest >= Tier.CONCERN:
            return tuple(found)
        chance = max(odds.tiers[Tier.CONCERN - 1] for odds in (heard.odds, heard.odds_together) if odds)
        return tuple(found) if chance >= DOUBTED else tuple(self._lowered(concern) for concern in found)

    def _lowered(self, concern: Concern) -> Concern:
        if not concern.check.startswith("phrases.") or concern.tier not in (Tier.CONCERN, Tier.URGENT):
            return concern
        return concern.model_copy(update={"tier": Tier.WATCH, "because": f"{concern.because}, doubted"})
