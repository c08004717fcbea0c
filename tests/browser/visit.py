"""One person's browser on the page: what they type, what they see, and every request that it makes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Request

PATIENCE = 45_000


@dataclass
class Visit:
    """One person's browser, and every request that it made."""

    page: Page
    context: BrowserContext
    asked: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        before = self.page.locator("#past .turn").count()
        self.page.locator("#box textarea").fill(text)
        self.page.locator("#box textarea").press("Enter")
        self.page.locator("#past .turn").nth(before).wait_for(timeout=PATIENCE)

    def last(self) -> str:
        return self.page.locator("#past .turn").last.inner_text()

    def picture(self, name: str) -> None:
        folder = os.environ.get("COMPANION_PICTURES")
        if folder:
            self.page.wait_for_timeout(400)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def visit(browser: Browser, address: str, *, width: int, height: int, scheme: str = "light") -> Visit:
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    came = Visit(page, context)

    def note(request: Request) -> None:
        came.asked.append(request.url)

    page.on("request", note)
    page.goto(address)
    page.locator("#start").wait_for(timeout=PATIENCE)
    return came


def start(came: Visit) -> None:
    came.page.locator("#start").click()
    came.page.locator("#box textarea").wait_for(timeout=PATIENCE)
