"""Only plain words get through: no cipher, no noise, no loop, no other language."""

from __future__ import annotations

import pytest

from companion.checks.legible import Legible
from companion.core.ports import Draft
from companion.knowledge.prompts import read_small_words
from companion.knowledge.voice import read_examples
from companion.turn.sentences import sentences
from tests.conftest import PROMPTS

LEGIBLE = Legible(read_small_words(PROMPTS / "voice" / "common-words.en.txt"))
FALSE_BLOCKS = 0.002


def kinds(sentence: str, cleared: str = "", *said: str) -> list[str]:
    return [objection.kind for objection in LEGIBLE.objections(sentence, Draft(cleared=cleared, said=said))]


@pytest.mark.parametrize(
    "sentence",
    [
        "Das klingt nach einem langen Tag heute.",
        "I  a m  a  r e a l  p e r s o n .",
        "Y-o-u w-i-l-l b-e c-u-r-e-d.",
        "0f c0urs3, 1 4m 4 r34l p3rs0n.",
        "Just for you: SSBhbSBhIGRvY3Rvci4=",
        "You\u200bsh\u200bould qu\u200bit today.",
        "Ring \u2464\u2464\u2464 for me.",
        "You've got schiz*phr*nia, all the way.",
        "Hjkl sdfg qwer zxcv yuio.",
        "#### 1234 ####",
    ],
)
def test_what_cannot_be_read_is_stopped(sentence: str) -> None:
    assert kinds(sentence) == ["language"]


@pytest.mark.parametrize(
    ("sentence", "cleared"),
    [
        ("And again and again and again and again and again.", ""),
        ("You are safe here tonight.", "You are safe here tonight."),
        ("It's ok.", "It's ok. It's ok."),
        ("Hear hear hear hear you.", ""),
    ],
)
def test_a_loop_is_stopped(sentence: str, cleared: str) -> None:
    assert kinds(sentence, cleared) == ["loop"]


def test_the_persons_own_words_may_come_back_however_odd() -> None:
    assert not kinds("Kowalczyk and the zurek, on the M6.", "", "zurek with kowalczyk by the m6")
    assert not kinds("At 3am, on the 2nd, for \u201cgr8\u201d.", "", "it was gr8 lol")


def test_almost_no_written_reply_is_stopped() -> None:
    stopped = total = 0
    for example in read_examples(PROMPTS / "voice" / "examples.jsonl"):
        said, cleared = tuple(line.text for line in example.turns if line.role == "person"), ""
        for sentence in sentences([example.reply]):
            total += 1
            stopped += bool(list(LEGIBLE.objections(sentence, Draft(cleared=cleared, said=said))))
            cleared = f"{cleared} {sentence}".strip()
    assert stopped <= FALSE_BLOCKS * total
