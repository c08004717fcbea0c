"""What can be counted about replies without a reader: what the guard stops, and whether what is chosen is what readers picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from companion.evals.danger import Rate
from companion.evals.report import plain_rows


@dataclass(frozen=True)
class Guarded:
    """A reply that people labelled, and whether the guard stopped a sentence of it."""

    id: str
    reply: str
    fault: str
    """Empty when it may stand."""
    stopped: bool


@dataclass(frozen=True)
class Chosen:
    """What was chosen from the bank for a message, and what a reader of the whole bank picked for it."""

    id: str
    said: str
    reply: str
    picked: Sequence[str]
    plain: bool
    """Whether nothing was chosen from the bank: an echo, or words that fit any message."""

    @property
    def right(self) -> bool:
        """Whether the reply is one that the reader picked, with or without a question after it."""
        return any(self.reply.startswith(reply) for reply in self.picked)


def guard_rates(approved: Sequence[Guarded], labelled: Sequence[Guarded]) -> tuple[Rate, ...]:
    """Return the guard's false blocks on approved replies and on labelled good ones, and what it stops of faulty ones, by fault."""
    faulty, good = [one for one in labelled if one.fault], [one for one in labelled if not one.fault]
    return (
        Rate(name="approved replies stopped", hits=sum(one.stopped for one in approved), n=len(approved), want=0.02, alarm=True),
        Rate(name="good replies near to a fault stopped", hits=sum(one.stopped for one in good), n=len(good), alarm=True),
        Rate(name="faulty replies stopped", hits=sum(one.stopped for one in faulty), n=len(faulty)),
        *(_by_fault(fault, [one for one in faulty if one.fault == fault]) for fault in sorted({one.fault for one in faulty})),
    )


def _by_fault(fault: str, own: Sequence[Guarded]) -> Rate:
    return Rate(name=f"stopped: {fault}", hits=sum(one.stopped for one in own), n=len(own))


def chosen_rates(results: Sequence[Chosen]) -> tuple[Rate, ...]:
    """Return how often the reply was one that a reader had picked, and how often nothing was ventured."""
    ventured = [one for one in results if not one.plain]
    return (
        Rate(
            name="replies that a reader had picked, of those taken from the bank", hits=sum(one.right for one in ventured), n=len(ventured)
        ),
        Rate(name="replies taken from the bank", hits=len(ventured), n=len(results)),
    )


def replies_page(rates: Sequence[Rate], approved: Sequence[Guarded], results: Sequence[Chosen]) -> str:
    """Return the page for the repository: every rate, every false block, and every reply that no reader had picked."""
    rows = ["# Replies, as far as they can be counted", "", "Made by `companion evals run replies --report evals/baselines`.", ""]
    rows += [
        "A reader of the whole bank picked up to four replies for each message. Another may be as good, so the share is a lower bound.",
        "",
        *plain_rows(rates),
        "",
        "## Approved replies that the guard stops",
        "",
    ]
    rows += [f"- `{one.id}` {' '.join(one.reply.split())}" for one in approved if one.stopped]
    rows += ["", "## Taken from the bank, and picked by no reader", ""]
    others = [one for one in results if not one.plain and not one.right]
    rows += [f"- `{one.id}` {' '.join(one.said.split())} -> {' '.join(one.reply.split())}" for one in others]
    return "\n".join(rows) + "\n"
