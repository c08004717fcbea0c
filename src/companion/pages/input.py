"""Looks at what was typed before it becomes a turn: empty, endless, unreadable. Anything else is a message."""

from __future__ import annotations

import unicodedata

from companion.core.message import LONGEST_MESSAGE

LEAST_READABLE = 0.3
"""Share of letters, digits, signs people write and emoji under which a message counts as unreadable."""


def tidy(typed: object) -> str:
    """Return what was typed as text without control characters; emoji, every script and line ends stay."""
    text = typed if isinstance(typed, str) else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c == "\n" or not unicodedata.category(c).startswith("C") or c in "\u200d\ufe0f").strip()


def objection(text: str) -> str | None:
    """Return the key of the fixed words that answer `text` instead of a turn, or None when it is a message."""
    if not text:
        return "input.empty"
    if len(text) > LONGEST_MESSAGE:
        return "input.too_long"
    readable = sum(unicodedata.category(c)[0] in "LNPSZM" and c != "\ufffd" for c in text)
    return "input.unreadable" if readable / len(text) < LEAST_READABLE else None
