"""Fetching a model from a hub of our own on loopback, that serves, stalls, cuts off, and lies."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from companion.backends import hub
from companion.backends.model_file import facts_of, starter_model
from companion.core.errors import ModelBroken, ModelMissing

WHOLE = b"GGUF" + bytes(range(256)) * 4_000
REPO, FILE = "peers/tiny", "tiny.gguf"


class Hub:
    """What a hub does with one file."""

    def __init__(self) -> None:
        self.bytes, self.named = WHOLE, hashlib.sha256(WHOLE).hexdigest()
        self.stop_at: int | None = None
        """Bytes after which a transfer ends."""
        self.hangs = False
        """Whether it then says nothing more instead of hanging up."""
        self.ranges: list[str | None] = []
        self.url = ""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    import huggingface_hub.constants as constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 1)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 50_000)
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            return

        def _head(self, start: int) -> bool:
            if FILE not in self.path:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return False
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(state.bytes) - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(state.bytes) - 1}/{len(state.bytes)}")
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", f'"{state.named}"')
            self.send_header("X-Linked-ETag", f'"{state.named}"')
            self.send_header("X-Linked-Size", str(len(state.bytes)))
            self.send_header("X-Repo-Commit", "c" * 40)
            self.end_headers()
            return True

        def do_HEAD(self) -> None:
            self._head(0)

        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
            state.ranges.append(asked)
            if not self._head(start):
                return
            self.wfile.write(state.bytes[start : state.stop_at])
            self.wfile.flush()
            if state.stop_at is not None:
                time.sleep(3 if state.hangs else 0)
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()


def fetch(served: Hub, home: Path, **more: Any) -> str:
    return hub.fetch(home, REPO, FILE, endpoint=served.url, **more)


def test_a_file_comes_whole_is_checked_and_pinned(served: Hub, tmp_path: Path) -> None:
    name = fetch(served, tmp_path)
    assert hub.path_of(tmp_path, name).read_bytes() == WHOLE
    pin = hub.read_pins(tmp_path)[name]
    assert (pin.sha256, pin.size, pin.commit) == (served.named, len(WHOLE), "c" * 40)
    assert sorted(path.name for path in hub.models_folder(tmp_path).iterdir()) == sorted([name, hub.PINS]), "nothing is left lying about"


@pytest.mark.parametrize("hangs", [False, True], ids=["hangs up", "stalls"])
def test_a_transfer_that_was_cut_off_goes_on_where_it_stopped(served: Hub, tmp_path: Path, hangs: bool) -> None:
    served.stop_at, served.hangs = 300_000, hangs
    with pytest.raises(ModelMissing, match="goes on where it stopped"):
        fetch(served, tmp_path)
    assert not hub.read_pins(tmp_path)
    served.stop_at = None
    served.ranges.clear()
    name = fetch(served, tmp_path)
    assert served.ranges == ["bytes=300000-"]
    assert hub.path_of(tmp_path, name).read_bytes() == WHOLE


def test_bytes_that_are_not_what_the_hub_said_are_thrown_away(served: Hub, tmp_path: Path) -> None:
    served.bytes = WHOLE[:-4] + b"lies"
    with pytest.raises(ModelBroken, match="not what the hub says"):
        fetch(served, tmp_path)
    assert not hub.read_pins(tmp_path)
    assert not list(hub.models_folder(tmp_path).rglob("*.gguf"))
    served.bytes = WHOLE
    assert hub.path_of(tmp_path, fetch(served, tmp_path)).read_bytes() == WHOLE, "an honest hub is believed again"


def test_a_hub_that_changes_its_mind_is_refused_until_somebody_says_so(served: Hub, tmp_path: Path) -> None:
    name = fetch(served, tmp_path)
    served.bytes = b"GGUF" + b"another" * 1_000
    served.named = hashlib.sha256(served.bytes).hexdigest()
    with pytest.raises(ModelBroken, match="another file"):
        fetch(served, tmp_path)
    assert hub.path_of(tmp_path, name).read_bytes() == WHOLE
    fetch(served, tmp_path, again=True)
    assert hub.path_of(tmp_path, name).read_bytes() == served.bytes


def test_a_hub_without_checksums_or_without_the_file_is_refused(served: Hub, tmp_path: Path) -> None:
    served.named = "abc"
    with pytest.raises(ModelBroken, match="no checksum"):
        fetch(served, tmp_path)
    with pytest.raises(ModelMissing, match="did not hand over"):
        hub.fetch(tmp_path, REPO, "other.gguf", endpoint=served.url)


def test_only_a_fetched_and_unchanged_model_is_chosen(served: Hub, tmp_path: Path) -> None:
    assert hub.chosen(tmp_path) is None
    with pytest.raises(ModelMissing, match="no fetched model"):
        hub.choose(tmp_path, "nothing")
    name = fetch(served, tmp_path)
    assert hub.choose(tmp_path, name) == hub.chosen(tmp_path) == hub.path_of(tmp_path, name)
    assert hub.choose(tmp_path, None) is None
    assert hub.chosen(tmp_path) is None
    hub.path_of(tmp_path, name).write_bytes(WHOLE + b"!")
    with pytest.raises(ModelBroken, match="changed since"):
        hub.choose(tmp_path, name)


def test_a_list_of_pins_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    hub.models_folder(tmp_path).mkdir()
    (hub.models_folder(tmp_path) / hub.PINS).write_text(json.dumps({"a": {"repo": "x"}}))
    with pytest.raises(ModelBroken, match="cannot be read"):
        hub.read_pins(tmp_path)


def test_a_file_says_of_itself_how_large_it_is() -> None:
    starter = starter_model()
    assert starter is not None
    facts = facts_of(starter)
    assert (facts.parameters, facts.context, facts.template) == (134_515_008, 8192, True)


def test_what_only_looks_like_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(WHOLE)
    with pytest.raises(ModelBroken, match="engine knows"):
        facts_of(tmp_path / "no.gguf")


def test_the_commands_fetch_list_and_use_a_real_chat_model(served: Hub, tmp_path: Path) -> None:
    starter = starter_model()
    assert starter is not None
    served.bytes = starter.read_bytes()
    served.named = hashlib.sha256(served.bytes).hexdigest()

    def companion(*words: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "COMPANION_HOME": str(tmp_path), "COLUMNS": "200"}
        command = [sys.executable, "-c", "from companion.cli import main; main()", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, env=env, check=False)

    got = companion("model", "get", REPO, FILE, "--endpoint", served.url)
    assert got.returncode == 0, got.stderr
    name = "peers--tiny--tiny.gguf"
    assert name in got.stdout
    assert "135 million parameters, 8192 tokens" in got.stdout
    assert "* packaged" in companion("model", "list").stdout
    assert companion("model", "use", name).returncode == 0
    assert f"* {name}" in companion("model", "list").stdout
    assert name in companion("where").stdout
    refused = companion("model", "use", "another")
    assert (refused.returncode, "no fetched model" in refused.stderr) == (1, True)
    assert companion("model", "use", "packaged").returncode == 0
    assert "* packaged" in companion("model", "list").stdout
