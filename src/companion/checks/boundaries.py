"""Recognises, by phrase, what fixed words answer better than a model."""

from companion.checks.patterns import compiled, stands
from companion.core.ports import Heard
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
