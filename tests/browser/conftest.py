"""A real page on real models, and a real Chromium that talks to nothing but it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import Visit, visit

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run"]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the browser tests out only when that was asked for by name."""
    if os.environ.get("BROWSER") == "skip":
        items[:] = [item for item in items if "browser" not in Path(item.fspath).parts]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as found on this machine; its absence fails the run and does not skip it."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """The address of a page that is served for this run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "COMPANION_HOME": str(home), "COMPANION_REGION": "GB", "COMPANION_SEED": "7"}
    command = [sys.executable, "-c", "from companion.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        where = f"http://127.0.0.1:{port}"
        try:
            _until_ready(where, server)
            yield where
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Visit]:
    came = visit(browser, address, width=1280, height=860)
    yield came
    came.context.close()


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Visit]:
    came = visit(browser, address, width=360, height=640)
    yield came
    came.context.close()


def _until_ready(where: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        time.sleep(0.5)
        assert server.poll() is None, server.stdout.read().decode() if server.stdout else ""
        try:
            with urllib.request.urlopen(f"{where}/healthz", timeout=2) as answer:
                if b"loading" not in answer.read():
                    return
        except OSError:
            continue
    raise AssertionError("the page did not become ready")
