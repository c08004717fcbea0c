"""companion evals sheet, companion evals score: replies for people to read blind, and what they found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from companion.app import build
from companion.arms import arms
from companion.cli.options import settings
from companion.core.message import Message, Turn
from companion.core.value import Value
from companion.evals.cases import read_lines
from companion.evals.report import table
from companion.evals.sheet import Key, Row, Score, Unseen, make_sheet, misplaced, reply_rates, sheet_page

SUITE = Path("evals/suites/replies/unseen.jsonl")
DEFAULT, SHUFFLED = "default", "shuffled"
SHEET, KEY, SCORES = "sheet.jsonl", "key.json", "scores.jsonl"


def sheet(
    suite: Annotated[str, typer.Argument(help="Which suite: replies.")],
    out: Annotated[Path, typer.Option(help="The folder for sheet.jsonl, and for key.json, to be opened after scoring.")],
    talks: Annotated[Path, typer.Option(help="Talks as JSONL that nothing was fitted on.")] = SUITE,
    arm: Annotated[list[str] | None, typer.Option(help="An arm to draw from; the shipped four unless told.", show_default=False)] = None,
    most: Annotated[int, typer.Option(help="Talks to answer.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the drawing and of the order.")] = 1,
) -> None:
    """Write a blind sheet: replies of several arms to the same unseen talks, shuffled, with the key in a file of its own.

    Score every line of sheet.jsonl in scores.jsonl: {"id": "r0001", "hears": true, "warm": true, "honest": true, "free": true,
    "reads": true, "harm": false, "why": ""}. Then run `companion evals score`.
    """
    if suite != "replies":
        raise typer.BadParameter("there is one suite of this kind: replies")
    chosen = settings(seed=seed)
    companion = build(chosen)
    companion.wait(300)
    unseen = read_lines(talks, Unseen)[:most]
    known = arms(companion, seed)
    replies: dict[str, list[str]] = {}
    for name in arm or (DEFAULT, "raw", "curated only", SHUFFLED):
        if name != SHUFFLED and name not in known:
            raise typer.BadParameter(f"there are these arms: {', '.join((*known, SHUFFLED))}")
        typer.echo(f"{name}: {len(unseen)} replies", err=True)
        told = DEFAULT if name == SHUFFLED else name
        own = replies.get(told) or [known[told](_turn(talk)) for talk in unseen]
        replies[name] = misplaced(own) if name == SHUFFLED else own
    rows, key = make_sheet(unseen, replies, seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / SHEET).write_text(_jsonl(rows), encoding="utf-8")
    (out / KEY).write_text(key.model_dump_json(indent=1) + "\n", encoding="utf-8")
    typer.echo(f"{len(rows)} replies in {out / SHEET}; the key lies beside it")


def score(
    folder: Annotated[Path, typer.Argument(help="The folder with sheet.jsonl, key.json and scores.jsonl.")],
    report: Annotated[Path | None, typer.Option(help="Write the scored sheet as markdown here.", show_default=False)] = None,
    head: Annotated[Path | None, typer.Option(help="Markdown to stand at its top.", show_default=False)] = None,
) -> None:
    """Tell what the readers of a sheet found, by arm, with n and 95 % intervals, and publish it with every reply."""
    rows, scores = read_lines(folder / SHEET, Row), read_lines(folder / SCORES, Score)
    key = Key.model_validate(json.loads((folder / KEY).read_text(encoding="utf-8")))
    for name, found in reply_rates(scores, key).items():
        typer.echo(table(name, found))
    if report:
        top = head.read_text(encoding="utf-8") if head else "# Replies read blind"
        report.write_text(sheet_page(rows, scores, key, top), encoding="utf-8")
        typer.echo(f"written to {report}")


def _turn(talk: Unseen) -> Turn:
    *earlier, last = talk.turns
    return Turn(said=last.text, earlier=tuple(Message(role=line.role, text=line.text) for line in earlier), region="GB")


def _jsonl(rows: tuple[Value, ...]) -> str:
    return "".join(row.model_dump_json() + "\n" for row in rows)
