"""Assembly: Settings in, a Companion out. The only file that picks backends. Nothing is loaded before `start`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from companion.backends.counters import NoCounts, YearlyCounts, Years
from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.finder import Finder
from companion.backends.kept import KeptEmbedder
from companion.backends.llama import LlamaModel
from companion.backends.reader import Card, MessageReader, ReadAhead, read_card
from companion.backends.vectors import Lexical, Vectors
from companion.checks.answers import AnswerReader
from companion.checks.boundaries import BoundariesByMeaning, FirstBoundary, PhraseBoundaries
from companion.checks.claims import Claims
from companion.checks.contacts import Contacts
from companion.checks.doubt import DOUBTED, Doubt
from companion.checks.drift import TalkDrift
from companion.checks.leaks import Leaks
from companion.checks.likeness import Likeness, TalkLikeness
from companion.checks.normalise import plain
from companion.checks.opinion import ThirdOpinion
from companion.checks.phrases import PhraseFloor
from companion.checks.tongue import Tongue
from companion.checks.wording import Wording
from companion.checks.young import SaysTheyAreYoung
from companion.core.concern import Tier, Verdict
from companion.core.errors import ModelError
from companion.core.events import Event
from companion.core.message import Message, Turn
from companion.core.ports import ChatModel, Draft, Embedder, Heard, Objection, People
from companion.core.signal import DangerSignals
from companion.core.talk import SoFar
from companion.handoff.nobody import NobodyOnDuty
from companion.knowledge.lines import LineBook, read_lines
from companion.knowledge.lint import Shelf
from companion.knowledge.live import IndexTools, LiveLibrary
from companion.knowledge.reflections import KEPT as KEPT_REFLECTIONS
from companion.knowledge.reflections import ReflectionBank, read_cues, read_reflections
from companion.knowledge.signals import read_all_danger, read_answers, read_rules
from companion.knowledge.stay import StayBank, read_stay
from companion.knowledge.vocabulary import read_vocabulary
from companion.knowledge.words import WordBook, read_words
from companion.settings import Settings
from companion.speaker import speaker_of
from companion.turn.deliver import rehearse, take_turn
from companion.turn.kit import Kit, Speech
from companion.turn.person import ask_for_a_person
from companion.turn.protocol import CHECK_AFTER, FAMILY
from companion.turn.screen import hear, hear_turn, screen, texts_to_read
from companion.turn.sentences import sentences
from companion.turn.speak import judge_sentence

EMBEDDED_LANGUAGE = "en"
"""The language of the packaged embedder; in others, nearness in meaning is not to be trusted and shared letters decide."""

Part = Literal["danger", "stories", "voice"]
Readiness = Literal["ready", "loading", "missing"]


@dataclass(frozen=True)
class Guarded:
    """What the guard makes of a whole reply."""

    released: str
    withheld: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """What decides how danger is heard, for whoever wants to read it."""

    signals: tuple[DangerSignals, ...]
    card: Card | None
    """None where there is no trained layer."""
    families: tuple[str, ...] = tuple(sorted({*FAMILY.values(), "past", "figure"}))
    """Whose words there are: every kind of danger belongs to one."""
    doubted: float = DOUBTED
    """Chance of danger under which the layer doubts its words."""
    check_after: int = CHECK_AFTER
    """Ordinary messages after which it is asked once how it is now."""


class Companion:
    """One assembled companion. Its parts load in the background, in the order in which somebody in danger needs them."""

    def __init__(self, kit: Kit, library: LiveLibrary, embedder: SentenceEmbedder, lines: LineBook, rules: Rules) -> None:
        self.kit, self.library, self.lines, self.rules = kit, library, lines, rules
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

    def wait_for_reading(self) -> bool:
        """Load the embedder now, so that messages are read by meaning; return whether there is one."""
        try:
            self._embedder.load()
        except ModelError:
            return False
        return True

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
        return hear(said, self.kit)

    def screen(self, turn: Turn) -> Verdict:
        """Return what the checks make of a message after its talk."""
        return screen(turn, hear_turn(turn, self.kit), self.kit)

    def ahead(self, talks: Sequence[Sequence[str]]) -> Companion:
        """Return this companion with all messages of `talks` (each oldest first) read by meaning in one go, where they can be."""
        texts = [text for talk in talks for at, said in enumerate(talk) for text in texts_to_read(said, self.kit, talk[:at])]
        try:
            reader = ReadAhead(self.kit.reader, texts)
        except ModelError:
            return self
        return Companion(replace(self.kit, reader=reader), self.library, self._embedder, self.lines, self.rules)

    def so_far(self, earlier: Sequence[Message], turn: Turn) -> SoFar:
        """Return what a talk that arrives as a whole has shown before `turn`: its messages are screened once each."""
        so_far = turn.so_far
        for at, message in enumerate(earlier):
            if message.role == "person":
                then = {"said": message.text, "so_far": so_far, "earlier": tuple(earlier[:at])}
                so_far = rehearse(turn.model_copy(update=then), self.kit)
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


def build(settings: Settings, *, model: ChatModel | None = None, people: People | None = None, counted: bool = False) -> Companion:
    """Return a companion made of `settings`; `model` and `people` stand in for the configured ones. Raises CompanionError.

    Only what is `counted` adds to the year's figures: the page and the terminal, not examinations.
    """
    knowledge, fixed = settings.knowledge, settings.prompts / "fixed" / settings.language
    signals = knowledge / "signals" / settings.language
    languages = read_all_danger(knowledge / "signals")
    trained = knowledge / "signals" / "trained"
    card = read_card(trained / "danger.json")
    rules = read_rules(signals)
    lines = read_lines(knowledge / "resources" / "crisis-lines.yaml")
    vocabulary = read_vocabulary(knowledge / "vocabulary.yaml")
    words = read_words(fixed)
    embedder = SentenceEmbedder(settings.embedder or starter_embedder())
    finder = Finder(embedder, trained / "finder.safetensors")
    tools = IndexTools(lexical=Lexical, load=Vectors.load, make=Vectors.make)
    library = LiveLibrary(knowledge, vocabulary, settings.home, tools, date.today())
    speech = speech_of(settings, languages, words, embedder.when_loaded)
    likeness = Likeness({Tier(tier): chance for tier, chance in card.thresholds.items()} if card else {})
    speaker = speaker_of(settings, embedder, model)
    prompts = speaker.prompts
    asked = settings.third_opinion and not speaker.profile.small
    opinion = (ThirdOpinion(speaker.model, (settings.prompts / "model" / "opinion.txt").read_text(encoding="utf-8")),) if asked else ()
    kit = Kit(
        normalise=plain,
        reader=MessageReader(embedder, trained / "danger.safetensors", card),
        tongue=Tongue(),
        input_checks=(*(PhraseFloor(danger, frozenset(speech)) for danger in languages), likeness, *opinion),
        drifts=(TalkDrift(languages), TalkLikeness(likeness)),
        doubts=Doubt(),
        young=SaysTheyAreYoung(languages),
        counts=YearlyCounts(settings.home) if counted else NoCounts(),
        output_checks=(
            *(Claims(rules), Contacts(lines.lines), Leaks((prompts.system, prompts.tail, *prompts.plans.values()))),
            *speaker.checks,
        ),
        small_checks=speaker.small_checks,
        facts=speaker.facts,
        drafter=speaker.drafter,
        keeps=speaker.keeps,
        judge=speaker.judge,
        echoes=speaker.echoes,
        boundaries=FirstBoundary((PhraseBoundaries(rules), BoundariesByMeaning(card.boundary_threshold if card else 1.0))),
        speech=speech,
        library=library,
        reflections=ReflectionBank(
            read_reflections(fixed), read_cues(fixed), KeptEmbedder(finder, finder.name, fixed / KEPT_REFLECTIONS), finder
        ),
        model=speaker.model,
        words=words,
        lines=lines,
        people=people or NobodyOnDuty(),
        prompts=prompts,
        last_words=words.say("stumbled", frozenset()).text,
        profile=speaker.profile,
    )
    return Companion(kit, library, embedder, lines, Rules(languages, card))


def speech_of(settings: Settings, languages: Sequence[DangerSignals], own: WordBook, embedder: Embedder) -> dict[str, Speech]:
    """Return what can be said about danger in every language that has signals and words. Raises NoteError for a broken one."""
    speech: dict[str, Speech] = {}
    for danger in languages:
        fixed, signals = settings.prompts / "fixed" / danger.language, settings.knowledge / "signals" / danger.language
        if not (fixed / "crisis").is_dir():
            continue
        entries, choices = read_stay(fixed / "crisis" / "stay.toml")
        meaning = embedder if danger.language == EMBEDDED_LANGUAGE else None
        speech[danger.language] = Speech(
            words=own if danger.language == settings.language else read_words(fixed),
            answers=AnswerReader(read_answers(signals), danger.slots, spaced=danger.spaced),
            stay=StayBank(entries, choices, plain, meaning),
        )
    return speech


def years_of(settings: Settings) -> Years:
    """Return what was counted, by year: names and numbers, no content."""
    return YearlyCounts(settings.home).years()


def shelf(knowledge: Path, language: str) -> Shelf:
    """Return what the notes of a knowledge folder are linted against. Raises NoteError."""
    return Shelf(
        vocabulary=read_vocabulary(knowledge / "vocabulary.yaml"),
        lines=read_lines(knowledge / "resources" / "crisis-lines.yaml"),
        wording=Wording(read_rules(knowledge / "signals" / language)),
        today=date.today(),
    )
