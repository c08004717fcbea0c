"""companion evals run replies: what can be counted about replies without a reader."""

from __future__ import annotations

from pathlib import Path

import typer

from companion.app import Companion
from companion.arms import arms
from companion.cli.options import settings
from companion.core.message import Message, Turn
from companion.evals.danger import Rate
from companion.evals.replies import Chosen, Guarded, chosen_rates, guard_rates, replies_page
from companion.evals.report import table
from companion.knowledge.reflections import PLAIN, read_reflections
from companion.knowledge.voice import Example, read_examples, read_labelled, read_picked

WITHOUT_MODEL = "without the model"


def replies(companion: Companion, suites: Path, split: str) -> tuple[tuple[Rate, ...], str]:
    """Return the rates over one split of the voice examples, the labelled and the picked replies, and their page."""
    chosen = settings()
    companion.wait_for_stories()
    examples = [one for one in read_examples(chosen.prompts / "voice" / "examples.jsonl") if one.split == split]
    labelled = [one for path in sorted((suites / "guard").glob("*.jsonl")) for one in read_labelled(path) if one.split == split]

    def stopped(reply: str, said: tuple[str, ...]) -> bool:
        return bool(companion.guard(reply, said).kinds)

    said_in = {one.id: tuple(line.text for line in one.turns if line.role == "person") for one in examples}
    approved = [Guarded(one.id, one.reply, "", stopped(one.reply, said_in[one.id])) for one in examples]
    judged = [Guarded(one.id, one.reply, one.fault, stopped(one.reply, one.said)) for one in labelled if one.fault != "weak"]
    entries = read_reflections(chosen.prompts / "fixed" / chosen.language)
    bank = tuple(variant for name, entry in entries.items() if name != PLAIN for variant in entry.variants)
    turns = {one.id: _turn(one) for one in examples}
    reply = arms(companion, seed=1)[WITHOUT_MODEL]
    results = []
    for one in read_picked(suites / "replies" / "picked.jsonl"):
        if one.split == split and one.replies and one.id in turns:
            said = reply(turns[one.id])
            results.append(Chosen(one.id, one.said[-1], said, one.replies, not said.startswith(bank)))
    rates = (*guard_rates(approved, judged), *chosen_rates(results))
    typer.echo(table(f"Replies ({split})", rates))
    return rates, replies_page(rates, approved, results)


def _turn(example: Example) -> Turn:
    *earlier, last = example.turns
    return Turn(said=last.text, earlier=tuple(Message(role=line.role, text=line.text) for line in earlier))
