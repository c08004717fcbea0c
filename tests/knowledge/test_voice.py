"""The examples of the voice: as many as promised, each its own, and read with line-numbered errors."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from companion.core.errors import NoteError
from companion.core.voice import Voice
from companion.knowledge.voice import Example, read_examples, voice_for

FOLDER = Path(__file__).resolve().parents[2] / "prompts" / "voice"
EXAMPLES = read_examples(FOLDER / "examples.jsonl")


def test_there_are_as_many_examples_as_promised_in_every_move() -> None:
    assert len(EXAMPLES) >= 3000
    moves = Counter(example.move for example in EXAMPLES)
    assert min(moves[move] for move in ("reflect", "ask", "celebrate", "thanks", "hello", "goodbye", "repair", "light")) >= 60
    assert len({example.mood for example in EXAMPLES}) >= 15
    assert sum(len(example.turns) > 1 for example in EXAMPLES) >= 600, "talks of more than one message"
    assert Counter(example.split for example in EXAMPLES)["test"] >= 250


def test_no_two_replies_are_alike_and_no_opening_is_a_template() -> None:
    assert len({example.reply for example in EXAMPLES}) == len(EXAMPLES)
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)
    openings = Counter(" ".join(example.reply.lower().split()[:4]) for example in EXAMPLES)
    assert max(openings.values()) <= 8, openings.most_common(3)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_a_reply_keeps_its_form(example: Example) -> None:
    words = example.reply.split()
    assert 3 <= len(words) <= 48
    assert example.reply.count("?") <= 1
    assert example.move != "reflect" or "?" not in example.reply
    assert not {"—", ";"} & set(example.reply)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    good = EXAMPLES[0].model_dump(mode="json")
    path.write_text(json.dumps(good) + "\n" + json.dumps(good | {"turns": [{"role": "companion", "text": "hello"}]}) + "\n")
    with pytest.raises(NoteError, match=r"examples\.jsonl:2"):
        read_examples(path)


def test_a_voice_is_used_only_with_the_model_it_was_fitted_on(tmp_path: Path) -> None:
    model, adapter = tmp_path / "model.gguf", tmp_path / "voice.gguf"
    model.write_bytes(b"GGUF one")
    adapter.write_bytes(b"GGUF adapter")
    assert voice_for(tmp_path, model) is None, "no card"
    known = {"made_on": "2026-11-21", "model": "model.gguf", "adapter_sha256": "x", "loss_before": 3, "loss_after": 2, "seed": 1}
    card = Voice(**known, examples=3, data="x", model_sha256=hashlib.sha256(model.read_bytes()).hexdigest())
    adapter.with_suffix(".json").write_text(card.model_dump_json())
    assert voice_for(tmp_path, model) == adapter
    model.write_bytes(b"GGUF two")
    assert voice_for(tmp_path, model) is None
    assert voice_for(tmp_path, None) is None
