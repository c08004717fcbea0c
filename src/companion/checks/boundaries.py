"""Recognises, by phrase and by meaning, what fixed words answer better than a model."""

from collections.abc import Sequence

from companion.checks.patterns import compiled, stands
from companion.core.ports import Boundaries, Heard
from companion.core.signal import RuleSet


class PhraseBoundaries:
    """The boundaries of one language. Where several match, the one written first in the file wins."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = [
            (rule.boundary, any_, compiled(rule.unless, rules.slots))
            for rule in rules.boundaries
            if (any_ := compiled(rule.any, rules.slots))
        ]

    def boundary(self, heard: Heard) -> str | None:
        """Return the boundary's name, or None."""
        for name, any_, unless in self._rules:
            if stands(any_, unless, heard.plain):
                return name
        return None


class BoundariesByMeaning:
    """Names the boundary that the trained layer finds likeliest. Silent without the layer, and under the threshold."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def boundary(self, heard: Heard) -> str | None:
        """Return the boundary's name, or None."""
        chances = heard.odds.boundaries if heard.odds else {}
        name = max(chances, key=lambda key: chances[key], default=None)
        return name if name is not None and chances[name] >= self._threshold else None


class FirstBoundary:
    """Asks each in turn; the first that names one is believed."""

    def __init__(self, each: Sequence[Boundaries]) -> None:
        self._each = tuple(each)

    def boundary(self, heard: Heard) -> str | None:
        """Return the boundary's name, or None."""
        return next((name for one in self._each if (name := one.boundary(heard)) is not None), None)
