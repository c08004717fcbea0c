"""Reads a line of a note for what notes must not say. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Iterator

from companion.checks.normalise import plain
from companion.checks.patterns import compiled, stands
from companion.core.signal import LintRule, RuleSet


class Wording:
    """The lint rules of one language."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = [
            (rule, any_, compiled(rule.unless, rules.slots)) for rule in rules.lints if (any_ := compiled(rule.any, rules.slots))
        ]

    def faults(self, line: str, *, ending: bool = False) -> Iterator[LintRule]:
        """Yield each rule that `line` breaks; rules about endings only for an ending."""
        text = plain(line)
        for rule, any_, unless in self._rules:
            if rule.ending == ending and stands(any_, unless, text):
                yield rule
