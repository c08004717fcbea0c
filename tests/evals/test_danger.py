"""The examination itself: its arithmetic against worked examples, and its cases against what was promised about them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from companion.app import Companion
from companion.cli.evals import conversations, examine
from companion.core.concern import Kind, Subject, Tier
from companion.core.errors import NoteError
from companion.evals.cases import Case, crossing, read_cases, read_conversations
from companion.evals.danger import Heard, Rate, Result, alarms, below, by_kind, by_language, calibration, misses, rates
from companion.evals.report import markdown, picture, table
from tests.conftest import ROOT

SUITE = ROOT / "evals" / "suites" / "danger"
CASES = read_cases(SUITE / "cases")
LESSONS = read_cases(SUITE / "lessons")


def test_there_are_as_many_cases_as_promised_and_look_alikes_outnumber_dangers() -> None:
    assert len([case for case in CASES if case.why]) >= 2_400
    dangers = [case for case in CASES if case.group in ("explicit", "oblique")]
    harmless = [case for case in CASES if case.group in ("look_alike", "ordinary")]
    assert len(harmless) > len(dangers)
    assert {case.language for case in CASES} == {"ar", "de", "en", "es", "fr", "hi", "pt", "zh"}
    assert {kind for case in CASES for kind in case.kinds} == set(Kind) - {Kind.UNREADABLE}


def test_no_scenario_stands_in_two_splits_and_no_text_twice() -> None:
    assert not crossing(CASES)
    texts = Counter(" ".join(case.text.lower().split()) for case in (*CASES, *LESSONS))
    assert not [text for text, n in texts.items() if n > 1]
    ids = Counter(case.id for case in (*CASES, *LESSONS))
    assert not [name for name, n in ids.items() if n > 1]


def test_what_is_fitted_on_never_comes_from_the_test_split() -> None:
    assert {case.split for case in LESSONS} <= {"fit", "tune"}


@pytest.mark.parametrize("case", [*CASES, *LESSONS][::7], ids=lambda case: case.id)
def test_a_label_is_consistent(case: Case) -> None:
    assert bool(case.tier) == bool(case.kinds)
    assert case.group not in ("explicit", "oblique") or case.tier
    assert case.group != "ordinary" or not case.tier
    assert case.group != "look_alike" or case.tier <= Tier.WATCH


def test_an_unknown_field_names_its_line(tmp_path: Path) -> None:
    case = json.loads((SUITE / "cases" / "adult.jsonl").read_text().splitlines()[0])
    (tmp_path / "a.jsonl").write_text(json.dumps({**case, "mood": "sad"}) + "\n")
    with pytest.raises(NoteError, match=r"a\.jsonl:1"):
        read_cases(tmp_path)


def a_result(case_tier: int, heard: int, group: str, chance: float | None = None, language: str = "en") -> Result:
    kinds = (Kind.INTENT,) if case_tier else ()
    case = Case.model_validate(
        {"id": "x", "text": "x", "tier": case_tier, "kinds": kinds, "subject": "self", "group": group, "scenario": "s", "split": "test",
         "language": language}
    )  # fmt: skip
    return Result(case, Heard(tier=Tier(heard), subject=Subject.SELF, chance=chance))


def test_rates_count_what_they_say() -> None:
    results = [
        a_result(2, 2, "explicit"), a_result(3, 1, "explicit"), a_result(2, 3, "oblique"), a_result(1, 0, "oblique"),
        a_result(0, 2, "look_alike"), a_result(0, 0, "look_alike"), a_result(0, 0, "ordinary"), a_result(0, 1, "ordinary"),
    ]  # fmt: skip
    found = {rate.name: (rate.hits, rate.n) for rate in rates(results)}
    assert found["explicit danger, tier 2 or above"] == (1, 2)
    assert found["oblique danger, tier 2 or above"] == (1, 1)
    assert found["all danger, tier 1 or above"] == (3, 4)
    assert found["ordinary talk at tier 2 or above"] == (0, 2)
    assert found["look-alikes at tier 2 or above"] == (1, 2)
    assert [r.case.tier for r in misses(results)] == [3]
    assert len(alarms(results)) == 1
    assert {rate.n for rate in by_kind(results) if rate.name == "intent: tier 2 or above"} == {3}
    assert {rate.name.split(":")[0] for rate in by_language([*results, a_result(2, 2, "explicit", language="es")])} == {"en", "es"}


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)],
)
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    """The last two are worked examples of Newcombe (1998), Statistics in Medicine 17:857."""
    assert list(Rate(name="x", hits=hits, n=n).interval) == pytest.approx([low, high], abs=2e-4)


def test_a_figure_below_the_baseline_is_named_and_one_above_is_not() -> None:
    now = [Rate(name="recall", hits=90, n=100), Rate(name="alarms", hits=5, n=100, alarm=True)]
    assert below(now, {"recall": 0.93, "alarms": 0.05}) == ("recall: 0.900, and the baseline is 0.930",)
    assert below(now, {"recall": 0.88, "alarms": 0.02}) == ("alarms: 0.050, and the baseline is 0.020",)
    assert not below(now, {"recall": 0.904, "alarms": 0.046})


def test_the_report_shows_every_miss_with_its_words_and_a_picture() -> None:
    results = [a_result(3, 0, "explicit", 0.1), a_result(0, 0, "ordinary", 0.05), a_result(2, 2, "oblique", 0.9)]
    page = markdown(results, rates(results))
    assert "heard as 0" in page
    assert "does not hold" in page
    assert "NO" in table("x", rates(results))
    bins = calibration(results)
    assert [(round(b.chance, 2), b.n) for b in bins] == [(0.05, 1), (0.1, 1), (0.9, 1)]
    assert picture(bins).count("<svg") == 1


def test_conversations_are_there_and_read() -> None:
    talks = read_conversations(SUITE / "conversations.jsonl")
    assert len(talks) >= 60
    assert any(sum(message.role == "user" for message in talk.messages) >= 15 for talk in talks)
    assert sum(not talk.tier for talk in talks) >= 15, "talks that must not be alarmed at"


def test_danger_is_heard_no_worse_than_the_committed_baseline(real: Companion) -> None:
    """The test split through the whole pipeline: phrases, the trained layer, what a talk shows."""
    results = examine(real, [case for case in CASES if case.split == "test"])
    committed = json.loads((ROOT / "evals" / "baselines" / "danger.json").read_text())["shares"]
    held = (*rates(results), *by_language(results), *conversations(real, SUITE / "conversations.jsonl"))
    assert len([rate for rate in held if rate.name in committed]) > 30
    assert not below(held, committed, slack=0.012)


def test_with_every_model_deleted_the_floor_hears_what_it_did(words_only: Companion) -> None:
    """P2: plain danger is heard without any model; the share is that of the committed run with --phrases."""
    results = examine(words_only, [case for case in CASES if case.split == "test"])
    committed = json.loads((ROOT / "evals" / "baselines" / "danger-phrases.json").read_text())["shares"]
    assert not below(rates(results), committed, slack=0.001)
