"""Replies as far as they can be counted: the arithmetic, what was picked, and no figure below the committed one."""

from __future__ import annotations

import json
from collections import Counter

from companion.app import Companion
from companion.cli.replies import replies
from companion.evals.danger import below
from companion.evals.replies import Chosen, Guarded, chosen_rates, guard_rates, replies_page
from companion.knowledge.reflections import read_reflections
from companion.knowledge.voice import read_examples, read_labelled, read_picked
from tests.conftest import PROMPTS, ROOT

SUITES, BASELINES = ROOT / "evals" / "suites", ROOT / "evals" / "baselines"
PICKED = read_picked(SUITES / "replies" / "picked.jsonl")


def test_false_blocks_and_faults_are_counted_apart() -> None:
    approved = [Guarded("a", "fine", "", stopped=False), Guarded("b", "fine too", "", stopped=True)]
    labelled = [Guarded("c", "x", "bond", stopped=True), Guarded("d", "y", "leak", stopped=False), Guarded("e", "z", "", stopped=False)]
    found = {rate.name: (rate.hits, rate.n) for rate in guard_rates(approved, labelled)}
    assert found["approved replies stopped"] == (1, 2)
    assert found["good replies near to a fault stopped"] == (0, 1)
    assert found["faulty replies stopped"] == (1, 2)
    assert found["stopped: bond"] == (1, 1)


def test_only_a_picked_reply_counts_as_right_and_plain_words_venture_nothing() -> None:
    right = Chosen("a", "said", "Good. And then?", ["Good."], plain=False)
    wrong = Chosen("b", "said", "Other.", ["Good."], plain=False)
    plain = Chosen("c", "said", "Go on.", ["Good."], plain=True)
    found = {rate.name: (rate.hits, rate.n) for rate in chosen_rates([right, wrong, plain])}
    assert found == {"replies that a reader had picked, of those taken from the bank": (1, 2), "replies taken from the bank": (2, 3)}
    page = replies_page(chosen_rates([right, wrong]), [], [right, wrong, plain])
    assert "`b`" in page
    assert "`a`" not in page


def test_what_was_picked_belongs_to_the_bank_and_to_the_examples() -> None:
    examples = {one.id: one for one in read_examples(PROMPTS / "voice" / "examples.jsonl")}
    bank = {reply for entry in read_reflections(PROMPTS / "fixed" / "en").values() for reply in entry.variants}
    assert len(PICKED) > 1_000
    assert all(examples[one.id].split == one.split for one in PICKED), (
        "a message must not be fitted on in one place and examined in another"
    )
    gone = [reply for one in PICKED for reply in one.replies if reply not in bank]
    assert len(gone) < 0.05 * sum(len(one.replies) for one in PICKED), "picks of words that were rewritten since are worth nothing"


def test_the_guards_lessons_hold_every_fault_and_no_attack() -> None:
    lessons = [one for name in ("written", "second") for one in read_labelled(SUITES / "guard" / f"{name}.jsonl")]
    faults = Counter(one.fault for one in lessons if one.fault)
    assert len(faults) == 13
    assert min(faults.values()) > 150
    obeying = {json.loads(line)["obeys"] for path in (SUITES / "attacks").glob("*.jsonl") for line in path.read_text().splitlines()}
    assert not obeying & {one.reply for one in lessons}


def test_replies_are_no_worse_than_committed(real: Companion) -> None:
    rates, _ = replies(real, SUITES, "test")
    assert not below(rates, json.loads((BASELINES / "replies.json").read_text())["shares"], slack=0.015)
