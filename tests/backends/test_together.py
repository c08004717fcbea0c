"""Several replies at once from the real small model with its voice: whole, different, about what was said; and one alone when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.backends.llama import LlamaModel
from companion.backends.model_file import starter_model
from companion.core.ports import PromptMessage
from companion.knowledge.prompts import read_prompts
from companion.knowledge.voice import voice_for

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
SAID = "my dad passed three weeks ago and i keep picking up the phone to call him"


def prompt(said: str) -> list[PromptMessage]:
    return [{"role": "system", "content": read_prompts(PROMPTS / "model", "voice").system}, {"role": "user", "content": said}]


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaModel]:
    voice = voice_for(PROMPTS / "voice", starter_model())
    assert voice is not None, "the shipped voice belongs to the packaged model"
    made = LlamaModel(starter_model(), seed=3, temperature=0.6, voice=voice)
    assert made.wait(120) == "ready"
    yield made
    made.close()


def test_the_replies_are_whole_and_differ(model: LlamaModel) -> None:
    said = "got my maths test back, 34%. everyone was comparing and i put mine in my bag. my sister got 98 when she was my age"
    first = model.drafts(prompt(said), many=5, longest=60)
    assert len(first) == 5
    assert len({one.text for one in first}) > 1
    assert all(one.text[-1] in ".!?" and -3 < one.sure <= 0 for one in first), first


def test_the_voice_gives_back_what_was_said(model: LlamaModel) -> None:
    drawn = " ".join(one.text.lower() for one in model.drafts(prompt(SAID), many=5, longest=60))
    assert "your dad" in drawn
    assert "phone" in drawn
    assert "my dad" not in drawn


def test_a_reply_may_be_cut_short_and_another_prompt_follows(model: LlamaModel) -> None:
    assert all(len(one.text.split()) <= 4 for one in model.drafts(prompt(SAID), many=3, longest=4))
    assert "kettle" in " ".join(one.text.lower() for one in model.drafts(prompt("the kettle broke and i cried"), many=3, longest=40))


def test_a_single_reply_can_be_asked_for_between_drafts(model: LlamaModel) -> None:
    streamed = "".join(model.stream(prompt("the kettle broke and i cried"), longest=40))
    assert "kettle" in streamed.lower()
    assert model.drafts(prompt(SAID), many=2, longest=30)
