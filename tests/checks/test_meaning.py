"""The guard by meaning: objects over its threshold, reads across sentences, and never opens anything."""

from __future__ import annotations

from collections.abc import Sequence

from companion.checks.meaning import Meaning
from companion.core.errors import ModelMissing
from companion.core.judging import Judged
from companion.core.ports import Draft


class ScriptedJudge:
    """Finds a fault in any reply that holds its text; remembers what it was asked."""

    ready = True

    def __init__(self, text: str, chance: float) -> None:
        self._text, self._chance = text, chance
        self.asked: list[str] = []

    def judge(self, said: Sequence[str], replies: Sequence[str]) -> Sequence[Judged]:
        self.asked += replies
        return [Judged(fits=0.5, faults={"promise": self._chance if self._text in reply else 0.0, "direct": 0.01}) for reply in replies]


class NoJudge:
    ready = True

    def judge(self, said: Sequence[str], replies: Sequence[str]) -> Sequence[Judged]:
        raise ModelMissing("not loaded")


def test_a_fault_at_the_threshold_is_objected_to_by_name() -> None:
    (found,) = Meaning(ScriptedJudge("summer", 0.8), 0.8).objections("Give it till summer.", Draft(said=("panic again",)))
    assert (found.check, found.kind) == ("meaning", "promise")
    assert not list(Meaning(ScriptedJudge("summer", 0.79), 0.8).objections("Give it till summer.", Draft()))


def test_a_claim_cut_in_two_is_read_whole() -> None:
    judge = ScriptedJudge("Panic goes. Yours as well.", 0.9)
    draft = Draft(cleared="Panic goes.", said=("panic again",))
    assert list(Meaning(judge, 0.8).objections("Yours as well.", draft))
    assert judge.asked == ["Yours as well.", "Panic goes. Yours as well."]


def test_without_a_judge_it_is_silent_and_the_phrase_rules_stand() -> None:
    assert not list(Meaning(NoJudge(), 0.1).objections("Give it till summer.", Draft()))
