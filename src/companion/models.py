"""Which language models are here, which one speaks, and how others come. Beside `app`, because it is done before anything is served."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from companion.backends import hub
from companion.backends.model_file import ModelFacts, facts_of, starter_model
from companion.settings import Settings

PACKAGED = "packaged"


@dataclass(frozen=True)
class Known:
    """A model that can be chosen."""

    name: str
    path: Path | None
    facts: ModelFacts | None
    """None where the file is gone."""
    speaks: bool


def get_model(settings: Settings, repo: str, file: str, *, revision: str | None, endpoint: str | None, again: bool) -> Known:
    """Fetch a model. Raises ModelMissing or ModelBroken."""
    name = hub.fetch(settings.home, repo, file, revision=revision, endpoint=endpoint, again=again)
    path = hub.path_of(settings.home, name)
    return Known(name, path, facts_of(path), speaks=False)


def known_models(settings: Settings) -> tuple[Known, ...]:
    """Return every model that can be chosen, and one that the settings name. Raises ModelBroken for one that is no chat model."""
    speaking = settings.model or hub.chosen(settings.home) or starter_model()
    paths = {PACKAGED: starter_model()} | {name: hub.path_of(settings.home, name) for name in hub.read_pins(settings.home)}
    if settings.model:
        paths[str(settings.model)] = settings.model
    there = {name: path if path and path.is_file() else None for name, path in paths.items()}
    return tuple(Known(name, path, facts_of(path) if path else None, bool(path) and path == speaking) for name, path in there.items())


def use_model(settings: Settings, name: str) -> Path | None:
    """Let the model of this name speak from the next start on; return its file, None for the packaged one. Raises ModelError."""
    if name == PACKAGED:
        return hub.choose(settings.home, None)
    if name in hub.read_pins(settings.home):
        facts_of(hub.path_of(settings.home, name))
    return hub.choose(settings.home, name)
