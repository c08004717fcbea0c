"""Fits what is learned from cases, on the configured embedder. Beside `app`, because nobody who serves a page needs it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.llama import check_file, starter_model
from companion.backends.reader import Card
from companion.core.lesson import Lesson
from companion.core.message import Message, Turn
from companion.core.prompts import Profile
from companion.core.voice import Voice
from companion.knowledge.prompts import read_prompts
from companion.knowledge.voice import Example, Labelled
from companion.settings import Settings
from companion.turn.compose import compose

if TYPE_CHECKING:
    from companion.backends.judge import JudgeCard
    from companion.backends.judge_fit import Pair

WEAK = "weak"
"""Labels a reply that breaks no rule and is still not good enough."""
VOICED = "voice"
"""The prompt of a small model with a fitted voice."""


def fit_danger(settings: Settings, lessons: Sequence[Lesson], say: Callable[[str], None]) -> Card:
    """Fit the trained layer on lessons and write it into the knowledge folder. Raises ModelMissing without an embedder."""
    embedder = SentenceEmbedder(settings.embedder or starter_embedder())
    model = embedder.load()
    from companion.backends.danger_fit import fit

    return fit(model[0].auto_model, model.tokenizer, embedder.name, lessons, settings.knowledge / "signals" / "trained", say)


def fit_voice(settings: Settings, examples: Sequence[Example], out: Path, say: Callable[[str], None]) -> Voice:
    """Fit a voice on examples, write it to `out` with its card beside it, and return the card.

    The prompt is the very one that is used while talking. Raises ModelMissing without a model or the extra `voice`.
    """
    from companion.backends.voice_fit import Exchange, fit

    model = check_file(settings.model or starter_model())
    prompts = read_prompts(settings.prompts / "model", VOICED)
    profile = Profile(context=settings.context)

    def exchange(example: Example) -> Exchange:
        *earlier, last = example.turns
        turn = Turn(said=last.text, earlier=tuple(Message(role=line.role, text=line.text) for line in earlier))
        return Exchange(tuple(compose(turn, (), (), prompts, profile)), example.reply)

    by_split = {split: [exchange(example) for example in examples if example.split == split] for split in ("fit", "tune")}
    fitted = fit(model, by_split["fit"], by_split["tune"], out, say)
    card = Voice(
        made_on=date.today().isoformat(),
        model=model.name,
        model_sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
        adapter_sha256=hashlib.sha256(out.read_bytes()).hexdigest(),
        **asdict(fitted),
    )
    out.with_suffix(".json").write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return card


def fit_reply_judge(settings: Settings, examples: Sequence[Example], labelled: Sequence[Labelled], say: Callable[[str], None]) -> JudgeCard:
    """Fit the judge of replies on examples of good ones and on labelled ones, and write it into the knowledge folder.

    A good reply to one message stands, with the fault left open, as one that does not fit another. Raises ModelMissing without an embedder.
    """
    from companion.backends.judge_fit import fit_judge

    embedder = SentenceEmbedder(settings.embedder or starter_embedder())
    model = embedder.load()
    pairs = [*_good_and_misplaced(examples), *_pairs(labelled)]
    return fit_judge(model[0].auto_model, model.tokenizer, embedder.name, pairs, settings.knowledge / "signals" / "trained", say)


def _good_and_misplaced(examples: Sequence[Example]) -> Iterator[Pair]:
    from companion.backends.judge_fit import Pair

    chance = random.Random(20261121)  # noqa: S311 - draws examples, not secrets
    for split in ("fit", "tune"):
        own = [example for example in examples if example.split == split]
        by_mood = {mood: [example for example in own if example.mood == mood] for mood in {example.mood for example in own}}
        for example in own:
            said = " / ".join([line.text for line in example.turns if line.role == "person"][-2:])
            yield Pair(said, example.reply, fits=True, fault="", split=split)
            for others in (own, by_mood[example.mood]):
                other = chance.choice(others)
                if other is not example:
                    yield Pair(said, other.reply, fits=False, fault=None, split=split)


def _pairs(labelled: Sequence[Labelled]) -> Iterator[Pair]:
    from companion.backends.judge_fit import Pair

    for one in labelled:
        if one.split != "test":
            fault = None if one.fault == WEAK else one.fault
            yield Pair(" / ".join(one.said[-2:]), one.reply, fits=not one.fault, fault=fault, split=one.split)
