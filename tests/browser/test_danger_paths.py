"""Four people in danger walk through the protocol in a real browser: thoughts, abuse, worry about a friend, and one in Spanish."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.visit import PATIENCE, Visit, start, visit


def choose(came: Visit, text: str) -> None:
    before = came.page.locator("#past .turn").count()
    came.page.locator("#choices button:visible", has_text=text).first.click()
    came.page.locator("#past .turn").nth(before).wait_for(timeout=PATIENCE)


def spoken(page: Page) -> list[str]:
    return [text for turn in page.locator("#past .turn .spoken").all_inner_texts() for text in [turn.strip()] if text]


def test_a_person_with_thoughts_is_asked_answered_and_stayed_with(desk: Visit) -> None:
    start(desk)
    desk.say("i dont see the point of anything anymore")
    assert "killing yourself" in desk.last() or "ending your life" in desk.last()
    assert desk.page.locator("#past .care").count() == 0, "at tier 1 the card is kept in reach and not laid on the table"
    choose(desk, "Yes")
    expect(desk.page.locator("#past .turn").last.locator(".care")).to_contain_text("116 123")
    choose(desk, "Yes")
    assert "999" in desk.last()
    for said in ("i can't call anyone", "you are only a bot", "my dog is asleep on my feet", "it's a bit quieter now"):
        desk.say(said)
    words = spoken(desk.page)
    assert len(words) == len(set(words)), "nothing is said twice"
    assert "software" in " ".join(words).lower(), "the line that stays answers what was said"
    desk.picture("danger-stay")
    desk.say("I'd rather talk about something else")
    desk.say("i planted beans this spring and they are nearly at the gutter")
    assert desk.page.locator("#past .turn").last.locator(".care").count() == 0
    assert desk.page.locator(".kept").count() == 1, "the card stays in reach"


def test_somebody_afraid_at_home_is_asked_first_whether_it_is_safe_to_read(phone: Visit) -> None:
    start(phone)
    phone.say("my husband hits me and i am scared of him")
    text = phone.last().lower()
    assert "safe" in text
    assert "leave quickly" in text or "safe to read" in text
    phone.picture("phone-abuse")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 360
    choose(phone, phone.page.locator("#choices button:visible").first.inner_text())
    assert "leave him" not in phone.last().lower(), "nobody is told to go"


def test_a_friend_who_worries_gets_their_own_path_and_is_asked_about_themselves(desk: Visit) -> None:
    start(desk)
    desk.say("my best friend says she wants to kill herself and i dont know what to do")
    turn = desk.page.locator("#past .turn").last
    assert "your friend" in turn.inner_text().lower() or "they" in turn.inner_text().lower()
    before = turn.inner_text().lower().split("are you thinking about killing yourself")[0]
    assert before.rstrip().endswith('"'), "words to ask the friend with, in quotation marks, and not a question to this person"
    expect(turn.locator(".care")).to_be_visible()
    for said in ("she is at home i think", "ok i will ask her", "i am so tired of being the only one who knows"):
        desk.say(said)
    assert len(set(spoken(desk.page))) == len(spoken(desk.page))
    desk.picture("danger-friend")


def test_someone_who_writes_spanish_is_answered_in_spanish_with_a_card_in_spanish(browser: Browser, address: str) -> None:
    came = visit(browser, address, width=360, height=640)
    start(came)
    came.say("ya no quiero vivir, me quiero matar")
    turn = came.page.locator("#past .turn").last
    shown = turn.inner_text()
    assert "¿" in shown, shown
    expect(turn.locator(".care")).to_contain_text("Llamar")
    expect(turn.locator(".care")).to_contain_text("116 123")
    came.picture("phone-spanish")
    assert came.page.evaluate("document.documentElement.scrollWidth") <= 360
    choose(came, "Sí")
    came.say("no puedo llamar a nadie")
    came.say("me da mucha vergüenza")
    words = spoken(came.page)
    assert len(words) == len(set(words))
    assert not [text for text in words if " the " in text], "no English in between"
    came.picture("phone-spanish-stay")
    came.context.close()


def test_how_danger_is_answered_can_be_read_at_safety(desk: Visit, address: str) -> None:
    page = desk.context.new_page()
    page.goto(f"{address}/safety")
    expect(page.locator("h1")).to_have_text("How danger is heard and answered here")
    assert page.locator("details").count() >= 15
    assert page.title() == "Notes"
    Visit(page, desk.context).picture("safety")
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    Visit(page, desk.context).picture("phone-safety")
