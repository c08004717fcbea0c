"""The chat page: notice, talk, cards. What is shown is made on the server; nothing that a browser sends back is believed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import gradio as gr
from markupsafe import Markup

from companion.app import Companion
from companion.core.events import Event, Finished, Offered, Said
from companion.core.line import Line
from companion.core.message import Style
from companion.pages.input import objection, tidy
from companion.pages.notices import due
from companion.pages.render import Renderer
from companion.pages.talks import Exchange, Talk, Talks
from companion.settings import Settings

MOST_CHOICES = 4
"""Answers that can be given with one touch."""
PATIENCE = 12.0
"""Seconds that a first message waits for stories and voice to load; danger is heard without waiting."""
BETWEEN_UPDATES = 0.05
"""Seconds between two updates of a page, so that a fast model does not flood it."""


@dataclass(frozen=True)
class Look:
    """What the page shows after a step, in the order of its outputs."""

    past: Any = None
    now: Any = None
    care: Any = None
    box: Any = None
    busy: bool | None = None
    choices: tuple[str, ...] | None = None
    openings: bool | None = None

    def updates(self) -> list[Any]:
        """Return one Gradio update for each output; what is None stays as it is."""
        choices = [gr.skip()] * MOST_CHOICES
        if self.choices is not None:
            shown = self.choices[:MOST_CHOICES]
            choices = [gr.update(value=shown[at] if at < len(shown) else "", visible=at < len(shown)) for at in range(MOST_CHOICES)]
        send = gr.skip() if self.busy is None else gr.update(visible=not self.busy)
        stop = gr.skip() if self.busy is None else gr.update(visible=self.busy)
        openings = gr.skip() if self.openings is None else gr.update(visible=self.openings)
        values = [gr.skip() if value is None else value for value in (self.past, self.now, self.care, self.box)]
        return [*values, send, stop, openings, *choices]


class ChatPage:
    """Builds the page and answers its events."""

    def __init__(self, companion: Companion, settings: Settings, regions: dict[str, str]) -> None:
        self.companion, self.settings, self.regions = companion, settings, regions
        self.render = Renderer(companion.kit.words, {language: speech.words for language, speech in companion.kit.speech.items()})
        self.now: Callable[[], datetime] = datetime.now
        self.talks = Talks(most=settings.talks, idle_seconds=settings.idle_minutes * 60)

    # What happens

    def arrive(self, request: gr.Request) -> tuple[str, Any, str, str]:
        """Return a fresh talk's id, the region guessed for it, the notice's lines and the status."""
        region = self.guess(request.headers.get("accept-language", "") if request else "")
        talk_id = self.talks.open(region, str(request.session_hash) if request else "")
        return talk_id, gr.update(value=region), self.first_lines(region), self.status()

    def depart(self, request: gr.Request) -> None:
        """Wipe the talk as soon as its page is closed."""
        self.talks.end(str(request.session_hash))

    def guess(self, languages: str) -> str:
        """Return the region that a browser's languages name, when there are lines for it; else the program's own."""
        for part in languages.split(","):
            code = part.split(";")[0].strip().replace("_", "-").split("-")[-1].upper()
            if len(code) == 2 and "-" in part and code in self.regions:
                return code
        return self.settings.region

    def choose_region(self, talk_id: str, region: str) -> str:
        """Remember the region and return the notice's lines for it."""
        talk = self.talks.get(talk_id)
        known = region if region in self.regions or region == "001" else self.settings.region
        if talk:
            talk.region = known
        return self.first_lines(known)

    def choose_style(self, talk_id: str, style: str) -> None:
        """Remember the kind of company."""
        talk = self.talks.get(talk_id)
        if talk and style in set(Style):
            talk.style = Style(style)
            talk.so_far = talk.so_far.model_copy(update={"only_listen": False})

    def begin(self, talk_id: str, region: str) -> tuple[Any, Any]:
        """Leave the notice and show the talk. The region is the one shown beside the button."""
        self.choose_region(talk_id, region)
        talk = self.talks.get(talk_id)
        if talk:
            talk.started, talk.noticed = True, self.now()
            self.companion.kit.counts.count("notice.software")
        return gr.update(visible=False), gr.update(visible=True)

    def status(self) -> str:
        """Return the calm line at the top: what works, and who is on."""
        ready = self.companion.readiness()
        if "loading" in ready.values():
            text = self.render.word("waking")
        elif ready["stories"] == "missing":
            text = self.render.word("stories_missing")
        elif ready["voice"] == "missing":
            text = self.render.word("voice_missing")
        else:
            text = self.render.word("listening")
        return str(Markup('<p class="status">{} {}</p>').format(text, self.companion.kit.people.on_duty()))

    def wake(self) -> tuple[str, Any]:
        """Return the status, and stop asking once everything is loaded."""
        loading = "loading" in self.companion.readiness().values()
        return self.status(), gr.update(active=loading)

    def send(self, typed: object, talk_id: str) -> Generator[list[Any], None, None]:
        """Take one message: show it at once, then each cleared block as it comes."""
        talk = self.talks.get(talk_id)
        if talk is None:
            yield Look(now=self._notice("expired"), box="", busy=False, choices=()).updates()
            return
        text = tidy(typed)
        refusal = objection(text)
        if refusal:
            yield from self._refused(talk, refusal, text)
            return
        exchange = Exchange(said=text)
        shown = self.render.exchange(exchange, working=True)
        yield Look(now=shown, box="", busy=True, choices=(), openings=False).updates()
        self._wait_if_calm(talk, text)
        events = self.companion.take(talk.turn(text))
        yield from self._follow(talk, exchange, chain(self._reminder(talk), events))

    def person(self, talk_id: str) -> Generator[list[Any], None, None]:
        """Answer the button: who is on, and lines."""
        talk = self.talks.get(talk_id)
        if talk is None:
            yield Look(now=self._notice("expired"), busy=False, choices=()).updates()
            return
        yield from self._follow(talk, Exchange(said=""), self.companion.ask_for_a_person(talk.turn("")))

    def stop(self, talk_id: str) -> list[Any]:
        """Show what was said so far, after a reply was stopped."""
        talk = self.talks.get(talk_id)
        past = self.render.talk(talk.exchanges) if talk else ""
        return Look(past=past, now=self._notice("stopped"), busy=False, choices=()).updates()

    def over(self, talk_id: str) -> tuple[Any, ...]:
        """Wipe the talk and open a fresh one; region and kind of company stay chosen."""
        old = self.talks.get(talk_id)
        self.talks.wipe(talk_id)
        fresh_id = self.talks.open(old.region if old else self.settings.region, old.visit if old else "")
        fresh = self.talks.get(fresh_id)
        if old and fresh:
            fresh.style, fresh.started = old.style, old.started
        return (fresh_id, *Look(past="", now="", care="", box="", busy=False, choices=(), openings=True).updates())

    def first_lines(self, region: str) -> str:
        """Return the lines beneath the notice: the emergency number and the first two to turn to."""
        lines: tuple[Line, ...] = self.companion.kit.lines.for_region(region, most=3)
        return str(self.render.lines(Offered(lines=lines, emergency=self.companion.kit.lines.emergency(region))))

    # How it is shown

    def _follow(self, talk: Talk, exchange: Exchange, events: Iterator[Event]) -> Generator[list[Any], None, None]:
        """Show each event as it comes; keep what was shown, also when the reader stops in the middle."""
        choices: tuple[str, ...] = ()
        care: str | None = None
        finished = False
        last = 0.0
        try:
            for event in events:
                exchange.events.append(event)
                if isinstance(event, Finished):
                    talk.so_far, finished = event.so_far, True
                if isinstance(event, Said):
                    choices = event.choices or choices
                if isinstance(event, Offered):
                    care = self._kept(event)
                if time.monotonic() - last > BETWEEN_UPDATES and not finished:
                    last = time.monotonic()
                    yield Look(now=self.render.exchange(exchange, working=True), busy=True, openings=False).updates()
        finally:
            talk.exchanges.append(exchange)
        past = self.render.talk(talk.exchanges)
        yield Look(past=past, now="", care=care, busy=False, choices=choices, openings=False).updates()

    def _reminder(self, talk: Talk) -> Iterator[Event]:
        """Say again that this is software, when the clock asks for it."""
        minor = talk.so_far.minor
        if due(talk.noticed, self.now(), minor=minor):
            talk.noticed = self.now()
            words = self.companion.kit.words.say("talk.notice_young" if minor else "talk.notice", talk.so_far.used_words)
            talk.so_far = talk.so_far.with_words(words.id)
            self.companion.kit.counts.count("notice.software")
            yield Said(text=words.text, voice="fixed", words=words.id)

    def _kept(self, offered: Offered) -> str:
        """Return the card that stays in reach for the rest of the talk, folded to one line."""
        title = self.render.card_word("lines_urgent" if offered.urgent else "lines", offered.language)
        first = offered.lines[0]
        short = f"{title}: {first.name} {first.phone or first.text or ''}".strip()
        return str(Markup('<details class="kept"><summary>{}</summary>{}</details>').format(short, self.render.lines(offered)))

    def _wait_if_calm(self, talk: Talk, text: str) -> None:
        """Give stories and voice a moment to load, unless the message speaks of danger."""
        if "loading" in self.companion.readiness().values() and not self.companion.screen(talk.turn(text)).fresh:
            self.companion.wait(PATIENCE)

    def _refused(self, talk: Talk, key: str, text: str) -> Generator[list[Any], None, None]:
        """Answer what is not a message with fixed words; a message too long is still screened for danger, whole."""
        if key == "input.too_long" and self.companion.screen(talk.turn(text)).fresh:
            exchange = Exchange(said=f"{text[:500]} ...")
            yield from self._follow(talk, exchange, self.companion.take(talk.turn(text)))
            return
        words = self.companion.kit.words.say(key, talk.so_far.used_words)
        talk.so_far = talk.so_far.with_words(words.id)
        exchange = Exchange(said="", events=[Said(text=words.text, voice="fixed", words=words.id)])
        yield Look(now=self.render.exchange(exchange), box="", busy=False).updates()

    def _notice(self, key: str) -> str:
        return str(Markup('<p class="notice-line">{}</p>').format(self.render.word(key)))
