"""The finder: unit vectors, messages of one situation nearer together than before, and the plain embedder where it is missing or broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from companion.app import Companion
from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.finder import Finder
from companion.core.errors import ModelBroken, ModelMissing
from companion.knowledge.reflections import read_reflections
from companion.knowledge.voice import read_picked
from tests.conftest import KNOWLEDGE, PROMPTS, ROOT

SHIPPED = KNOWLEDGE / "signals" / "trained" / "finder.safetensors"
PICKED = read_picked(ROOT / "evals" / "suites" / "replies" / "picked.jsonl")


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    loaded = SentenceEmbedder(starter_embedder())
    loaded.load()
    return loaded


def test_without_its_network_it_is_the_embedder(embedder: SentenceEmbedder, tmp_path: Path) -> None:
    finder = Finder(embedder, tmp_path / "nothing.safetensors")
    assert finder.name == embedder.name
    assert np.array_equal(finder.embed(["hello"]), embedder.embed(["hello"]))


def test_a_broken_network_is_said_and_an_embedder_that_is_not_loaded_is_missing(embedder: SentenceEmbedder, tmp_path: Path) -> None:
    (tmp_path / "finder.safetensors").write_bytes(b"no")
    with pytest.raises(ModelBroken, match="companion voice find"):
        Finder(embedder, tmp_path / "finder.safetensors").embed(["hello"])
    with pytest.raises(ModelMissing):
        Finder(SentenceEmbedder(starter_embedder()), SHIPPED).embed(["hello"])


def test_it_gives_unit_vectors_in_the_order_asked(embedder: SentenceEmbedder) -> None:
    finder = Finder(embedder, SHIPPED)
    texts = ["a rather long message about a dog that died this morning in the kitchen", "hi", "my dog died"]
    vectors = finder.embed(texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)
    assert np.allclose(vectors[1], finder.embed(["hi"])[0], atol=1e-3)
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]


def test_it_finds_what_readers_picked_more_often_than_the_embedder_does(real: Companion, embedder: SentenceEmbedder) -> None:
    """On messages that it was not fitted on; the committed figure stands in evals/baselines/replies.json."""
    entries = read_reflections(PROMPTS / "fixed" / "en")
    home = {reply: name for name, entry in entries.items() for reply in entry.variants}
    asked = [one for one in PICKED if one.split == "test" and one.replies]
    assert len(asked) > 150
    finder = Finder(embedder, SHIPPED)
    texts, owner = zip(*((text, name) for name, entry in entries.items() for text in entry.when), strict=True)
    said = [one.said[-1] for one in asked]

    def found(rows: np.ndarray, messages: np.ndarray) -> int:
        hits = 0
        for one, likeness in zip(asked, messages @ rows.T, strict=True):
            nearest = dict.fromkeys(owner[row] for row in np.argsort(-likeness)[:60])
            hits += bool({home[reply] for reply in one.replies if reply in home} & set(list(nearest)[:10]))
        return hits

    fitted, plain = found(finder.embed(texts), finder.embed(said)), found(embedder.embed(texts), embedder.embed(said))
    assert fitted > plain
