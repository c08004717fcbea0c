"""The third opinion raises and never lowers, and a model that is gone or talks past the question is no opinion."""

from __future__ import annotations

import pytest

from companion.backends.scripted import BreakingModel, NoModel, ScriptedModel
from companion.checks.opinion import ThirdOpinion
from companion.core.concern import Tier, judge
from companion.core.ports import ChatModel, Heard


def tier(model: ChatModel, *others: Tier) -> Tier:
    heard = Heard(said="the lads are out and i have put the letters in order", plain="")
    return judge(ThirdOpinion(model, "How grave is this?").concerns(heard), carried=max(others, default=Tier.ORDINARY)).tier


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Urgent.", Tier.URGENT),
        ("concern", Tier.CONCERN),
        ("none", Tier.ORDINARY),
        ("I am so sorry you feel that way", Tier.ORDINARY),
        ("", Tier.ORDINARY),
    ],
)
def test_one_word_is_read_and_anything_else_is_no_opinion(answer: str, expected: Tier) -> None:
    assert tier(ScriptedModel(answer)) is expected


def test_it_never_lowers_what_was_heard() -> None:
    assert tier(ScriptedModel("none"), Tier.URGENT) is Tier.URGENT


@pytest.mark.parametrize("model", [NoModel(), BreakingModel("ur")])
def test_a_model_that_is_gone_is_no_opinion_and_no_alarm(model: ChatModel) -> None:
    assert tier(model) is Tier.ORDINARY
