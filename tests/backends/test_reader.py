"""The trained layer as it ships: it loads without pickle, reads a long message by its worst part, and is quick enough."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from companion.app import Companion
from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.reader import MessageReader, ReadAhead, read_card, windows
from companion.core.concern import Tier
from companion.core.errors import ModelBroken, ModelMissing
from companion.core.message import Turn
from companion.settings import Settings
from tests.conftest import KNOWLEDGE

TRAINED = KNOWLEDGE / "signals" / "trained"


def test_it_is_small_and_says_how_it_was_measured() -> None:
    assert (TRAINED / "danger.safetensors").stat().st_size < 20_000_000
    card = read_card(TRAINED / "danger.json")
    assert card is not None
    assert set(card.thresholds) == {1, 2, 3, 4}
    assert card.measured
    assert not list(TRAINED.glob("*.pkl"))


def test_the_same_vector_as_the_embedder_alone_gives(real: Companion) -> None:
    said = "i keep walking the same street in the evening"
    (reading,) = real.kit.reader.read([said])
    embedder = SentenceEmbedder(starter_embedder())
    assert np.allclose(reading.vector, embedder.embed([said])[0], atol=1e-4)
    assert reading.odds is not None


def test_one_sentence_in_a_long_message_is_heard(real: Companion) -> None:
    filler = "we drove to the lake and my cousin had packed too many sandwiches and the dog was sick in the car. " * 12
    buried = f"{filler} i have been planning how to kill myself and i want it over. {filler}"
    plain = real.kit.normalise(buried)
    assert len(windows(plain)) > 5
    calm, danger = real.kit.reader.read([real.kit.normalise(filler), plain])
    assert calm.odds is not None
    assert danger.odds is not None
    assert danger.odds.tiers[1] > calm.odds.tiers[1] + 0.2


def test_windows_hold_every_word_of_the_message() -> None:
    text = " ".join(f"word{n}." if n % 9 == 0 else f"word{n}" for n in range(400))
    joined = " ".join(windows(text)[1:])
    assert all(word in joined for word in text.split())
    assert windows("short") == ["short"]
    assert len(windows("x" * 20_000)) <= 25


def test_reading_ahead_gives_the_same_and_reads_each_text_once(real: Companion) -> None:
    texts = ["i want to die", "my plants are growing", "i want to die"]
    ahead = ReadAhead(real.kit.reader, texts)
    for text in texts:
        (one,), (other,) = ahead.read([text]), real.kit.reader.read([text])
        assert one.odds is not None
        assert other.odds is not None
        assert np.allclose(one.odds.tiers, other.odds.tiers, atol=1e-3)


def test_a_broken_file_is_a_missing_opinion_and_not_a_missing_floor(real: Companion, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "danger.safetensors").write_bytes(b"\x80\x04 not safetensors")
    shutil.copy(TRAINED / "danger.json", tmp_path / "danger.json")
    embedder = SentenceEmbedder(starter_embedder())
    reader = MessageReader(embedder, tmp_path / "danger.safetensors", read_card(tmp_path / "danger.json"))
    with pytest.raises(ModelMissing):
        reader.read(["hello"])
    embedder.load()
    with pytest.raises(ModelBroken, match="evals fit danger"):
        reader.read(["hello"])
    broken = Companion(replace(real.kit, reader=reader), real.library, embedder, real.lines, real.rules)
    assert broken.screen(Turn(said="i want to kill myself")).tier >= Tier.CONCERN


def test_a_layer_made_for_another_embedder_is_not_used(tmp_path: Path) -> None:
    card = json.loads((TRAINED / "danger.json").read_text())
    (tmp_path / "danger.json").write_text(json.dumps({**card, "embedder": "another"}))
    embedder = SentenceEmbedder(starter_embedder())
    embedder.load()
    reader = MessageReader(embedder, TRAINED / "danger.safetensors", read_card(tmp_path / "danger.json"))
    assert reader.read(["i want to die"])[0].odds is None
