"""Puts together who speaks: the model, its fitted voice, its prompt, and how far it is left alone. `app` hands the result to the turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from companion.backends.embedder import SentenceEmbedder
from companion.backends.hub import chosen
from companion.backends.judge import ReplyJudge, read_judge_card
from companion.backends.llama import LlamaModel
from companion.backends.model_file import facts_of, starter_model
from companion.checks.closeness import Closeness
from companion.checks.facts import SaidFacts
from companion.checks.grounded import Grounded
from companion.checks.legible import Legible
from companion.checks.meaning import Meaning
from companion.core.errors import ModelError
from companion.core.judging import Drafter, Echoes, Judge, Keeps
from companion.core.ports import ChatModel, OutputCheck, PromptMessage
from companion.core.prompts import Profile, Prompts
from companion.knowledge.echo import EchoBook, read_frames
from companion.knowledge.prompts import read_prompts, read_small_words
from companion.knowledge.signals import read_facts
from companion.knowledge.voice import voice_for
from companion.settings import Settings

SMALL_MODEL, MIDDLING_MODEL = 1_000_000_000, 5_000_000_000
"""Parameters under which a model is too small to be left alone, and under which it is asked for less."""
DRAFTS = 6
"""Replies that a small model with a voice drafts, all at once: less than twice the time of one."""
TEMPERATURE, VOICE_TEMPERATURE = 0.3, 0.4


@dataclass(frozen=True)
class Speaker:
    """Who speaks, and who listens in."""

    model: ChatModel
    profile: Profile
    prompts: Prompts
    judge: Judge | None
    """Chooses what a small model's reply is; None where the model is not small or there is no judge."""
    echoes: Echoes | None
    """Stand among the drafts that the judge chooses from."""
    small_checks: tuple[OutputCheck, ...]
    """Asked as well when the model is small: its own words only where it was taught to speak, otherwise only the person's words."""
    drafter: Drafter | None
    """The model again, where it has a voice and can draw several replies at once."""
    keeps: Keeps | None
    """Which draft keeps closest to what was said; only for a voice, which was taught to."""
    facts: OutputCheck
    """Whether words speak of something nobody mentioned."""
    checks: tuple[OutputCheck, ...]
    """What every model's sentences are read for besides the phrase rules: plain words, and what they mean."""


def speaker_of(settings: Settings, embedder: SentenceEmbedder, model: ChatModel | None) -> Speaker:
    """Return the speaker for the configured model; `model` stands in for it. Raises NoteError for a broken prompt."""
    path = settings.model or chosen(settings.home) or starter_model()
    profile = profile_of(path, settings.context)
    trained = settings.knowledge / "signals" / "trained"
    card = read_judge_card(trained / "judge.json")
    judge = ReplyJudge(embedder, trained / "judge.safetensors", card) if card else None
    folder = settings.prompts / "voice"
    voice = voice_for(folder, path) if profile.small and model is None and judge else None
    prompts = read_prompts(settings.prompts / "model", "voice" if voice else "small" if profile.small else "large")
    facts = SaidFacts(read_facts(settings.knowledge / "signals" / settings.language))
    small_words = read_small_words(folder / f"plain-words.{settings.language}.txt")
    common = read_small_words(folder / f"common-words.{settings.language}.txt")
    legible = Legible(common)
    frames = settings.prompts / "fixed" / settings.language / "echo-frames.toml"
    echoes = EchoBook(read_frames(frames), common) if profile.small and judge and frames.is_file() else None
    temperature = VOICE_TEMPERATURE if voice else TEMPERATURE
    own = LlamaModel(path, context=profile.context, seed=settings.seed, warm=head(prompts), voice=voice, temperature=temperature)
    return Speaker(
        model=model or own,
        profile=replace(profile, drafts=DRAFTS, sentences=3) if voice else profile,
        prompts=prompts,
        judge=judge if profile.small else None,
        echoes=echoes,
        small_checks=(facts,) if voice else (Grounded(small_words),),
        drafter=own if voice else None,
        keeps=Closeness(small_words) if voice else None,
        facts=facts,
        checks=(legible, Meaning(judge, card.threshold)) if judge and card else (legible,),
    )


def head(prompts: Prompts) -> list[PromptMessage]:
    """Return the part of every prompt that never changes, for the engine to read ahead."""
    return [{"role": "system", "content": prompts.system}, *prompts.examples]


def profile_of(path: Path | None, context: int) -> Profile:
    """Return how much to ask of the model in `path`, by what the file says of itself.

    The packaged model is known. One that cannot be read counts as small: nothing of it is trusted, and loading says what is wrong with it.
    """
    if path is None or path == starter_model():
        return Profile(context=context)
    try:
        facts = facts_of(path)
    except ModelError:
        return Profile(context=context)
    if facts.parameters < SMALL_MODEL:
        return Profile(context=min(context, facts.context or context))
    room = min(max(context, 4096), facts.context or 4096)
    if facts.parameters < MIDDLING_MODEL:
        return Profile(small=False, context=room, sentences=3, candidates=1, passages=1, longest=160)
    return Profile(small=False, context=room, sentences=4, candidates=1, passages=2, longest=220)
