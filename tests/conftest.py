"""What every test stands on: a home of its own, no network beyond this machine, the real shipped folders, strict doubles."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from companion.app import Companion, build
from companion.backends.scripted import NoModel, ScriptedModel, ScriptedPeople
from companion.core.events import Event
from companion.core.message import Turn
from companion.settings import Settings
from companion.turn.deliver import take_turn
from companion.turn.kit import Kit

ROOT = Path(__file__).resolve().parent.parent
KNOWLEDGE, PROMPTS = ROOT / "knowledge", ROOT / "prompts"


class NetworkReached(AssertionError):
    """A test tried to reach a host that is not this machine."""


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Fail any connection that leaves this machine, for the whole run."""
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def local(address: Any) -> bool:
        if not isinstance(address, tuple):
            return True  # a socket in the file system
        host = str(address[0])
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def guarded(call: Callable[..., Any]) -> Callable[..., Any]:
        def go(self: socket.socket, address: Any) -> Any:
            if not local(address):
                raise NetworkReached(f"reached for {address!r}")
            return call(self, address)

        return go

    def names(host: Any, *rest: Any, **more: Any) -> Any:
        if host is not None and not local((host.decode() if isinstance(host, bytes) else host,)):
            raise NetworkReached(f"asked for the address of {host!r}")
        return resolve(host, *rest, **more)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded(connect))
    patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    patch.setattr(socket, "getaddrinfo", names)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder that no test shares with the person who runs the tests."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    """The shipped defaults, at home in a temporary folder, with a fixed seed."""
    return Settings(home=home, region="GB", seed=7)


@pytest.fixture(scope="session")
def real(settings: Settings) -> Companion:
    """The whole companion on the packaged models, loaded once for the run."""
    companion = build(settings)
    companion.wait(120)
    assert companion.readiness() == {"danger": "ready", "stories": "ready", "voice": "ready"}, companion.problems()
    return companion


@pytest.fixture(scope="session")
def words_only(settings: Settings) -> Companion:
    """The companion with every model gone: signals, fixed words, lines, and stories found by their words."""
    return build(settings.model_copy(update={"embedder": Path("/nowhere"), "model": Path("/nowhere.gguf")}))


@pytest.fixture
def kit(words_only: Companion) -> Callable[..., Kit]:
    """A kit of the shipped parts on a scripted model that fails the test when it is asked for an unplanned reply."""

    def make(model: Any = None, *, small: bool = True, **ports: Any) -> Kit:
        profile = replace(words_only.kit.profile, small=small, sentences=4, candidates=1)
        return replace(words_only.kit, **{"model": model or ScriptedModel(), "people": ScriptedPeople(), "profile": profile, **ports})

    return make


@pytest.fixture
def take(kit: Callable[..., Kit]) -> Callable[..., list[Event]]:
    """Take one turn on a scripted model and return its events."""

    def go(said: str, model: Any = None, turn: Turn | None = None, **more: Any) -> list[Event]:
        asked = (turn or Turn(said=said, region="GB")).model_copy(update={"said": said})
        return list(take_turn(asked, kit(model or NoModel(), **more)))

    return go
