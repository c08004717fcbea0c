"""The small pattern language of the signals files, compiled to regular expressions over normalised text.

    word        that word                     word*      a word that begins so
    (a|b c)     one of these                  [word]     may be missing
    {slot}      one of the slot's entries     ...        up to three words in between
    ....        up to eight words in between  ^ and $    the message's beginning and end

A pattern never crosses a full stop, a question mark or a line's end unless it holds `//`, which stands for one. It is folded
like a message, so accents and short forms may be written as they are. In a language written without spaces a word is any run
of characters, words stand side by side, and the gaps are of six and sixteen characters.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from companion.checks.normalise import folded, spelled_out
from companion.core.errors import NoteError

Slots = Mapping[str, tuple[str, ...]]

_TOKEN = re.compile(r"\s*(\.{3,4}|//|\^|\$|\{[a-z_]+\}|\(|\)|\||\[|\]|[\w'*]+)")


@dataclass(frozen=True)
class Writing:
    """How the words of a language stand beside each other, as pieces of regular expressions."""

    between: str
    """What separates two words of one sentence."""
    across: str
    """What separates two words when a sentence may end between them."""
    few: str
    """`...`"""
    more: str
    """`....`"""
    begin: str
    """Where a find may begin: not inside a word; after a one-letter elision ("l'envie") it may."""
    end: str


_BETWEEN = r"[^\w'.?!;\n]{1,4}"
_GAP = rf"(?:{_BETWEEN}[\w']+){{0,%d}}?{_BETWEEN}"
SPACED = Writing(_BETWEEN, r"[^\w']{1,6}", _GAP % 3, _GAP % 8, r"(?<!\w)(?<!\w\w')", r"(?!'?\w)")
UNSPACED = Writing(r"[^\w.?!;\n]{0,2}", r"[^\w]{0,3}", r"[^.?!;\n]{0,6}?", r"[^.?!;\n]{0,16}?", "", "")


class Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str, slots: Slots, writing: Writing) -> None:
        self.pattern, self.slots, self.writing, self.at = folded(pattern), slots, writing, 0

    def token(self) -> str | None:
        """Return the next token, or None at the end. Raises NoteError for what is none."""
        if not self.pattern[self.at :].strip():
            return None
        match = _TOKEN.match(self.pattern, self.at)
        if match is None:
            raise NoteError(f"pattern cannot be read at {self.pattern[self.at :]!r}", where=self.pattern)
        self.at = match.end()
        return match.group(1)

    def sequence(self, closing: str = "") -> str:
        """Read up to `closing`. Each part carries the gap before it, so that a missing part leaves no gap behind."""
        between = self.writing.between
        branches: list[str] = []
        parts: list[str] = []
        gap = ""
        while (token := self.token()) not in (None, closing or None):
            assert token is not None
            if token == "|":
                branches.append("".join(parts))
                parts, gap = [], ""
            elif token.startswith(".."):
                gap = self.writing.few if token == "..." else self.writing.more
            elif token == "//":
                gap = r"[^\w']{1,4}"
            elif token in "^$":
                parts.append(r"\A\W*" if token == "^" else r"\W*\Z")
                gap = "" if token == "^" else gap
            elif token == "[":
                inner = self.sequence("]")
                parts.append(f"(?:{gap}(?:{inner}))?" if gap else f"(?:(?:{inner}){between})?")
            else:
                piece = f"(?:{self.sequence(')')})" if token == "(" else self.piece(token)
                parts.append(gap + piece)
                gap = between
        branches.append("".join(parts))
        return "|".join(branches)

    def piece(self, token: str) -> str:
        """Return the expression of a single word or slot."""
        if token.startswith("{"):
            return self.entries(token[1:-1])
        whole = spelled_out(token)
        if " " in whole:
            return self.inner(whole)
        return re.escape(whole).replace(r"\*", r"[\w']*").replace("'", "'?")

    def entries(self, slot: str) -> str:
        """Return the expression of any of a slot's entries. Raises NoteError for a slot that nobody defined."""
        if slot not in self.slots:
            raise NoteError(f"pattern uses the slot {{{slot}}}, which nobody defined", mend="define it under [slots]")
        return "(?:" + "|".join(self.inner(entry) for entry in self.slots[slot]) + ")"

    def inner(self, pattern: str) -> str:
        """Return the expression of a pattern within this one."""
        return Reader(pattern, self.slots, self.writing).sequence()


@lru_cache(maxsize=8192)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def compiled(patterns: Iterable[str], slots: Slots, *, across: bool = False, writing: Writing = SPACED) -> re.Pattern[str] | None:
    """Return one expression that finds any of `patterns`, or None when there are none. Raises NoteError.

    With `across`, the words of a pattern may stand in neighbouring sentences.
    """
    expressions = [Reader(pattern, slots, writing).sequence() for pattern in patterns]
    if not expressions:
        return None
    if across:
        expressions = [expression.replace(writing.between, writing.across) for expression in expressions]
    return _compiled(f"{writing.begin}(?:" + "|".join(expressions) + f"){writing.end}")


def stands(any_: re.Pattern[str], unless: re.Pattern[str] | None, text: str, from_: int = 0) -> bool:
    """Return whether a find that reaches past `from_` stands in `text` and no look-alike overlaps it."""
    asides = [match.span() for match in unless.finditer(text)] if unless else []
    return any(
        match.end() > from_ and not any(start < match.end() and match.start() < end for start, end in asides)
        for match in any_.finditer(text)
    )
