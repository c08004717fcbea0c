"""The server's doors, what is rendered, what is typed, and talks in memory. No browser: see tests/browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from companion.app import Companion
from companion.core.events import Offered, Quoted, Said
from companion.core.message import LONGEST_MESSAGE, Style
from companion.knowledge.lines import read_lines, read_regions
from companion.pages.chat import ChatPage
from companion.pages.input import objection, tidy
from companion.pages.render import Renderer
from companion.pages.server import CLOSED, create
from companion.pages.talks import Exchange, Talks
from companion.settings import Settings
from tests.conftest import KNOWLEDGE

REGIONS = read_regions(KNOWLEDGE / "resources" / "regions.yaml")


@pytest.fixture(scope="module")
def client(words_only: Companion, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create(words_only, settings, REGIONS)) as opened:
        yield opened


@pytest.fixture
def page(words_only: Companion, settings: Settings) -> ChatPage:
    return ChatPage(words_only, settings, REGIONS)


def test_the_page_answers_with_headers_that_keep_it_on_this_host(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy.replace("https:", "http:").replace("'self'", "")
    assert "unsafe-eval" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "https://fonts" not in answer.text


@pytest.mark.parametrize("door", CLOSED)
def test_doors_that_gradio_leaves_open_are_shut(client: TestClient, door: str) -> None:
    assert client.get(door).status_code == 404
    assert client.post(door, files={"files": b"x"}).status_code in (404, 405)


def test_too_large_a_request_is_refused_plainly(client: TestClient) -> None:
    assert client.post("/gradio_api/queue/join", content=b"x" * 5_000_000).status_code == 413


def test_notes_are_served_whole_and_unknown_ones_are_not(client: TestClient, words_only: Companion) -> None:
    note = words_only.library.notes[0]
    assert note.title.split()[0] in client.get(f"/notes/{note.id}").text
    assert client.get("/notes/nothing").status_code == 404
    assert client.get("/own/..%2fserver.py").status_code == 404


def test_no_function_of_the_page_is_a_public_api(client: TestClient) -> None:
    info = client.get("/gradio_api/info").json()
    assert info.get("named_endpoints") == {}


EVIL = "<img src=x onerror=alert(1)> <script>alert(1)</script> **bold** [a](http://evil.example)"


def test_what_a_person_or_a_model_writes_is_never_markup(words_only: Companion) -> None:
    render = Renderer(words_only.kit.words)
    events: list[Any] = [
        Said(text=EVIL, voice="model"),
        Quoted(note="a", start=0, end=1, text=EVIL, title=EVIL, credit="Illustrative story", note_kind="story", because=EVIL),
    ]
    html = render.exchange(Exchange(said=EVIL, events=events))
    assert "<img" not in html
    assert "<script" not in html
    assert "\n" not in html, "a blank line would end the block and let Markdown in"


def test_a_card_shows_hours_doubts_and_the_way_to_dial(words_only: Companion) -> None:
    render = Renderer(words_only.kit.words)
    book = read_lines(KNOWLEDGE / "resources" / "crisis-lines.yaml")
    html = str(render.lines(Offered(lines=book.for_region("GB"), emergency="999", urgent=True)))
    assert 'href="tel:116123"' in html
    assert 'href="sms:85258' in html
    assert 'href="tel:999"' in html
    for line in book.lines:
        shown = str(render.line(line, Offered(lines=(line,))))
        assert ("unconfirmed" in shown) is (not line.confirmed), line.id
        if "check" in line.hours:
            assert "not confirmed" in shown or "unconfirmed" in shown, line.id


def test_every_region_with_lines_has_a_name() -> None:
    assert set(read_lines(KNOWLEDGE / "resources" / "crisis-lines.yaml").regions) == set(REGIONS)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "input.empty"),
        (None, "input.empty"),
        ({"text": "forged"}, "input.empty"),
        ("   \n\t ", "input.empty"),
        ("\x00\x01\x02", "input.empty"),
        ("\ufffd" * 50, "input.unreadable"),
        ("x" * (LONGEST_MESSAGE + 1), "input.too_long"),
        ("\U0001f622\U0001f622", None),
        ("\u0623\u0634\u0639\u0631 \u0628\u0627\u0644\u0648\u062d\u062f\u0629", None),
        ("hello\x07 there", None),
    ],
)
def test_what_is_typed_is_a_message_or_gets_a_kind_answer(typed: object, answer: str | None, words_only: Companion) -> None:
    assert objection(tidy(typed)) == answer
    assert answer is None or words_only.kit.words.has(answer)


@pytest.mark.parametrize(
    "typed", ["", "x" * 1_000_000, "\x00" * 100, "\u202e\u0627\u0644\u0633\u0644\u0627\u0645", "\U0001f355" * 40, "a\u0301" * 3000]
)
def test_bad_input_never_ends_in_a_trace(page: ChatPage, typed: str) -> None:
    talk_id = page.talks.open("GB")
    shown = [str(update) for update in page.send(typed, talk_id)]
    assert shown
    assert "Traceback" not in "".join(shown)
    assert page.talks.get(talk_id) is not None


def test_danger_in_a_message_that_is_too_long_is_still_answered(page: ChatPage) -> None:
    talk_id = page.talks.open("GB")
    shown = str(list(page.send("we went to the shop. " * 1000 + "i want to kill myself", talk_id))[-1])
    assert "Samaritans" in shown


def test_the_transcript_lives_on_the_server(page: ChatPage) -> None:
    talk_id = page.talks.open("GB")
    list(page.send("i had a long day", talk_id))
    talk = page.talks.get(talk_id)
    assert talk is not None
    assert [exchange.said for exchange in talk.exchanges] == ["i had a long day"]
    assert talk.turn("next").earlier[0].text == "i had a long day"


def test_start_over_wipes_and_a_forged_id_opens_nothing(page: ChatPage) -> None:
    talk_id = page.talks.open("GB")
    list(page.send("i had a long day", talk_id))
    fresh = page.over(talk_id)[0]
    assert page.talks.get(talk_id) is None
    assert page.talks.get(fresh) is not None
    assert "wiped" in str(list(page.send("hello", "forged")))


def test_region_and_style_from_the_page_are_checked(page: ChatPage) -> None:
    talk_id = page.talks.open("GB")
    page.choose_region(talk_id, "<script>")
    page.choose_style(talk_id, "shout")
    talk = page.talks.get(talk_id)
    assert talk is not None
    assert (talk.region, talk.style) == ("GB", Style.STORIES)


@pytest.mark.parametrize(("languages", "region"), [("en-US,en;q=0.9", "US"), ("es-ES,es", "ES"), ("en", "GB"), ("", "GB"), ("xx-XX", "GB")])
def test_the_region_is_guessed_from_the_browsers_languages(page: ChatPage, languages: str, region: str) -> None:
    assert page.guess(languages) == region


def test_talks_end_when_idle_and_make_room() -> None:
    now = [0.0]
    talks = Talks(most=2, idle_seconds=60, clock=lambda: now[0])
    first, second = talks.open("GB"), talks.open("GB")
    third = talks.open("GB")
    assert talks.get(first) is None, "the longest idle made room"
    now[0] = 50
    assert talks.get(third) is not None
    now[0] = 90
    assert talks.get(second) is None, "quiet for more than a minute"
    assert talks.get(third) is not None
    now[0] = 200
    talks.sweep()
    assert len(talks) == 0, "wiped although nobody came by"
    now[0] = 210
    third = talks.open("GB")
    visited = talks.open("GB", visit="abc")
    talks.end("abc")
    assert talks.get(visited) is None, "the page was closed"
    talks.wipe(third)
    assert len(talks) == 0
