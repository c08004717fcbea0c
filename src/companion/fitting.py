"""Fits what is learned from cases, on the configured embedder. Beside `app`, because nobody who serves a page needs it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.finder import Finder
from companion.backends.kept import KeptEmbedder, write_kept
from companion.backends.model_file import check_file, starter_model
from companion.backends.reader import Card
from companion.checks.facts import SaidFacts
from companion.checks.grounded import shared_words
from companion.core.lesson import Lesson
from companion.core.message import Message, Turn
from companion.core.ports import Heard
from companion.core.prompts import Profile
from companion.core.voice import Voice
from companion.knowledge.prompts import read_prompts, read_small_words
from companion.knowledge.reflections import KEPT, ReflectionBank, read_cues, read_reflections
from companion.knowledge.signals import read_facts
from companion.knowledge.voice import Example, Labelled, Picked
from companion.settings import Settings
from companion.turn.compose import compose

if TYPE_CHECKING:
    from companion.backends.judge import JudgeCard
    from companion.backends.judge_fit import Pair

FINDER = Path("signals/trained/finder.safetensors")
"""In the knowledge folder."""
NOT_PICKED = 4
"""Replies that lie near to a message and were not picked, for each message."""
WEAK = "weak"
"""Labels a reply that breaks no rule and is still not good enough."""
VOICE_ROUNDS = 2
"""Times a voice is shown every example."""
CLOSE = 0.4
"""Share of a reply's telling words that must be the talk's own before a voice learns from it."""
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

    close = _close_to_the_talk(settings)
    taught = [example for example in examples if close(example)]
    by_split = {split: [exchange(example) for example in taught if example.split == split] for split in ("fit", "tune")}
    fitted = fit(model, [by_split["fit"]] * VOICE_ROUNDS, by_split["tune"], out, say)
    card = Voice(
        made_on=date.today().isoformat(),
        model=model.name,
        model_sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
        adapter_sha256=hashlib.sha256(out.read_bytes()).hexdigest(),
        **asdict(fitted),
    )
    out.with_suffix(".json").write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return card


def _close_to_the_talk(settings: Settings) -> Callable[[Example], bool]:
    """Return what tells whether a reply stays close to the talk: no fact that nobody mentioned, and enough of its words the person's own.

    A small model copies what it can and invents the rest, so it is taught from no reply that adds anything.
    """
    facts = SaidFacts(read_facts(settings.knowledge / "signals" / settings.language))
    small = read_small_words(settings.prompts / "voice" / f"plain-words.{settings.language}.txt")

    def close(example: Example) -> bool:
        said = [line.text for line in example.turns]
        return not facts.unsaid(example.reply, said) and shared_words(example.reply, said, small) >= CLOSE

    return close


def keep_reflections(settings: Settings) -> int:
    """Work out the vectors of all messages in the bank of reflections, keep them beside it, and return how many. Raises ModelMissing."""
    fixed = settings.prompts / "fixed" / settings.language
    finder = _finder(settings)
    texts = list(dict.fromkeys(text for entry in read_reflections(fixed).values() for text in entry.when))
    write_kept(texts, finder.embed(texts), finder.name, fixed / KEPT)
    return len(texts)


def fit_reflection_finder(settings: Settings, examples: Sequence[Example], picked: Sequence[Picked], say: Callable[[str], None]) -> float:
    """Fit what finds reflections by meaning, keep the bank's vectors, and return the share of tune that it finds among ten.

    A group is a situation's messages and replies with what readers picked it for, or a voice example with its reply. Raises ModelMissing.
    """
    from companion.backends.finder_fit import fit_finder

    fixed = settings.prompts / "fixed" / settings.language
    entries = read_reflections(fixed)
    home = {reply: name for name, entry in entries.items() for reply in entry.variants}
    groups = {name: [*entry.when, *entry.variants] for name, entry in entries.items() if entry.when}
    for one in picked:
        for name in {home[reply] for reply in one.replies if reply in home} if one.split == "fit" else ():
            groups[name].append(one.said[-1])
    pairs = [[example.turns[-1].text, example.reply] for example in examples if example.split == "fit"]
    model = SentenceEmbedder(settings.embedder or starter_embedder()).load()
    fit_finder(model[0].auto_model, model.tokenizer, [*groups.values(), *pairs], settings.knowledge / FINDER, say)
    keep_reflections(settings)
    bank, asked = reflection_bank(settings), [one for one in picked if one.split == "tune" and one.replies]
    found = sum(bool(set(one.replies) & set(_near(bank, one.said[-1]))) for one in asked)
    return found / max(1, len(asked))


def reflection_bank(settings: Settings) -> ReflectionBank:
    """Return the bank of reflections with everything loaded. Raises ModelMissing without an embedder."""
    fixed = settings.prompts / "fixed" / settings.language
    finder = _finder(settings)
    return ReflectionBank(read_reflections(fixed), read_cues(fixed), KeptEmbedder(finder, finder.name, fixed / KEPT), finder)


def _finder(settings: Settings) -> Finder:
    embedder = SentenceEmbedder(settings.embedder or starter_embedder())
    embedder.load()
    return Finder(embedder, settings.knowledge / FINDER)


def _near(bank: ReflectionBank, said: str) -> list[str]:
    """Return every reply of the ten entries nearest to a message."""
    return [reply for name in bank.names_near(_message(said), 10) for reply in bank.replies(name)]


def _message(said: str) -> Heard:
    return Heard(said=said, plain=said.lower(), vector=np.zeros(1, dtype=np.float32))


def fit_reply_judge(
    settings: Settings, examples: Sequence[Example], labelled: Sequence[Labelled], picked: Sequence[Picked], say: Callable[[str], None]
) -> JudgeCard:
    """Fit the judge of replies on examples of good ones, on labelled ones and on picked ones, and write it into the knowledge folder.

    A good reply to one message stands, with the fault left open, as one that does not fit another; so do replies of the bank that lie near
    to a message and were not picked for it. Raises ModelMissing without an embedder.
    """
    from companion.backends.judge_fit import fit_judge

    embedder = SentenceEmbedder(settings.embedder or starter_embedder())
    model = embedder.load()
    pairs = [*_good_and_misplaced(examples), *_pairs(labelled), *_picked_and_not(picked, reflection_bank(settings))]
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


def _picked_and_not(picked: Sequence[Picked], bank: ReflectionBank) -> Iterator[Pair]:
    from companion.backends.judge_fit import Pair

    chance = random.Random(7)  # noqa: S311 - draws examples, not secrets
    for one in picked:
        if one.split == "test":
            continue
        said = " / ".join(one.said[-2:])
        for reply in one.replies:
            yield Pair(said, reply, fits=True, fault="", split=one.split)
        kin = {name for reply in one.replies for name in bank.names_of(reply)}
        others = [name for name in bank.names_near(_message(one.said[-1]), 12) if name not in kin]
        for name in chance.sample(others, min(NOT_PICKED, len(others))):
            yield Pair(said, chance.choice(bank.replies(name)), fits=False, fault=None, split=one.split)


def _pairs(labelled: Sequence[Labelled]) -> Iterator[Pair]:
    from companion.backends.judge_fit import Pair

    for one in labelled:
        if one.split != "test":
            fault = None if one.fault == WEAK else one.fault
            yield Pair(" / ".join(one.said[-2:]), one.reply, fits=not one.fault, fault=fault, split=one.split)
