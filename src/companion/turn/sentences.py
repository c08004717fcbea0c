"""Cuts a stream of pieces into whole sentences. Knows nothing of what they say."""

import re
from collections.abc import Iterable, Iterator

_END = re.compile(r"(?:[.!?\u2026\u3002\uff01\uff1f\u061f\u0964]+[\"')\]\u201d\u2019]*(?=\s)|\n+)")
_NOT_AN_END = re.compile(r"(?:\b(?:dr|mr|mrs|ms|st|vs|etc|e\.g|i\.e|prof|approx)\.|\b[A-Za-z]\.|\d\.)$", re.IGNORECASE)
LONGEST_SENTENCE = 600
"""Characters after which a sentence without an end is cut, so that a model that never stops is still read."""


def sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Yield each sentence once it is whole, trimmed; the last when the stream ends."""
    held = ""
    for piece in pieces:
        held += piece
        while (cut := _cut(held)) is not None:
            sentence, held = held[:cut].strip(), held[cut:]
            if sentence:
                yield sentence
    if held.strip():
        yield held.strip()


def _cut(held: str) -> int | None:
    """Return where the first whole sentence of `held` ends, or None while it may still go on."""
    for match in _END.finditer(held):
        if not _NOT_AN_END.search(held[: match.end()].rstrip("\"')]")) or "\n" in match.group(0):
            return match.end()
    return LONGEST_SENTENCE if len(held) > LONGEST_SENTENCE else None
