"""The crisis protocol: which fixed words come next, and with which ways to people. A small state machine without words.

    first  -> what fits the kind and the tier, with the plain question or the one thing to do now
    second -> safety now        third -> connect        then -> stay, for as long as the talk stays there

A bare answer to the plain question has words of its own (`yes`, `no`, `unsure`). At tier 2 a "no" lets the talk go on, with
the card in reach; from tier 3 on it does not. Somebody who asks to talk about something else is let go on, and asked again
only when something new is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from companion.core.concern import Kind, Subject, Tier, Verdict
from companion.core.ports import Answer
from companion.core.talk import SoFar

FAMILY: dict[Kind, str] = {
    Kind.WISH_TO_DIE: "suicide",
    Kind.HOPELESS: "suicide",
    Kind.BURDEN: "suicide",
    Kind.SUICIDAL_THOUGHTS: "suicide",
    Kind.METHOD: "suicide",
    Kind.INTENT: "suicide",
    Kind.PLAN: "suicide",
    Kind.GOODBYE: "suicide",
    Kind.ATTEMPT: "suicide",
    Kind.SELF_HARM: "self_harm",
    Kind.OVERDOSE: "overdose",
    Kind.INJURY: "injury",
    Kind.EATING: "eating",
    Kind.PSYCHOSIS: "voices",
    Kind.MANIA: "mania",
    Kind.COMMANDS: "voices",
    Kind.HARM_TO_OTHERS: "others",
    Kind.ABUSE: "abuse",
    Kind.CHILD_AT_RISK: "child",
    Kind.STALKING: "abuse",
    Kind.WITHDRAWAL: "withdrawal",
    Kind.WORRIED: "worried",
    Kind.INTRUSIVE_FEAR: "intrusive",
    Kind.BEREAVED: "bereaved",
    Kind.UNREADABLE: "unreadable",
}
"""Which words each kind shares. Every family has a file in prompts/fixed/<language>/crisis/."""

AUDIENCES: dict[str, tuple[str, ...]] = {
    "abuse": ("domestic-abuse", "stalking"),
    "child": ("child-abuse", "children"),
    "eating": ("eating-disorders",),
    "overdose": ("poisoning", "overdose"),
    "withdrawal": ("substance-use",),
    "worried": ("worried-others", "families"),
    "bereaved": ("bereaved",),
}
"""Whom the first lines on the card are for, by family."""

ASKS_ABOUT_DYING = frozenset({"suicide", "self_harm", "bereaved", "past", "figure"})
"""Families whose first words ask plainly about suicide."""

EASED_BY_NO = ASKS_ABOUT_DYING | {"intrusive", "voices", "eating"}
"""Families in which a "no" up to tier 2 lets the talk go on."""

STEPS = ("first", "second", "third")
STAY = "crisis.stay"
"""Not a key of fixed words: the bank of lines for staying, chosen by meaning."""
CHECK_AFTER = 4
"""Ordinary messages in a row after which somebody who was in danger is asked once how it is now."""


@dataclass(frozen=True)
class Step:
    """What the protocol says next."""

    keys: tuple[str, ...]
    """Names of fixed words, most fitting first; the first that exists is said."""
    family: str
    card: bool
    """Whether ways to people are shown with it."""
    ring: bool
    """Whether a human supporter is called for."""
    so_far: SoFar


def family_of(kind: Kind, subject: Subject, tier: Tier) -> str:
    """Return whose words are said: somebody else's danger, the past and fiction have their own."""
    if subject is Subject.OTHER and kind is not Kind.BEREAVED:
        return "worried"
    if subject is Subject.PAST and tier <= Tier.WATCH:
        return "past"
    if subject is Subject.FIGURE:
        return "figure"
    return FAMILY[kind]


