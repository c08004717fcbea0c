"""The clock of disclosure, the published protocol, and the card's own words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from companion.app import Companion
from companion.core.events import Offered, Said
from companion.core.line import Need
from companion.knowledge.lines import read_regions
from companion.pages.chat import ChatPage
from companion.pages.notices import due
from companion.pages.render import Renderer
from companion.pages.safety import rules_version, safety_page
from companion.settings import Settings
from companion.turn.protocol import FAMILY
from tests.conftest import KNOWLEDGE

NOON = datetime(2026, 11, 21, 12, 0)


@pytest.mark.parametrize(
    ("hours", "minor", "said_again"),
    [(1, False, False), (2.99, False, False), (3, False, True), (0.99, True, False), (1, True, True), (13, False, True)],
)
def test_the_notice_comes_back_on_its_clock(hours: float, minor: bool, said_again: bool) -> None:
    assert due(NOON, NOON + timedelta(hours=hours), minor=minor) is said_again


def test_a_new_day_brings_it_back_however_short_the_night(words_only: Companion) -> None:
    assert due(datetime(2026, 11, 21, 23, 50), datetime(2026, 11, 22, 0, 10), minor=False)


def test_an_open_page_says_it_again_before_the_reply_and_only_once(words_only: Companion, settings: Settings) -> None:
    page = ChatPage(words_only, settings, read_regions(KNOWLEDGE / "resources" / "regions.yaml"))
    talk_id = page.talks.open("GB")
    page.now = lambda: NOON
    page.begin(talk_id, "GB")

    def said(text: str, at: datetime) -> list[str]:
        page.now = lambda: at
        list(page.send(text, talk_id))
        talk = page.talks.get(talk_id)
        assert talk is not None
        return [event.words for event in talk.exchanges[-1].events if isinstance(event, Said)]

    assert not any(words.startswith("talk.notice") for words in said("hello there you", NOON + timedelta(hours=2)))
    assert said("what a long day", NOON + timedelta(hours=3.5))[0].startswith("talk.notice.")
    assert not any(words.startswith("talk.notice") for words in said("it was long", NOON + timedelta(hours=4)))
    said("i'm 15 and tired of school", NOON + timedelta(hours=4.1))
    assert said("and it rains", NOON + timedelta(hours=5.2))[0].startswith("talk.notice_young.")


def test_what_is_published_is_what_is_in_force(words_only: Companion) -> None:
    page = safety_page(words_only)
    assert rules_version(words_only) in page
    for family in FAMILY.values():
        assert f"<summary>{family.replace('_', ' ')}</summary>" in page
    first = words_only.kit.words.variants("crisis.suicide.first.1")[0]
    assert first.replace("'", "&#39;") in page
    assert "not yet" in page, "nobody has signed the languages"


def test_the_version_changes_when_a_word_changes(words_only: Companion) -> None:
    import copy

    before = rules_version(words_only)
    changed = copy.copy(words_only)
    signals = words_only.rules.signals
    changed.rules = type(words_only.rules)(signals=(signals[0].model_copy(update={"reviewed": True}), *signals[1:]), card=None)
    assert rules_version(changed) != before


@pytest.mark.parametrize(("language", "call"), [("es", "Llamar"), ("de", "Anrufen"), ("en", "Call"), ("it", "Call")])
def test_a_card_speaks_the_language_of_the_talk(words_only: Companion, language: str, call: str) -> None:
    render = Renderer(words_only.kit.words, {name: speech.words for name, speech in words_only.kit.speech.items()})
    lines = words_only.lines.ways(Need(region="GB", language=language)).lines
    html = str(render.lines(Offered(lines=lines, emergency="999", language=language)))
    assert f"<span>{call} <a href" in html


def test_open_and_closed_are_said_only_of_lines_known_to_be_so(words_only: Companion) -> None:
    render = Renderer(words_only.kit.words)
    line = next(line for line in words_only.lines.lines if line.hours == "17:00-24:00 daily")
    shown = str(render.line(line, Offered(lines=(line,), open_now=frozenset({line.id}))))
    assert "open now" in shown
    assert "closed" not in shown
    assert "open now" not in str(render.line(line, Offered(lines=(line,))))
