"""Echoes: a few of the person's own words, verbatim and marked as theirs, inside a sentence that people wrote. They can invent nothing.

Which words: the most telling short clause or phrase of what was just said; never an insult to oneself, never a word of danger.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from companion.core.ports import FixedWords
from companion.core.value import Value
from companion.knowledge.signals import as_value, read_toml

Kind = Literal["clause", "phrase", "word"]
ANY_MOOD = "any"
LONGEST_CLAUSE, LONGEST_PHRASE = 9, 6
MOST = 3
"""Echoes that are offered for one message."""
_CUT = re.compile(r"[.!?;:,\n()\u2026]+|\s(?:and|but|because|cos|cause|so|then|when|while|which|though|although|or|if)\s", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:ok|okay|so|well|like|just|and|but|honestly|tbh|lol|idk|anyway|yeah|no|oh|then|that|also|ngl|literally)\s+", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"^(?:i|i'm|im|i've|ive|i'd|he|he's|hes|she|she's|shes|they|they're|we|it|it's|its|there's|nobody|no one|noone|everyone|everybody|"
    r"(?:my|the|our|his|her) \w+|dad|mum|mom|nan|gran|grandad) \w+",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"^(?:for|in|at|on|after|since|without|before|from|all|not|no|every|half|my|the|our|a|one|two|three|\w+teen|\d+) ", re.IGNORECASE
)
_ASKING = re.compile(
    r"^(?:who|what|why|how|where|when|do|does|did|is|are|can|could|would|will|should|have|has)\b|\byou\b|\byour\b|\bu\b", re.IGNORECASE
)
_HARSH = re.compile(
    r"\b(?:stupid|useless|worthless|pathetic|idiot\w*|fail\w*|disgust\w*|fat|ugly|moron|loser|waste|burden|hate myself|dumb|weak|freak|"
    r"broken|monster|rubbish|crap|shit\w*|fuck\w*|bitch|die\w*|dying|dead|death|kill\w*|suicid\w*|hurt\w*|cut\w*|pills?|tablets?|end it|"
    r"gone|knife|drunk|blood|overdos\w*|harm\w*|hit|hits|beat\w*|rape\w*|\d{3,})\b",
    re.IGNORECASE,
)
_LAST_COUNTS = 0.5
"""What a later part of the message is worth beside an earlier one; people come to the point at the end."""


_TURNED = {
    "i": "you", "i'm": "you're", "im": "you're", "i've": "you've", "ive": "you've", "i'd": "you'd", "i'll": "you'll", "me": "you",
    "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "dont": "don't", "didnt": "didn't", "cant": "can't", "wont": "won't",
    "hes": "he's", "shes": "she's", "havent": "haven't", "isnt": "isn't", "wasnt": "wasn't", "couldnt": "couldn't", "doesnt": "doesn't",
    "thats": "that's", "theyre": "they're", "theres": "there's",
}  # fmt: skip
_HARD_TO_TURN = re.compile(r"\b(?:we|us|our|ours|was i|am i)\b", re.IGNORECASE)
"""Clauses that a list of words cannot turn rightly."""


class Frame(Value):
    """A sentence around somebody's words."""

    mood: str
    kind: Kind
    move: Literal["reflect", "ask", "celebrate"]
    text: str
    """Holds {echo} once."""


def read_frames(path: Path) -> tuple[Frame, ...]:
    """Return the frames of one language. Raises NoteError."""
    return tuple(as_value(Frame, table, f"{path}, frame {at}") for at, table in enumerate(read_toml(path).get("frame", []), start=1))


class EchoBook:
    """Offers echoes of a message."""

    def __init__(self, frames: Sequence[Frame], common: Collection[str]) -> None:
        self._frames, self._common = tuple(frames), frozenset(common)

    def offers(self, said: str, mood: str, used: frozenset[str], *, questions: bool) -> Sequence[FixedWords]:
        """Return up to MOST echoes, each in a frame that was not said yet; none for a message without words worth echoing."""
        found: list[FixedWords] = []
        taken = set(used)
        for kind, span in self.spans(said)[:MOST]:
            frame = self._frame(kind, span, mood, taken, questions)
            if frame is not None:
                taken.add(f"echo.{frame}")
                found.append(FixedWords(id=f"echo.{frame}", text=self._frames[frame].text.replace("{echo}", span)))
        return found

    def turned(self, said: str) -> FixedWords | None:
        """Return the most telling short clause turned to "you": "You shouted at them earlier." None where there is no such clause."""
        clause = next((span for kind, span in self.spans(said) if kind == "clause" and not _HARD_TO_TURN.search(span)), None)
        if clause is None:
            return None
        plain = re.sub(r"\bi was\b", "i were", clause.replace("\u2019", "'"), flags=re.IGNORECASE)
        words = " ".join(_TURNED.get(word.lower(), word) for word in plain.split())
        return FixedWords(id=f"echo.turned.{zlib.crc32(clause.encode())}", text=f"{words[0].upper()}{words[1:]}.")

    def spans(self, said: str) -> list[tuple[Kind, str]]:
        """Return the parts of a message that can be echoed, the most telling first."""
        parts = [part.strip(" \"'\u2018\u2019\u201c\u201d-*") for part in _CUT.split(said)]
        ranked: list[tuple[float, Kind, str]] = []
        for at, part in enumerate(parts):
            span = _LEAD.sub("", part)
            kind = _kind(span)
            if kind and not _HARSH.search(span) and not _ASKING.search(span):
                ranked.append((self._telling(span) + _LAST_COUNTS * at / len(parts) + (kind == "clause"), kind, span))
        ranked.sort(key=lambda found: -found[0])
        return [(kind, span) for _, kind, span in ranked]

    def _telling(self, span: str) -> float:
        words = re.findall(r"[a-z']+", span.lower())
        return sum(len(word) > 3 for word in words) / 3 + sum(word not in self._common for word in words) / 4

    def _frame(self, kind: Kind, span: str, mood: str, taken: set[str], questions: bool) -> int | None:
        """Return a frame for `span`: of the mood where there is one, another for other words, the same for the same."""
        fitting = [
            at
            for at, frame in enumerate(self._frames)
            if frame.kind == kind and frame.mood in (mood, ANY_MOOD) and (questions or frame.move != "ask") and f"echo.{at}" not in taken
        ]
        own = [at for at in fitting if self._frames[at].mood == mood] or fitting
        return own[zlib.crc32(span.encode()) % len(own)] if own else None


def _kind(span: str) -> Kind | None:
    words = span.split()
    if _SUBJECT.match(span) and 3 <= len(words) <= LONGEST_CLAUSE:
        return "clause"
    if 2 <= len(words) <= LONGEST_PHRASE and _PHRASE.match(span):
        return "phrase"
    return None
