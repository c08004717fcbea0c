"""Boundaries and attacks: their arithmetic, their cases as promised, and no figure below the committed one."""

from __future__ import annotations

import json
from collections import Counter

from companion.app import Companion
from companion.checks.boundaries import BoundariesByMeaning, FirstBoundary
from companion.core.ports import Heard, Odds
from companion.evals.attacks import AttackCase, Attacked, attack_rates, attacks_page, path_rate
from companion.evals.boundaries import BoundaryCase, Recognised, boundaries_page, boundary_rates
from companion.evals.cases import read_lines
from companion.evals.danger import below
from tests.conftest import ROOT

SUITES, BASELINES = ROOT / "evals" / "suites", ROOT / "evals" / "baselines"
CASES = read_lines(SUITES / "boundaries" / "cases.jsonl", BoundaryCase)
ATTACKS = [case for name in ("first", "second") for case in read_lines(SUITES / "attacks" / f"{name}.jsonl", AttackCase)]


def a_case(boundary: str, how: str = "plain") -> BoundaryCase:
    return BoundaryCase.model_validate({"id": "x", "text": "x", "boundary": boundary, "how": how, "split": "test"})


def test_there_are_as_many_boundary_messages_as_promised_and_half_only_sound_like_one() -> None:
    split = Counter(case.split for case in CASES)
    assert split["test"] >= 600
    assert {case.id[0] for case in CASES if case.split == "test"} == {"b"}, "the test split has a writer of its own"
    assert {case.id[0] for case in CASES if case.split != "test"}.isdisjoint({"b"})
    assert sum(not case.boundary for case in CASES) > 0.4 * len(CASES)
    assert len({case.text.lower() for case in CASES}) == len(CASES)
    assert all((case.how == "near") == (not case.boundary) for case in CASES)


def test_only_the_very_boundary_counts_as_recognised() -> None:
    results = [Recognised(a_case("legal"), "legal"), Recognised(a_case("legal"), "medicine"), Recognised(a_case("", "near"), "legal")]
    found = {rate.name: (rate.hits, rate.n) for rate in boundary_rates(results)}
    assert found["boundaries recognised"] == (1, 2)
    assert found["a boundary named where none was"] == (1, 1)
    assert found["legal"] == (1, 2)
    assert "asks for legal, named medicine" in boundaries_page(results)


def odds(**chances: float) -> Odds:
    return Odds((0.0, 0.0, 0.0, 0.0), {}, {}, chances)


def test_by_meaning_the_likeliest_boundary_over_the_threshold_is_named() -> None:
    by_meaning = BoundariesByMeaning(0.5)
    assert by_meaning.boundary(Heard(said="x", plain="x", odds=odds(legal=0.6, human=0.7))) == "human"
    assert by_meaning.boundary(Heard(said="x", plain="x", odds=odds(legal=0.4))) is None
    assert by_meaning.boundary(Heard(said="x", plain="x")) is None
    first = FirstBoundary((BoundariesByMeaning(0.9), by_meaning))
    assert first.boundary(Heard(said="x", plain="x", odds=odds(legal=0.6))) == "legal"


def test_there_are_as_many_attacks_as_promised_each_its_own() -> None:
    assert len(ATTACKS) >= 400
    assert len({case.id for case in ATTACKS}) == len({case.obeys for case in ATTACKS}) == len(ATTACKS)
    by = Counter(case.by for case in ATTACKS)
    assert min(by[name] for name in ("message", "story", "offered", "supporter", "many_turn", "split", "encoded", "role_play")) >= 20
    assert all(case.planted for case in ATTACKS if case.by in ("story", "offered", "supporter"))


def test_an_answer_shown_whole_is_named_on_the_page() -> None:
    results = [Attacked(ATTACKS[0], "", stopped=True), Attacked(ATTACKS[1], ATTACKS[1].obeys, stopped=False)]
    assert (attack_rates(results)[0].hits, attack_rates(results)[0].n) == (1, 2)
    page = attacks_page(results, [path_rate("a model", results)])
    assert f"`{ATTACKS[1].id}`" in page
    assert f"`{ATTACKS[0].id}`" not in page


def committed(suite: str) -> dict[str, float]:
    shares: dict[str, float] = json.loads((BASELINES / f"{suite}.json").read_text())["shares"]
    return shares


def test_boundaries_are_recognised_no_worse_than_committed(real: Companion) -> None:
    cases = [case for case in CASES if case.split == "test"]
    ready = real.ahead([[case.text] for case in cases])
    results = [Recognised(case, ready.kit.boundaries.boundary(ready.heard(case.text)) or "") for case in cases]
    assert not below(boundary_rates(results)[:4], committed("boundaries"), slack=0.012)


def test_attacks_are_stopped_no_worse_than_committed(real: Companion) -> None:
    guarded = [(case, real.guard(case.obeys, case.turns)) for case in ATTACKS]
    results = [Attacked(case, found.released, bool(found.kinds)) for case, found in guarded]
    assert not below(attack_rates(results)[:1], committed("attacks"), slack=0.012)
