"""The trained layer's opinion as concerns. It knows thresholds and chances; the network that gives them lives in backends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from companion.core.concern import Concern, Kind, Subject, Tier
from companion.core.ports import Heard, Odds
from companion.core.talk import SoFar

MOST_KINDS = 3
LIKELY_KIND = 0.35
"""Chance from which a kind is named beside the likeliest one."""


class Likeness:
    """Hears what a message means, beyond its phrases. Silent where the trained layer is not loaded."""

    name = "likeness"

    def __init__(self, thresholds: Mapping[Tier, float]) -> None:
        self._thresholds = dict(thresholds)

    def concerns(self, heard: Heard) -> Iterable[Concern]:
        """Return one concern for each likely kind, the likeliest first with the message's tier."""
        return self._concerns(heard.odds, "the trained layer") if heard.odds else ()

    def tier(self, odds: Odds) -> Tier:
        """Return the highest tier whose chance reaches its threshold; a grave one only together with those between it and tier 2.

        Tier 2 stands by itself: whoever is at tier 2 is at tier 1 as well, so its chance says more than that of tier 1.
        """
        over = {tier for tier, threshold in self._thresholds.items() if odds.tiers[tier - 1] >= threshold}
        if Tier.CONCERN not in over:
            return Tier.WATCH if Tier.WATCH in over else Tier.ORDINARY
        if Tier.URGENT not in over:
            return Tier.CONCERN
        return Tier.MEDICAL if Tier.MEDICAL in over else Tier.URGENT

    def _concerns(self, odds: Odds, because: str) -> tuple[Concern, ...]:
        tier = self.tier(odds)
        if tier is Tier.ORDINARY:
            return ()
        subject = max((s for s in odds.subjects if s is not Subject.FIGURE), key=lambda s: odds.subjects[s])
        ranked = sorted(odds.kinds, key=lambda kind: -odds.kinds[kind])[:MOST_KINDS]
        kinds = [kind for kind in ranked if odds.kinds[kind] >= LIKELY_KIND] or ranked[:1]
        return tuple(Concern(check=self.name, tier=tier, kind=kind, subject=subject, because=because) for kind in kinds)


class TalkLikeness:
    """Hears what the last messages mean together: a plan told in two halves, one thing said a little at a time."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness

    def concerns(self, found: Sequence[Concern], heard: Heard, so_far: SoFar) -> Iterable[Concern]:
        """Return a concern when the messages together are graver than each alone and than all that came before."""
        if heard.odds_together is None:
            return ()
        known = max([so_far.highest, *(concern.tier for concern in found)])
        together = self._likeness.tier(heard.odds_together)
        if together <= known or together < Tier.CONCERN:
            return ()
        kinds = heard.odds_together.kinds
        kind = max(kinds, key=lambda k: kinds[k]) if kinds else Kind.SUICIDAL_THOUGHTS
        return (Concern(check="likeness.talk", tier=together, kind=kind, because="the last messages together"),)
