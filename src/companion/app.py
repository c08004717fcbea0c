"""Assembly: Settings in, a Companion out. The only file that picks backends. Nothing is loaded before `start`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.llama import LlamaModel, starter_model
from companion.backends.vectors import Lexical, Vectors
from companion.checks.answers import AnswerReader
from companion.checks.boundaries import PhraseBoundaries
from companion.checks.claims import Claims
from companion.checks.contacts import Contacts
from companion.checks.grounded import Grounded
from companion.checks.leaks import Leaks
from companion.checks.normalise import plain
from companion.checks.phrases import PhraseFloor
from companion.checks.wording import Wording
from companion.core.concern import Verdict
from companion.core.errors import ModelError
from companion.core.events import Event
from companion.core.message import Message, Turn
from companion.core.ports import ChatModel, Draft, Heard, Objection, People, PromptMessage
from companion.core.prompts import Profile
from companion.core.talk import SoFar
from companion.handoff.nobody import NobodyOnDuty
from companion.knowledge.lines import LineBook, read_lines
from companion.knowledge.lint import Shelf
from companion.knowledge.live import IndexTools, LiveLibrary
from companion.knowledge.prompts import read_prompts, read_small_words
from companion.knowledge.reflections import ReflectionBank, read_cues, read_reflections
from companion.knowledge.signals import read_answers, read_danger, read_rules
from companion.knowledge.vocabulary import read_vocabulary
from companion.knowledge.words import read_words
from companion.settings import Settings
from companion.turn.deliver import rehearse, take_turn
from companion.turn.kit import Kit
from companion.turn.person import ask_for_a_person
from companion.turn.screen import hear, screen
from companion.turn.sentences import sentences
from companion.turn.speak import judge_sentence

SMALL_MODEL = 1_000_000_000
"""Bytes of a GGUF file under which a model is treated as too small to be left alone."""

Part = Literal["danger", "stories", "voice"]
Readiness = Literal["ready", "loading", "missing"]


@dataclass(frozen=True)
class Guarded:
    """What the guard makes of a whole reply."""

    released: str
    withheld: str
    kinds: tuple[str, ...]


class Companion:
    """One assembled companion. Its parts load in the background, in the order in which somebody in danger needs them."""

    def __init__(self, kit: Kit, library: LiveLibrary, embedder: SentenceEmbedder, lines: LineBook) -> None:
        self.kit, self.library, self.lines = kit, library, lines
        self._embedder = embedder
        self._stories = threading.Event()
        self._stories_error: ModelError | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Load embedder, index and language model in the background; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self.prepare, name="prepare", daemon=True)
            self._thread.start()

    def prepare(self) -> None:
        """Load the embedder and the index, then begin to load the language model."""
        self.wait_for_stories()
        if isinstance(self.kit.model, LlamaModel):
            self.kit.model.start()

    def wait(self, seconds: float) -> None:
        """Return once stories and voice are ready or known to be missing, or after `seconds`."""
        self.start()
        self._stories.wait(seconds)
        if self._stories.is_set() and isinstance(self.kit.model, LlamaModel):
            self.kit.model.wait(seconds)

    def wait_for_stories(self) -> None:
        """Load the embedder and the index now, if they can be had, without the language model."""
        try:
            self.build_index()
        except ModelError as error:
            self._stories_error = error
        finally:
            self._stories.set()

    def build_index(self) -> str:
        """Load the embedder, load or build the index, and return its content hash. Raises ModelError."""
        self._embedder.load()
        version = self.library.prepare(self._embedder, self._embedder.name)
        if isinstance(self.kit.reflections, ReflectionBank):
            self.kit.reflections.prepare()
        return version

    def readiness(self) -> dict[Part, Readiness]:
        """Return where each part stands. Danger is heard from the first moment."""
        stories: Readiness = "loading"
        if self._stories.is_set():
            stories = "missing" if self._stories_error else "ready"
        voice: Readiness = "ready"
        if isinstance(self.kit.model, LlamaModel):
            state = self.kit.model.state
            voice = "ready" if state == "ready" else "missing" if state in ("missing", "broken") else "loading"
        return {"danger": "ready", "stories": stories, "voice": voice}

    def problems(self) -> tuple[str, ...]:
        """Return why a part is missing and which notes were left out, one line each."""
        model_error = self.kit.model.error if isinstance(self.kit.model, LlamaModel) else None
        return tuple(str(error) for error in (self._stories_error, model_error, *self.library.problems) if error)

    def take(self, turn: Turn) -> Iterator[Event]:
        """Yield everything that happens in a turn, `Finished` last. Never raises."""
        return take_turn(turn, self.kit)

    def ask_for_a_person(self, turn: Turn) -> Iterator[Event]:
        """Yield what happens when the person asks for a person."""
        return ask_for_a_person(turn, self.kit)

    def heard(self, said: str) -> Heard:
        """Return a message made ready for every check."""
        return hear(said, self.kit.normalise, self.kit.embedder)

    def screen(self, turn: Turn) -> Verdict:
        """Return what the checks make of a message after its talk."""
        return screen(turn, self.heard(turn.said), self.kit.input_checks)

    def so_far(self, earlier: Sequence[Message], turn: Turn) -> SoFar:
        """Return what a talk that arrives as a whole has shown before `turn`: its messages are screened once each."""
        so_far = turn.so_far
        for message in earlier:
            if message.role == "person":
                so_far = rehearse(turn.model_copy(update={"said": message.text, "so_far": so_far, "earlier": ()}), self.kit)
        return so_far

    def guard(self, reply: str, said: tuple[str, ...] = ()) -> Guarded:
        """Return what of a reply would be shown: sentences up to the first that is not cleared."""
        draft, kinds = Draft(said=said), list[str]()
        all_sentences = list(sentences([reply]))
        for at, sentence in enumerate(all_sentences):
            objections: tuple[Objection, ...] = judge_sentence(sentence, draft, self.kit.output_checks)
            if objections:
                kinds = list(dict.fromkeys(objection.kind for objection in objections))
                return Guarded(draft.cleared, " ".join(all_sentences[at:]), tuple(kinds))
            draft = draft.model_copy(update={"cleared": f"{draft.cleared} {sentence}".strip()})
        return Guarded(draft.cleared, "", ())


def build(settings: Settings, *, model: ChatModel | None = None, people: People | None = None) -> Companion:
    """Return a companion made of `settings`; `model` and `people` stand in for the configured ones. Raises CompanionError."""
    knowledge, fixed = settings.knowledge, settings.prompts / "fixed" / settings.language
    signals = knowledge / "signals" / settings.language
    rules = read_rules(signals)
    lines = read_lines(knowledge / "resources" / "crisis-lines.yaml")
    vocabulary = read_vocabulary(knowledge / "vocabulary.yaml")
    words = read_words(fixed)
    embedder = SentenceEmbedder(settings.embedder or starter_embedder())
    tools = IndexTools(lexical=Lexical, load=Vectors.load, make=Vectors.make)
    library = LiveLibrary(knowledge, vocabulary, settings.home, tools, date.today())
    path = settings.model or starter_model()
    profile = profile_of(path, settings.context)
    prompts = read_prompts(settings.prompts / "model", "small" if profile.small else "large")
    head: list[PromptMessage] = [{"role": "system", "content": prompts.system}, *prompts.examples]
    kit = Kit(
        normalise=plain,
        embedder=embedder.when_loaded,
        input_checks=(PhraseFloor(read_danger(signals)),),
        output_checks=(Claims(rules), Contacts(lines.lines), Leaks((prompts.system, prompts.tail, *prompts.plans.values()))),
        small_checks=(Grounded(read_small_words(settings.prompts / "voice" / f"plain-words.{settings.language}.txt")),),
        boundaries=PhraseBoundaries(rules),
        answers=AnswerReader(read_answers(signals), rules.slots),
        library=library,
        reflections=ReflectionBank(read_reflections(fixed), read_cues(fixed), embedder.when_loaded),
        model=model or LlamaModel(path, context=profile.context, seed=settings.seed, warm=head),
        words=words,
        lines=lines,
        people=people or NobodyOnDuty(),
        prompts=prompts,
        last_words=words.say("stumbled", frozenset()).text,
        profile=profile,
    )
    return Companion(kit, library, embedder, lines)


def shelf(knowledge: Path, language: str) -> Shelf:
    """Return what the notes of a knowledge folder are linted against. Raises NoteError."""
    return Shelf(
        vocabulary=read_vocabulary(knowledge / "vocabulary.yaml"),
        lines=read_lines(knowledge / "resources" / "crisis-lines.yaml"),
        wording=Wording(read_rules(knowledge / "signals" / language)),
        today=date.today(),
    )


def profile_of(path: Path | None, context: int) -> Profile:
    """Return how much to ask of the model in `path`: by size, since a small one must not be left alone."""
    size = path.stat().st_size if path and path.is_file() else 0
    if size < SMALL_MODEL:
        return Profile(context=context)
    return Profile(small=False, context=max(context, 4096), sentences=4, candidates=1, passages=2, longest=220)
