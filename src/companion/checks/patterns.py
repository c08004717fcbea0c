"""The small pattern language of the signals files, compiled to regular expressions over normalised text.

    word        that word                     word*      a word that begins so
    (a|b c)     one of these                  [word]     may be missing
    {slot}      one of the slot's entries     ...        up to three words in between
    ....        up to eight words in between  ^ and $    the message's beginning and end

A pattern never crosses a full stop, a question mark or a line's end unless it holds `//`, which stands for one.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from companion.checks.normalise import EXPANSIONS
from companion.core.errors import NoteError

Slots = Mapping[str, tuple[str, ...]]

_BETWEEN = r"[^\w'.?!;\n]{1,4}"
_BETWEEN_ACROSS = r"[^\w']{1,6}"
_WORD = r"[\w']+"
_TOKEN = re.compile(r"\s*(\.{3,4}|//|\^|\$|\{[a-z_]+\}|\(|\)|\||\[|\]|[\w'*]+)")


def _entries(slot: str, slots: Slots) -> str:
    if slot not in slots:
        raise NoteError(f"pattern uses the slot {{{slot}}}, which nobody defined", mend="define it under [slots]")
    return "(?:" + "|".join(_sequence(entry, slots) for entry in slots[slot]) + ")"


def _piece(token: str, slots: Slots) -> str:
    """Return the expression of a single word or slot."""
    if token.startswith("{"):
        return _entries(token[1:-1], slots)
    if token in EXPANSIONS:
        return _sequence(EXPANSIONS[token], slots)
    return re.escape(token).replace(r"\*", r"[\w']*")


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str, slots: Slots) -> None:
        self.pattern, self.slots, self.at = pattern, slots, 0

    def token(self) -> str | None:
        if not self.pattern[self.at :].strip():
            return None
        match = _TOKEN.match(self.pattern, self.at)
        if match is None:
            raise NoteError(f"pattern cannot be read at {self.pattern[self.at :]!r}", where=self.pattern)
        self.at = match.end()
        return match.group(1)

    def sequence(self, closing: str = "") -> str:
        """Read up to `closing`. Each part carries the gap before it, so that a missing part leaves no gap behind."""
        branches: list[str] = []
        parts: list[str] = []
        gap = ""
        while (token := self.token()) not in (None, closing or None):
            assert token is not None
            if token == "|":
                branches.append("".join(parts))
                parts, gap = [], ""
            elif token.startswith(".."):
                words = 3 if token == "..." else 8
                gap = rf"(?:{_BETWEEN}{_WORD}){{0,{words}}}?{_BETWEEN}"
            elif token == "//":
                gap = r"[^\w']{1,4}"
            elif token in "^$":
                parts.append(r"\A\W*" if token == "^" else r"\W*\Z")
                gap = "" if token == "^" else gap
            elif token == "[":
                inner = self.sequence("]")
                parts.append(f"(?:{gap}(?:{inner}))?" if gap else f"(?:(?:{inner}){_BETWEEN})?")
            else:
                piece = f"(?:{self.sequence(')')})" if token == "(" else _piece(token, self.slots)
                parts.append(gap + piece)
                gap = _BETWEEN
        branches.append("".join(parts))
        return "|".join(branches)


def _sequence(pattern: str, slots: Slots) -> str:
    return _Reader(pattern, slots).sequence()


@lru_cache(maxsize=8192)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def compiled(patterns: Iterable[str], slots: Slots, *, across: bool = False) -> re.Pattern[str] | None:
    """Return one expression that finds any of `patterns`, or None when there are none. Raises NoteError.

    With `across`, the words of a pattern may stand in neighbouring sentences.
    """
    expressions = [_sequence(pattern, slots) for pattern in patterns]
    if not expressions:
        return None
    if across:
        expressions = [expression.replace(_BETWEEN, _BETWEEN_ACROSS) for expression in expressions]
    return _compiled(r"(?<![\w'])(?:" + "|".join(expressions) + r")(?![\w'])")


def stands(any_: re.Pattern[str], unless: re.Pattern[str] | None, text: str, from_: int = 0) -> bool:
    """Return whether a find that reaches past `from_` stands in `text` and no look-alike overlaps it."""
    asides = [match.span() for match in unless.finditer(text)] if unless else []
    return any(
        match.end() > from_ and not any(start < match.end() and match.start() < end for start, end in asides)
        for match in any_.finditer(text)
    )
