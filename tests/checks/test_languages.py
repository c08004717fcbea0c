"""Every language that ships: its own examples, its share of look-alikes, and that they leave one another alone."""

from collections.abc import Iterable

import pytest

from companion.checks.normalise import plain
from companion.checks.phrases import PhraseFloor
from companion.checks.tongue import Tongue
from companion.core.concern import Concern
from companion.core.ports import Heard
from companion.core.signal import DangerSignals
from companion.knowledge.signals import read_all_danger
from tests.conftest import KNOWLEDGE

ALL = {signals.language: signals for signals in read_all_danger(KNOWLEDGE / "signals")}
OTHERS = [signals for language, signals in ALL.items() if language != "en"]


def concerns(signals: DangerSignals, said: str) -> Iterable[Concern]:
    return PhraseFloor(signals).concerns(Heard(said=said, plain=plain(said)))


def test_eight_languages_ship() -> None:
    assert set(ALL) == {"ar", "de", "en", "es", "fr", "hi", "pt", "zh"}


@pytest.mark.parametrize("signals", OTHERS, ids=lambda signals: signals.language)
def test_each_has_its_patterns_and_its_look_alikes_and_says_who_signed(signals: DangerSignals) -> None:
    grave = sum(len(signal.any) for signal in signals.signals if signal.tier >= 2)
    alike = len(signals.contexts.idiom) + sum(len(s.unless) + len(s.aside) + len(s.leaves) for s in signals.signals)
    assert grave >= 60
    assert alike >= 40
    assert {signal.tier for signal in signals.signals} >= {1, 2, 3, 4}
    assert not signals.reviewed, "nobody has signed it yet; whoever does changes this line as well"


@pytest.mark.parametrize("signals", OTHERS, ids=lambda signals: signals.language)
def test_each_signal_finds_its_examples_and_leaves_its_look_alikes(signals: DangerSignals) -> None:
    floor = PhraseFloor(signals)
    for signal in signals.signals:
        for example in signal.examples:
            because = {c.because for c in floor.concerns(Heard(said=example, plain=plain(example)))}
            assert any(reason.startswith(signal.name) for reason in because), f"{signal.name}: {example}"
        for look_alike in signal.leaves:
            because = {c.because for c in floor.concerns(Heard(said=look_alike, plain=plain(look_alike)))}
            assert signal.name not in because, f"{signal.name}: {look_alike}"


def test_a_message_surely_in_one_language_is_left_alone_by_the_other_floors() -> None:
    others = frozenset(ALL)
    french = PhraseFloor(ALL["fr"], others)
    said = "je veux mourir"
    assert list(french.concerns(Heard(said=said, plain=plain(said), language="fr")))
    assert list(french.concerns(Heard(said=said, plain=plain(said), language=None))), "too short to tell: every floor reads it"
    assert not list(french.concerns(Heard(said=said, plain=plain(said), language="de")))
    assert list(PhraseFloor(ALL["en"], others).concerns(Heard(said="kms", plain="i want to kill myself", language="de")))


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("no puedo más con mi vida", "es"),
        ("je ne dors plus depuis des semaines", "fr"),
        ("Ich bin so allein heute Abend", "de"),
        ("não aguento mais ficar sozinho", "pt"),
        ("main bahut akela mehsoos kar raha hoon", "hi"),
        ("मैं बहुत अकेला हूँ", "hi"),
        ("أشعر بالوحدة الليلة", "ar"),
        ("我今天晚上很难过", "zh"),
        ("jag känner mig så ensam ikväll", "sv"),
        ("ciao, come stai oggi?", "it"),
        ("i can't sleep again and it is 3am", "en"),
        ("wish i could just talk to my gran", "en"),
        ("me quiero matar, ya no me importa nada", "es"),
        ("lol kms this website", "en"),
        ("ok", None),
        ("lol same", None),
        ("12345", None),
    ],
)
def test_languages_are_told_apart_only_when_that_is_sure(said: str, language: str | None) -> None:
    assert Tongue().language(said, plain(said)) == language
