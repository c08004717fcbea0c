"""Talks in memory: one for each open page, on the server only, wiped when the page closes or goes quiet."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from companion.core.events import Event, Said
from companion.core.message import Message, Style, Turn
from companion.core.talk import SoFar


@dataclass
class Exchange:
    """One message and everything that happened because of it."""

    said: str
    events: list[Event] = field(default_factory=list)

    def reply(self) -> str:
        """Return what the companion said, as later turns read it."""
        return " ".join(event.text for event in self.events if isinstance(event, Said))


@dataclass
class Talk:
    """One person's talk. Held in memory, never written anywhere."""

    region: str
    visit: str = ""
    """The browser's visit that the talk belongs to; when it ends, so does the talk."""
    style: Style = Style.STORIES
    started: bool = False
    so_far: SoFar = field(default_factory=SoFar)
    exchanges: list[Exchange] = field(default_factory=list)
    touched: float = 0.0
    noticed: datetime = field(default_factory=datetime.now)
    """When the person was last told that this is software."""

    def turn(self, said: str) -> Turn:
        """Return the next turn: `said` after everything before it."""
        earlier = [
            message
            for exchange in self.exchanges
            for message in (
                Message(role="person", text=exchange.said),
                Message(role="companion", text=exchange.reply()),
            )
            if message.text
        ]
        return Turn(said=said, earlier=tuple(earlier), so_far=self.so_far, style=self.style, region=self.region)


class Talks:
    """All open talks, by an id that only the server knows. Safe to use from several threads."""

    def __init__(self, *, most: int, idle_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._idle, self._clock = most, idle_seconds, clock
        self._talks: OrderedDict[str, Talk] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, region: str, visit: str = "") -> str:
        """Start a talk and return its id; the longest idle makes room when there are too many."""
        with self._lock:
            self._sweep()
            while len(self._talks) >= self._most:
                self._talks.popitem(last=False)
            talk_id = secrets.token_urlsafe(24)
            self._talks[talk_id] = Talk(region=region, visit=visit, touched=self._clock())
            return talk_id

    def get(self, talk_id: str | None) -> Talk | None:
        """Return the talk and note that it was used; None when it was wiped or never was."""
        with self._lock:
            self._sweep()
            talk = self._talks.get(talk_id or "")
            if talk is not None and talk_id is not None:
                talk.touched = self._clock()
                self._talks.move_to_end(talk_id)
            return talk

    def wipe(self, talk_id: str | None) -> None:
        """Forget a talk at once."""
        with self._lock:
            self._talks.pop(talk_id or "", None)

    def end(self, visit: str) -> None:
        """Forget every talk of a visit that is over."""
        with self._lock:
            for talk_id in [talk_id for talk_id, talk in self._talks.items() if talk.visit == visit]:
                del self._talks[talk_id]

    def sweep(self) -> None:
        """Forget every talk that has been quiet for too long."""
        with self._lock:
            self._sweep()

    def __len__(self) -> int:
        """Return how many talks are held."""
        return len(self._talks)

    def _sweep(self) -> None:
        before = self._clock() - self._idle
        while self._talks and next(iter(self._talks.values())).touched < before:
            self._talks.popitem(last=False)
