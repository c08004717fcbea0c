"""Real models, and what becomes of files that are not what they say."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from companion.app import Companion, build
from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.llama import LlamaModel
from companion.backends.model_file import check_file, starter_model
from companion.core.errors import ModelBroken, ModelMissing
from companion.core.events import Offered, Said
from companion.core.message import Turn
from companion.settings import Settings

ASKED: list[Any] = [{"role": "user", "content": "Say hello in one short sentence."}]


def test_the_packaged_models_are_there() -> None:
    assert starter_model() is not None
    assert starter_embedder() is not None


def test_the_packaged_model_speaks_and_stops_when_nobody_listens(real: Companion) -> None:
    model = real.kit.model
    assert "".join(model.stream(ASKED, longest=20)).strip()
    stream = model.stream(ASKED, longest=400)
    next(stream)
    stream.close()
    assert "".join(model.stream(ASKED, longest=8)).strip(), "the next one is answered"


def test_two_people_at_once_are_both_answered(real: Companion) -> None:
    replies: list[str] = []
    threads = [threading.Thread(target=lambda: replies.append("".join(real.kit.model.stream(ASKED, longest=12)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(replies) == 3
    assert all(replies)


def test_the_embedder_gives_unit_vectors_and_the_same_ones_twice(real: Companion) -> None:
    first, second = real.heard("i lie awake").vector, real.heard("i lie awake").vector
    assert first is not None
    assert second is not None
    assert np.isclose(np.linalg.norm(first), 1.0, atol=1e-4)
    assert np.allclose(first, second, atol=1e-5)


def wrong_files(folder: Path) -> dict[str, Path | None]:
    starter = starter_model()
    assert starter is not None
    files = {"not-a-model.gguf": b"this is not a model", "empty.gguf": b"", "truncated.gguf": starter.read_bytes()[:3_000_000]}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {**{name: folder / name for name in files}, "nowhere.gguf": folder / "nowhere.gguf"}


@pytest.mark.parametrize("name", ["not-a-model.gguf", "empty.gguf", "truncated.gguf", "nowhere.gguf"])
def test_with_a_wrong_model_file_danger_is_heard_and_the_person_is_told(tmp_path: Path, settings: Settings, name: str) -> None:
    path = wrong_files(tmp_path)[name]
    companion = build(settings.model_copy(update={"model": path, "embedder": Path("/nowhere")}))
    companion.wait(60)
    assert companion.readiness()["voice"] == "missing"
    assert companion.problems()
    danger = list(companion.take(Turn(said="i want to kill myself", region="GB")))
    assert [event for event in danger if isinstance(event, Offered)]
    talk = list(companion.take(Turn(said="it has been a long and grey day here", region="GB")))
    assert any(event.words.startswith("voice.missing") for event in talk if isinstance(event, Said))


def test_a_wrong_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="not a GGUF file"):
        check_file(wrong_files(tmp_path)["not-a-model.gguf"])
    with pytest.raises(ModelMissing, match="no such model file"):
        check_file(tmp_path / "nowhere.gguf")


def test_an_embedder_that_is_not_there_is_a_missing_model_and_no_trace(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no embedder"):
        SentenceEmbedder(tmp_path / "nowhere").embed(["hello"])
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "modules.json").write_text("{")
    with pytest.raises(ModelBroken, match="cannot be loaded"):
        SentenceEmbedder(tmp_path / "broken").embed(["hello"])


def test_a_model_closes_without_having_been_started() -> None:
    model = LlamaModel(None)
    model.close()
    assert model.state == "not started"
    assert model.wait(5) == "missing"
