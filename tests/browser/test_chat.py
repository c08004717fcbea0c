"""What a person sees and does, in a real browser on real models. Pictures are taken where COMPANION_PICTURES names a folder."""

from __future__ import annotations

import json
import re
import time
import urllib.request

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import PATIENCE, Visit, start, visit

SECRET = "zebrafinch quartz"


def test_before_the_first_message_the_page_says_what_it_is(desk: Visit) -> None:
    notice = desk.page.locator("#notice").inner_text()
    for said in ("an AI", "not a person", "not written to disk", "calls nobody by itself", "116 123", "999"):
        assert said in notice, said
    assert desk.page.title() == "Notes", "a title that gives nothing away"
    assert "No human supporter is on right now" in desk.page.locator("#status").inner_text()
    desk.picture("notice")


def test_a_person_chats_opens_a_story_and_meets_it_whole(desk: Visit) -> None:
    start(desk)
    desk.say("i lie awake every night and listen to the house")
    turn = desk.page.locator("#past .turn").last
    expect(turn.locator(".own")).to_contain_text("i lie awake every night")
    expect(turn.locator(".machine .who")).to_have_text("AI")
    card = turn.locator(".story")
    expect(card.locator(".credit")).to_have_text("Illustrative story")
    quoted = card.locator("blockquote").inner_text()
    desk.picture("chat")
    card.locator("button").click()
    sheet = desk.page.locator("#sheet")
    expect(sheet.locator(".credit")).to_have_text("Illustrative story")
    whole = re.sub(r"\s+", " ", sheet.locator(".prose").inner_text())
    assert re.sub(r"\s+", " ", quoted) in whole
    desk.picture("story")
    desk.page.keyboard.press("Escape")
    expect(sheet).not_to_be_visible()


def test_danger_is_met_with_fixed_words_and_lines_of_two_regions(desk: Visit) -> None:
    start(desk)
    desk.say("i am going to kill myself tonight")
    turn = desk.page.locator("#past .turn").last
    expect(turn.locator(".care.urgent")).to_contain_text("116 123")
    expect(turn.locator(".care .emergency")).to_contain_text("999")
    assert "No human supporter is on duty" in desk.last()
    assert desk.page.locator(".kept").count() == 1, "the card stays in reach"
    assert desk.page.locator("#choices button:visible").count() >= 2
    desk.picture("danger")
    desk.page.locator("#choices button:visible").nth(1).click()
    desk.page.locator("#past .turn").nth(1).wait_for(timeout=PATIENCE)
    assert desk.page.locator(".turn .story").count() == 0, "no story instead of a person"

    desk.page.locator("#over").click()
    expect(desk.page.locator("#past .turn")).to_have_count(0)
    desk.page.reload()
    desk.page.locator("#region input").click()
    desk.page.locator("#region input").fill("United States")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#notice-lines")).to_contain_text("988")
    start(desk)
    desk.say("i want to kill myself")
    expect(desk.page.locator("#past .turn").last.locator(".care")).to_contain_text("988")


def test_the_page_asks_no_other_host_and_stores_nothing(desk: Visit, address: str) -> None:
    start(desk)
    desk.say(f"my dog {SECRET} died and i cannot sleep")
    desk.page.locator("#person").click()
    desk.page.locator("#past .turn").nth(1).wait_for(timeout=PATIENCE)
    outside = [url for url in desk.asked if not url.startswith((address, "data:", "blob:"))]
    assert outside == []
    stored = desk.context.storage_state()
    assert SECRET not in str(stored)
    assert all(not origin["localStorage"] for origin in stored["origins"])
    assert desk.page.evaluate("window.sessionStorage.length") == 0
    assert desk.page.evaluate("async () => (await indexedDB.databases()).length") == 0
    assert desk.page.evaluate("async () => (await caches.keys()).length") == 0


def test_talk_to_a_person_tells_the_truth(desk: Visit) -> None:
    desk.page.locator("#person").click()
    desk.page.locator("#past .turn").first.wait_for(timeout=PATIENCE)
    assert "no human supporters" in desk.last()
    assert "116 123" in desk.last()


def test_start_over_wipes_and_leaving_quickly_leaves_nothing(desk: Visit) -> None:
    start(desk)
    desk.say(f"hello {SECRET}")
    desk.page.locator("#over").click()
    expect(desk.page.locator("#past .turn")).to_have_count(0)
    desk.say(f"hello again {SECRET}")
    desk.page.locator("#leave").click()
    desk.page.wait_for_url("**/away")
    assert SECRET not in desk.page.content()
    assert desk.page.title() == "New page"


def test_closing_the_page_wipes_the_talk(browser: Browser, address: str) -> None:
    def held() -> int:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return int(json.load(answer)["talks"])

    before = held()
    came = visit(browser, address, width=1280, height=860)
    start(came)
    came.say(f"hello {SECRET}")
    assert held() == before + 1
    came.context.close()
    for _ in range(40):
        if held() <= before:
            return
        time.sleep(0.5)
    raise AssertionError(f"{held()} talks are still held after the page was closed")


def test_a_finished_reply_is_announced_once(desk: Visit) -> None:
    start(desk)
    desk.say("it has been a long and grey day")
    spoken = desk.page.locator("#past .turn").last.locator(".spoken").first.inner_text().split("\n")[0]
    assert spoken[:40] in desk.page.locator("#announce").inner_text()
    assert desk.page.locator("#past [role=log]").get_attribute("aria-live") == "off"


def test_it_can_be_used_on_a_small_phone(phone: Visit) -> None:
    phone.picture("phone-notice")
    start(phone)
    phone.say("nobody talks to me since i moved to this country")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 360, "nothing runs off the side"
    for name in ("#send", "#person", "#leave", "#box textarea"):
        box = phone.page.locator(name).bounding_box()
        assert box is not None, name
        assert box["height"] >= 43.5, f"{name} is {box['height']} high"
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= 360, name
    phone.picture("phone-chat")
    phone.say("i am going to kill myself tonight")
    phone.picture("phone-danger")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_is_calm_in_the_dark(browser: Browser, address: str) -> None:
    came = visit(browser, address, width=1280, height=860, scheme="dark")
    start(came)
    came.say("my brother and i have not spoken since the funeral")
    ground = came.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(27, 29, 28)"
    came.picture("dark")
    came.context.close()


@pytest.mark.parametrize("typed", ["x" * 200_000, "\u202eمرحبا أشعر بالوحدة", "\U0001f622" * 30])
def test_odd_messages_get_a_kind_answer(desk: Visit, typed: str) -> None:
    start(desk)
    desk.page.locator("#box textarea").fill(typed)
    desk.page.locator("#box textarea").press("Enter")
    desk.page.locator("#past .spoken, #now .spoken").last.wait_for(timeout=PATIENCE)
    assert "Error" not in desk.page.locator("body").inner_text()
