"""Reads a sentence for what the companion must never say. Knows nothing of who wrote it, a model or an attacker."""

import re
from collections.abc import Iterable

from companion.checks.normalise import plain
from companion.checks.patterns import compiled, stands
from companion.core.ports import Draft, Objection
from companion.core.signal import GuardSignal, RuleSet

_STOP = re.compile(r"[.?!;\n]+")


class Claims:
    """The guard's phrase rules of one language. A claim cut in two by a full stop is read across it."""

    name = "claims"

    def __init__(self, rules: RuleSet) -> None:
        self._rules = [
            (rule, any_, compiled(rule.unless, rules.slots)) for rule in rules.guards if (any_ := compiled(rule.any, rules.slots))
        ]

    def objections(self, sentence: str, draft: Draft) -> Iterable[Objection]:
        """Return one objection for each rule that the sentence breaks, alone or together with what came before it."""
        now = plain(sentence)
        before = _STOP.sub(" ", plain(draft.cleared)[-400:])
        joined = f"{before} {_STOP.sub(' ', now)}"
        found: list[Objection] = []
        for rule, any_, unless in self._rules:
            if stands(any_, unless, now) or (before and stands(any_, unless, joined, from_=len(before))):
                found.append(self._objection(rule))
        return found

    def _objection(self, rule: GuardSignal) -> Objection:
        return Objection(check=self.name, kind=rule.kind, because=rule.name)