def next_step(verdict: Verdict, so_far: SoFar, answer: Answer | None) -> Step:
    """Return what is said next, and the talk after it. `verdict` and `so_far` are those of a turn routed to crisis."""
    graver = verdict.fresh > so_far.crisis_tier or not so_far.staying or _other_kind(verdict, so_far)
    if verdict.fresh >= Tier.WATCH and graver:
        return _begin(verdict, so_far)
    tier = so_far.crisis_tier
    kind = so_far.crisis_kind or Kind.UNREADABLE
    family = family_of(kind, so_far.crisis_subject, tier)
    if so_far.checking and answer:
        return _checked(family, answer, so_far)
    if answer == "go_on":
        return _let_go(family, "resume", so_far)
    if answer == "no" and so_far.awaiting_answer and tier <= Tier.CONCERN and family in EASED_BY_NO:
        return _let_go(family, "no", so_far)
    if answer and so_far.awaiting_answer:
        return _answered(family, answer, so_far)
    step = so_far.crisis_step
    after = so_far.model_copy(update={"crisis_step": step + 1, "awaiting_answer": False})
    if step < len(STEPS):
        keys = (f"crisis.{family}.{STEPS[step]}", STAY)
        return Step(keys, family, card=step == len(STEPS) - 1, ring=False, so_far=after)
    return Step((STAY,), family, card=False, ring=False, so_far=after)


def _checked(family: str, answer: Answer, so_far: SoFar) -> Step:
    """The answer to the gentle check: it is over for now, or the protocol takes up where it was."""
    still = answer in ("yes", "unsure")
    if not still:
        return _let_go("", "no" if answer == "no" else "resume", so_far)
    after = so_far.model_copy(update={"staying": True, "checking": False, "awaiting_answer": False, "crisis_step": len(STEPS)})
    return Step((f"crisis.{family}.{STEPS[-1]}", STAY), family, card=True, ring=False, so_far=after)


def _let_go(family: str, words: str, so_far: SoFar) -> Step:
    """The talk goes on about something else; the card stays in reach on the page."""
    keys = (f"crisis.{family}.{words}.{int(so_far.crisis_tier)}", f"crisis.{family}.{words}", f"crisis.{words}")
    after = so_far.model_copy(update={"staying": False, "awaiting_answer": False, "checking": False})
    return Step(keys, family, card=False, ring=False, so_far=after)


def _answered(family: str, answer: Answer, so_far: SoFar) -> Step:
    """The answer to the question that was asked; a "yes" about suicide raises the tier by one, up to urgent."""
    tier = so_far.crisis_tier
    raised = Tier(tier + 1) if answer == "yes" and family in ASKS_ABOUT_DYING and tier < Tier.URGENT else tier
    ring = raised >= Tier.URGENT and not so_far.rang
    step = min(so_far.crisis_step, len(STEPS) - 1)
    answer = "no" if answer == "cannot" else answer
    keys = (
        f"crisis.{family}.{answer}.{int(tier)}",
        f"crisis.{family}.{answer}",
        f"crisis.{family}.{STEPS[step]}",
        STAY,
    )
    after = so_far.model_copy(
        update={
            "awaiting_answer": family in ASKS_ABOUT_DYING and answer == "yes" and tier < Tier.URGENT,
            "staying": True,
            "crisis_tier": raised,
            "highest": max(so_far.highest, raised),
            "rang": so_far.rang or ring,
        }
    )
    return Step(keys, family, card=True, ring=ring, so_far=after)


def _other_kind(verdict: Verdict, so_far: SoFar) -> bool:
    """Whether something grave of another family was said while the talk stays with the first."""
    if so_far.crisis_kind is None or verdict.fresh < Tier.CONCERN:
        return False
    now = family_of(verdict.kinds[0], verdict.subject, verdict.fresh)
    return now != family_of(so_far.crisis_kind, so_far.crisis_subject, so_far.crisis_tier)


def _nearest(tier: Tier) -> tuple[int, ...]:
    """Return the tier, then those whose words stand in for it where a family has none of its own: graver ones first."""
    return (*range(int(tier), int(Tier.MEDICAL) + 1), *range(int(tier) - 1, 0, -1))


def _begin(verdict: Verdict, so_far: SoFar) -> Step:
    kind, tier = verdict.kinds[0], verdict.fresh
    family = family_of(kind, verdict.subject, tier)
    ring = tier >= Tier.URGENT and not so_far.rang
    after = so_far.model_copy(
        update={
            "staying": tier >= Tier.CONCERN,
            "crisis_kind": kind,
            "crisis_tier": tier,
            "crisis_subject": verdict.subject,
            "crisis_step": 1,
            "asked_plainly": True,
            "awaiting_answer": True,
            "checking": False,
            "checked_in": False,
            "rang": so_far.rang or ring,
        }
    )
    keys = (*(f"crisis.{family}.first.{near}" for near in _nearest(tier)), f"crisis.{family}.first", "crisis.unreadable.first")
    return Step(keys, family, card=True, ring=ring, so_far=after)
