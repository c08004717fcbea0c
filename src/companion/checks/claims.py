"""Reads a sentence for what the companion must never say. Knows nothing of who wrote it, a model or an attacker."""

import re
from collections.abc import Iterable

from companion.checks.normalise import plain
from companion.checks.patterns import compiled
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
            if _stands(any_, unless, now) or (before and _stands(any_, unless, joined, from_=len(before))):
                found.append(self._objection(rule))
        return found

    def _objection(self, rule: GuardSignal) -> Objection:
        return Objection(check=self.name, kind=rule.kind, because=rule.name)


def _stands(any_: re.Pattern[str], unless: re.Pattern[str] | None, text: str, from_: int = 0) -> bool:
    """Return whether a find that reaches past `from_` stands in `text` and no look-alike overlaps it."""
    asides = [match.span() for match in unless.finditer(text)] if unless else []
    return any(
        match.end() > from_ and not any(start < match.end() and match.start() < end for start, end in asides)
        for match in any_.finditer(text)
    )
