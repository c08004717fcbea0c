"""Vectors kept in a file: the same as fresh ones, only for the same words of the same embedder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.app import Companion
from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.finder import Finder
from companion.backends.kept import KeptEmbedder, read_kept, write_kept
from companion.knowledge.reflections import KEPT, read_reflections
from tests.conftest import KNOWLEDGE, PROMPTS

TEXTS = ["my cat died on tuesday", "passed my test", "cannot sleep"]


class Counting:
    """The real embedder, and what it was asked."""

    def __init__(self) -> None:
        self.real, self.asked = SentenceEmbedder(starter_embedder()), list[str]()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self.real.embed(texts)


def test_kept_vectors_are_those_of_the_embedder_and_only_new_words_are_embedded(tmp_path: Path) -> None:
    path, embedder = tmp_path / "kept.safetensors", Counting()
    fresh = embedder.real.embed([*TEXTS, "new words"])
    write_kept(TEXTS, fresh[:3], "e", path)
    found = KeptEmbedder(embedder, "e", path).embed([TEXTS[2], "new words", TEXTS[0]])
    assert embedder.asked == ["new words"]
    assert np.allclose(np.sum(found * fresh[[2, 3, 0]], axis=1), 1.0, atol=2e-3)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-4)


def test_a_file_of_another_embedder_or_a_broken_one_counts_as_empty(tmp_path: Path) -> None:
    path, embedder = tmp_path / "kept.safetensors", Counting()
    assert read_kept(path, "e") == {}
    write_kept(TEXTS, embedder.real.embed(TEXTS), "e", path)
    assert read_kept(path, "other") == {}
    path.write_bytes(path.read_bytes()[:50])
    assert read_kept(path, "e") == {}
    KeptEmbedder(embedder, "e", path).embed(TEXTS)
    assert embedder.asked == TEXTS


def test_the_shipped_bank_is_kept_whole() -> None:
    """Otherwise every start embeds what is missing; `companion voice keep` makes it anew."""
    embedder = Counting()
    texts = [text for entry in read_reflections(PROMPTS / "fixed" / "en").values() for text in entry.when]
    finder = Finder(embedder.real, KNOWLEDGE / "signals" / "trained" / "finder.safetensors")
    KeptEmbedder(embedder, finder.name, PROMPTS / "fixed" / "en" / KEPT).embed(texts)
    assert embedder.asked == []


def test_the_bank_offers_words_near_to_the_message_that_were_not_said_yet(real: Companion) -> None:
    heard = real.heard("my dog died this morning, the house is so quiet without her")
    near = real.kit.reflections.near(heard, frozenset(), most=5)
    assert 2 <= len(near) <= 10
    assert near[0].near
    used = frozenset(one.words.id for one in near)
    again = real.kit.reflections.near(heard, used, most=5)
    assert not used & {one.words.id for one in again}
