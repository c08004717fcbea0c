"""Helplines, as data: what is known about a line, how well it is known, and how to say so."""

from typing import Literal

from companion.core.value import Value

Checked = Literal["verified-in-text", "general-knowledge"]


class Line(Value):
    """One helpline or directory, with its evidence. Every contact the project shows comes from one of these."""

    id: str
    name: str
    region: str
    kind: str
    audiences: tuple[str, ...]
    phone: str | None = None
    text: str | None = None
    chat_url: str | None = None
    website: str | None = None
    hours: str
    hours_checked: Checked
    languages: tuple[str, ...]
    emergency_number: str
    source: tuple[str, ...]
    checked: Checked
    evidence: str
    notes: str | None = None
    police: Literal["never unasked"] | None = None
    """What the line says about sending police or rescue without the caller asking; None where nothing was read."""

    @property
    def confirmed(self) -> bool:
        """Whether the contact was seen in a text; one that was not is never shown without saying so."""
        return self.checked == "verified-in-text"

    @property
    def always_open(self) -> bool:
        """Whether the line says it is open day and night, and that was seen in a text."""
        return self.hours.startswith("24/7") and "check" not in self.hours and self.hours_checked == "verified-in-text"

    def contacts(self) -> tuple[str, ...]:
        """Return every number, code and address of this line as it stands in the data."""
        return tuple(c for c in (self.phone, self.text, self.chat_url, self.website, self.emergency_number) if c)


class Need(Value):
    """What ways to people are wanted for."""

    region: str
    audiences: tuple[str, ...] = ()
    """Whom the first lines should be for, by the data's names."""
    language: str = "en"
    minor: bool = False
    """Whether the person is under eighteen: lines for young people come first."""
    without_police: bool = False
    """Whether a route that sends nobody unasked should be among them: wherever life is not in immediate danger."""
    most: int = 4


class Ways(Value):
    """Lines to offer, best first, and which of them are known to be open or closed at this moment."""

    lines: tuple[Line, ...]
    open_now: frozenset[str] = frozenset()
    """Ids of lines that are open now by hours that were checked."""
    closed_now: frozenset[str] = frozenset()


class RetiredLine(Value):
    """A number that must not be shown again, and what replaced it."""

    id: str
    name: str
    region: str
    number: str
    status: str
    checked: Checked
    replace_with: str
