"""Events to HTML. Everything that came from a person, a model or a note is escaped; no text is ever taken as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from nh3 import clean

from companion.core.events import (
    Event,
    Finished,
    HandoffChanged,
    Offered,
    Quoted,
    Retrieved,
    Routed,
    Said,
    Screened,
    Stumbled,
    Withheld,
)
from companion.core.line import Line
from companion.core.note import Note
from companion.core.ports import Words
from companion.pages.talks import Exchange

SHOWN_AT_ONCE = 2
"""Lines that a card shows before it is unfolded; more than two is a list, and a list is not read in danger."""
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(["image", "link", "autolink", "html_inline", "html_block"])
_TAGS = {"p", "h2", "h3", "ol", "ul", "li", "em", "strong", "br", "blockquote"}
_SAFE_NUMBER = re.compile(r"^[\d\s+().-]+$")
_CODE_TO = re.compile(r"^(?P<code>.+?) to (?P<number>[\d\s-]+)$")


class Renderer:
    """Turns events into the page's HTML, with the words of one language; cards speak the language of the talk."""

    def __init__(self, words: Words, cards: Mapping[str, Words] | None = None) -> None:
        self._words, self._cards = words, cards or {}

    def word(self, key: str) -> str:
        """Return one of the page's own words."""
        return self._words.say(f"page.{key}", frozenset()).text

    def card_word(self, key: str, language: str) -> str:
        """Return one of the words of a card with ways to people, in the language of the talk where there is one."""
        book = self._cards.get(language)
        return book.say(f"page.{key}", frozenset()).text if book and book.has(f"page.{key}") else self.word(key)

    def talk(self, exchanges: Iterable[Exchange]) -> str:
        """Return the finished part of a talk."""
        turns = "".join(self.exchange(exchange) for exchange in exchanges)
        return f'<div role="log" aria-live="off" aria-label="{escape(self.word("log"))}">{turns}</div>' if turns else ""

    def exchange(self, exchange: Exchange, *, working: bool = False) -> str:
        """Return one message and what came of it; with `working`, a quiet line that says that more is coming."""
        own = Markup('<div class="own"><span class="who">{}</span><p dir="auto">{}</p></div>').format(
            self.word("you"), _lines(exchange.said)
        )
        parts = [self._blocks(exchange.events)]
        if working:
            parts.append(Markup('<p class="working">{}</p>').format(self.word("working")))
        return str(Markup('<section class="turn">{}{}</section>').format(own if exchange.said else "", Markup("").join(parts)))

    def _blocks(self, events: Sequence[Event]) -> Markup:
        blocks: list[Markup] = []
        spoken: list[str] = []
        for event in events:
            if isinstance(event, Said):
                spoken.append(event.text)
                continue
            block = self._block(event)
            if block:
                blocks += [self._bubble(spoken), block] if spoken else [block]
                spoken = []
        return Markup("").join([*blocks, self._bubble(spoken)] if spoken else blocks)

    def _bubble(self, spoken: Sequence[str]) -> Markup:
        paragraphs = Markup("").join(Markup('<p dir="auto">{}</p>').format(_lines(text)) for text in _paragraphs(spoken))
        return Markup('<div class="machine"><span class="who">{}</span><div class="spoken">{}</div></div>').format(
            self.word("machine"), paragraphs
        )

    def _block(self, event: Event) -> Markup | None:
        """Return what an event other than `Said` shows, or None."""
        match event:
            case Quoted():
                return self.card(event)
            case Offered(quiet=quiet):
                return None if quiet else self.lines(event)
            case Said() | Screened() | Routed() | Retrieved() | HandoffChanged() | Withheld() | Finished() | Stumbled():
                return None
            case _:
                assert_never(event)

    def card(self, quote: Quoted) -> Markup:
        """Return a story's or practice's card, with its credit wherever it is shown."""
        why = f"{self.word('because')} \u201c{quote.because}\u201d" if quote.because else self.word("because_near")
        notes = (
            Markup('<p class="contains">{} {}</p>').format(self.word("contains"), ", ".join(quote.content_notes))
            if quote.content_notes
            else ""
        )
        button = self.word("whole_story" if quote.note_kind == "story" else "whole_practice")
        return Markup(
            '<article class="story" data-kind="{}"><p class="credit">{}</p><h3>{}</h3>{}<blockquote>{}</blockquote>'
            '<p class="why">{}</p><button type="button" data-open="{}">{}</button></article>'
        ).format(quote.note_kind, quote.credit, quote.title, notes, quote.text, why, quote.note, button)

    def lines(self, offered: Offered) -> Markup:
        """Return the card with ways to people: emergency number where it belongs, then the lines, hours beside each."""
        language = offered.language
        title = self.card_word("lines_urgent" if offered.urgent else "lines", language)
        emergency = ""
        if offered.emergency:
            label = self.card_word("emergency", language)
            emergency = Markup('<p class="emergency"><span>{}</span> {}</p>').format(label, _dial(offered.emergency))
        first, more = offered.lines[:SHOWN_AT_ONCE], offered.lines[SHOWN_AT_ONCE:]
        items = Markup("<ul>{}</ul>").format(Markup("").join(self.line(line, offered) for line in first))
        if more:
            rest = Markup("").join(self.line(line, offered) for line in more)
            summary = self.card_word("more_lines", language)
            items += Markup("<details><summary>{}</summary><ul>{}</ul></details>").format(summary, rest)
        kind = "care urgent" if offered.urgent else "care"
        return Markup('<section class="{}" aria-label="{}" dir="auto"><h3>{}</h3>{}{}</section>').format(
            kind, title, title, emergency, items
        )

    def line(self, line: Line, offered: Offered) -> Markup:
        """Return one line with its contacts, its hours, whether it is open, and how well it is known."""
        language = offered.language
        ways: list[Markup] = []
        if line.phone:
            ways.append(Markup("<span>{} {}</span>").format(self.card_word("call", language), _dial(line.phone)))
        if line.text:
            ways.append(Markup("<span>{} {}</span>").format(self.card_word("text", language), _text(line.text)))
        for key, address in (("chat", line.chat_url), ("site", line.website)):
            if address and address.startswith("https://") and (key == "chat" or not ways):
                label = self.card_word(key, language)
                ways.append(Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(address, label))
        return Markup('<li data-line="{}"><strong>{}</strong><span class="hours">{}</span><span class="ways">{}</span></li>').format(
            line.id, line.name, self._hours(line, offered), Markup(" ").join(ways)
        )

    def _hours(self, line: Line, offered: Offered) -> Markup:
        language = offered.language
        doubts = [] if line.confirmed else [self.card_word("unconfirmed", language)]
        if line.confirmed and (line.hours_checked != "verified-in-text" or "check" in line.hours):
            doubts.append(self.card_word("hours_unconfirmed", language))
        hours = self.card_word("always_open", language) if line.always_open else line.hours.replace(" (check)", "")
        now = ""
        if not line.always_open and line.id in offered.open_now | offered.closed_now:
            state = "open_now" if line.id in offered.open_now else "closed_now"
            now = Markup(' <span class="{}">{}</span>').format(state, self.card_word(state, language))
        doubt = Markup(' <span class="doubt">({})</span>').format("; ".join(doubts)) if doubts else ""
        return Markup("{}{}{}").format(hours, now, doubt)

    def note(self, note: Note) -> str:
        """Return a whole note for the sheet: its credit first, its text as plain prose."""
        body = Markup(clean(_MARKDOWN.render(note.body), tags=_TAGS, attributes={}))  # noqa: S704 - cleaned by nh3
        contains = ""
        if note.content_notes:
            contains = Markup('<p class="contains">{} {}</p>').format(self.word("contains"), ", ".join(note.content_notes))
        return str(
            Markup('<p class="credit">{}</p><h2>{}</h2>{}<div class="prose">{}</div>').format(note.credit, note.title, contains, body)
        )


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _paragraphs(spoken: Sequence[str]) -> list[str]:
    """Return sentences of one voice as one paragraph; longer fixed words stand alone."""
    paragraphs: list[str] = []
    for text in spoken:
        if paragraphs and len(paragraphs[-1]) + len(text) < 220:
            paragraphs[-1] = f"{paragraphs[-1]} {text}"
        else:
            paragraphs.append(text)
    return paragraphs


def _dial(number: str) -> Markup:
    """Return a number to touch; one that holds words dials its first part."""
    head = number.split("(")[0].split(",")[0].split(" or ")[0].strip()
    if _SAFE_NUMBER.fullmatch(head) and any(character.isdigit() for character in head):
        return Markup('<a href="tel:{}">{}</a>').format(re.sub(r"[^\d+]", "", head), number)
    return Markup("<b>{}</b>").format(number)


def _text(number: str) -> Markup:
    """Return a way to text; "WORD to NUMBER" opens a message to that number with that word."""
    match = _CODE_TO.match(number.split("(")[0].strip())
    if match:
        digits = re.sub(r"\D", "", match["number"])
        return Markup('<a href="sms:{}?&amp;body={}">{}</a>').format(digits, match["code"], number)
    if _SAFE_NUMBER.fullmatch(number):
        return Markup('<a href="sms:{}">{}</a>').format(re.sub(r"[^\d+]", "", number), number)
    return Markup("<b>{}</b>").format(number)
