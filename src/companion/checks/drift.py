"""Drift: what the talk so far and this message show together. It keeps no words; `SoFar` is all it reads of the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from companion.checks.phrases import ENGLISH, PhraseFloor
from companion.core.concern import Concern, Kind, Subject, Tier
from companion.core.ports import Heard
from companion.core.signal import Combination, DangerSignals
from companion.core.talk import SoFar

OFTEN = 3
"""Messages at tier 1 or above after which hopelessness is no passing word."""
HOPELESS_KINDS = frozenset({Kind.HOPELESS, Kind.BURDEN, Kind.WISH_TO_DIE})


class TalkDrift:
    """Hears combinations over several messages, hopelessness that comes back, and calm or partings after distress."""

    name = "drift"

    def __init__(self, languages: Sequence[DangerSignals]) -> None:
        self._combinations: Mapping[str, tuple[Combination, ...]] = {signals.language: signals.combinations for signals in languages}
        self._after: Mapping[str, Tier] = {signal.name: signal.after for signals in languages for signal in signals.later}
        self._floors = tuple(PhraseFloor(_as_if_at_once(signals)) for signals in languages if signals.later)

    def concerns(self, found: Sequence[Concern], heard: Heard, so_far: SoFar) -> Iterable[Concern]:
        """Return every concern that neither the message nor the talk before it shows alone. Costs the same in turn 2 and 200."""
        now = frozenset(concern.kind for concern in found if concern.tier and concern.subject is Subject.SELF)
        yield from self._together(now, heard.language or so_far.language or ENGLISH, so_far)
        yield from self._again(now, so_far)
        for floor in self._floors:
            for concern in floor.concerns(heard):
                after = self._after.get(concern.because)
                if after is not None and so_far.highest >= after:
                    yield concern.model_copy(update={"check": self.name})

    def _together(self, now: frozenset[Kind], language: str, so_far: SoFar) -> Iterable[Concern]:
        """Combinations of which one part was said now and another before; those within one message are the floor's."""
        for both in self._combinations.get(language, self._combinations.get(ENGLISH, ())):
            wanted = frozenset(both.all)
            if now & wanted and wanted - now and wanted <= now | so_far.seen_kinds:
                yield Concern(check=self.name, tier=both.tier, kind=both.kind, because=f"{both.name}, over several messages")

    def _again(self, now: frozenset[Kind], so_far: SoFar) -> Iterable[Concern]:
        if now & HOPELESS_KINDS and so_far.heavy_turns + 1 >= OFTEN and so_far.highest < Tier.CONCERN:
            kind = next(kind for kind in Kind if kind in now & HOPELESS_KINDS)
            yield Concern(check=self.name, tier=Tier.CONCERN, kind=kind, because="hopeless again and again")


def _as_if_at_once(signals: DangerSignals) -> DangerSignals:
    """Return the later signals alone, to be looked for in any message; whether they count is decided by what came before."""
    now = tuple(signal.model_copy(update={"after": Tier.ORDINARY}) for signal in signals.later)
    return signals.model_copy(update={"signals": now, "combinations": ()})
