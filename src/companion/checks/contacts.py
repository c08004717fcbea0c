"""Lets no number, link or address through that is not in the data. Knows the data's contacts and nothing else."""

import re
from collections.abc import Iterable

from companion.core.line import Line
from companion.core.ports import Draft, Objection

_RUN = re.compile(r"(?<![\w])\+?\(?\d[\d\s().\-/\u2010-\u2015]*\d|\d{3,}")
_DIGIT_WORDS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_SPELLED = re.compile(rf"\b(?:{'|'.join(_DIGIT_WORDS)})(?:[\s,-]+(?:{'|'.join(_DIGIT_WORDS)})){{2,}}\b", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|uk|us|ca|au|ie|io|gov|edu|help|chat|app|eu|de|fr|es|me|co)\b\S*|\S+@\S+",
    re.IGNORECASE,
)
FEWEST_DIGITS = 3
"""A run of fewer digits is an hour, an age or a count."""


def digits(text: str) -> str:
    """Return only the digits of `text`."""
    return re.sub(r"\D", "", text)


class Contacts:
    """The contacts that may be shown: those of the given lines."""

    name = "contacts"

    def __init__(self, lines: Iterable[Line]) -> None:
        texts = [contact for line in lines for contact in line.contacts()]
        numbers = {digits(run.group(0)) for text in texts for run in _RUN.finditer(text)} | {digits(text) for text in texts}
        self._numbers = frozenset(number for number in numbers if len(number) >= FEWEST_DIGITS)
        self._hosts = frozenset(_host(match.group(0)) for text in texts for match in _LINK.finditer(text))

    def objections(self, sentence: str, draft: Draft) -> Iterable[Objection]:
        """Return an objection for each number or link that neither the data has nor the person wrote."""
        said = digits(" ".join(draft.said))
        spelled = _SPELLED.sub(lambda m: "".join(_DIGIT_WORDS[w.lower()] for w in re.findall(r"[A-Za-z]+", m.group(0))), sentence)
        links = [match.group(0) for match in _LINK.finditer(spelled)]
        runs = [match.group(0) for match in _RUN.finditer(_LINK.sub(" ", spelled))]
        found = [self._unknown("a link") for link in links if _host(link) not in self._hosts]
        found += [self._unknown("a number") for run in runs if not self._known(run, said)]
        return found

    def _known(self, run: str, said: str) -> bool:
        number = digits(run)
        if len(number) < FEWEST_DIGITS or _YEAR.fullmatch(run.strip()) or number in self._numbers or number in said:
            return True
        parts = [digits(part) for part in re.split(r"[^\d]+", run) if part]
        return bool(re.fullmatch(r"\d{1,2}[:.]\d\d", run.strip())) or (all(len(part) < FEWEST_DIGITS for part in parts) and len(parts) <= 2)

    def _unknown(self, what: str) -> Objection:
        return Objection(check=self.name, kind="contact", because=f"{what} that is not in the data")


def _host(link: str) -> str:
    """Return the host of a link, without `www.`; an e-mail address stays whole, so that it is never a host of ours."""
    if "@" in link:
        return link.lower()
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link.lower()).split("/")[0].rstrip(".,;:!?)\"'")
