"""Tells which language a message is written in, when that is sure. Uses py3langid; knows nothing of danger."""

from __future__ import annotations

import re
from typing import Any

KNOWN = (
    "ar", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "id", "it",
    "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
"""Languages told apart. Fewer would send an Italian message to Spanish; more would make short messages unsure."""
SURE = 0.9
"""Least share of the likelihood; found on messages of three to five words in the languages above."""
LEAST_LETTERS = 12
"""Letters under which a message in the Latin script is too short to tell."""
READ = 2000
"""Characters that are looked at."""
LEAST_WORDS = 3
ROMANISED_HINDI = re.compile(
    r"\b(?:hai|hain|hoon|hun|nahi|nahin|mujhe|mujhse|kya|kyun|kyu|bahut|bohot|mera|meri|mere|raha|rahi|rahe|tha|thi|kuch|koi|"
    r"zindagi|jeena|marna|karna|chahta|chahti|lagta|lagti|apne|aur|yaar|accha|acha|theek|matlab|sab|abhi|ghar)\b"
)
"""Words of Hindi as typed in Latin letters; LEAST_WORDS of them tell it from everything else."""
_ENGLISH = re.compile(
    r"\b(?:the|i|and|you|my|it|that|don't|have|this|just|what|with|feel|be|can|will|want|but|they|like|she|am|at|of|your)\b"
)
"""Words of English; the share of them tells English that is too short or too crooked to be told otherwise."""
MOSTLY = 0.4
"""Share of English words from which a message is English, whatever else its letters look like."""
_LETTERS = re.compile(r"[^\W\d_]")


class Tongue:
    """Loaded on the first question, since most of its cost is loading."""

    def __init__(self) -> None:
        self._identifier: Any = None

    def language(self, said: str, plain: str) -> str | None:
        """Return the ISO 639-1 code of the language that a message is surely written in, or None.

        The message as it was said tells most, since accents differ; `plain`, where tricks are undone, tells English in disguise.
        """
        text = said[:READ].lower()
        letters = _LETTERS.findall(plain[:READ])
        latin = sum(letter.isascii() for letter in letters) > len(letters) / 2
        if not letters or (latin and len(letters) < LEAST_LETTERS):
            return None
        if latin and len(ROMANISED_HINDI.findall(plain[:READ])) >= LEAST_WORDS:
            return "hi"
        code, likelihood = self._load().rank(text)[0]
        if likelihood >= SURE and code == "en":
            return "en"
        words = len(plain[:READ].split())
        if latin and words and len(_ENGLISH.findall(plain[:READ])) >= max(2, MOSTLY * words):
            return "en"
        return str(code) if likelihood >= SURE else None

    def _load(self) -> Any:
        if self._identifier is None:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            self._identifier.set_languages(KNOWN)
        return self._identifier
