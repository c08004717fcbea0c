"""companion knowledge: what curators ask of the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companion.app import build, shelf
from companion.cli.batch import JsonlOption, Record, each, run
from companion.cli.options import KnowledgeOption, settings
from companion.core.errors import BadLine
from companion.core.message import Turn
from companion.core.note import Hit, NoteKind
from companion.knowledge.lint import lint
from companion.knowledge.notes import note_paths


def app() -> typer.Typer:
    """Return the `companion knowledge` commands."""
    group = typer.Typer(help="Read, check and search the knowledge folder.", no_args_is_help=True, rich_markup_mode=None)
    group.command("lint", help=lint_folder.__doc__)(lint_folder)
    group.command("index", help=index.__doc__)(index)
    group.command("search", help=search.__doc__)(search)
    return group


def lint_folder(
    folder: Annotated[Path | None, typer.Argument(help="The folder to read; without one, the one in use.", show_default=False)] = None,
) -> None:
    """Read every note as a careful curator would.

    Prints one line for each thing to mend: file:line, what, and how. Exit status 0 when the folder is clean, 1 when it is not.
    """
    where = folder or settings().knowledge
    on = shelf(where, settings().language)
    problems = lint(where, on)
    for problem in problems:
        typer.echo(str(problem))
    typer.echo(f"{len(note_paths(where))} notes, {len(on.lines.lines)} lines: " + (f"{len(problems)} to mend." if problems else "clean."))
    raise typer.Exit(1 if problems else 0)


def index(knowledge: KnowledgeOption = None) -> None:
    """Build the index by meaning, or find that it is already up to date.

    The index is named by what it was built from, so nothing is built twice; a running page picks a new one up at its next start.
    """
    chosen = settings(knowledge=knowledge)
    companion = build(chosen)
    version = companion.build_index()
    for problem in companion.library.problems:
        typer.echo(f"left out: {problem}", err=True)
    typer.echo(f"{len(companion.library.notes)} notes, index {version} in {chosen.home / 'index'}")


def search(
    query: Annotated[
        str | None,
        typer.Argument(help="What somebody might write; or a file of JSON lines with --jsonl.", show_default=False),
    ] = None,
    jsonl: JsonlOption = False,
    most: Annotated[int, typer.Option(help="How many notes at most.", min=1, max=50)] = 5,
    knowledge: KnowledgeOption = None,
) -> None:
    """Find the notes nearest to what somebody might write; nothing is shown that is not near enough.

    With --jsonl: in {"id": "1", "query": "..."}, out {"id": "1", "hits": [{"note": "the-blind-up-by-seven", "score": 0.51}]}.
    The score is the cosine of query and note; without an embedder, the BM25 score.
    """
    companion = build(settings(knowledge=knowledge))
    companion.wait_for_stories()

    def found(text: str) -> list[Hit]:
        turn = Turn(said=text)
        heard = companion.heard(text)
        hits = [hit for kind in NoteKind for hit in companion.library.search(turn, heard, kind, most=most)]
        return sorted(hits, key=lambda hit: -hit.likeness)[:most]

    def answer(record: Record) -> Record:
        if not isinstance(record.get("query"), str):
            raise BadLine("lacks `query`")
        return {"hits": [{"note": hit.passage.note, "score": round(hit.likeness, 4)} for hit in found(record["query"])]}

    if jsonl:
        run(True, Path(query) if query else None, each(answer))
        return
    if not query:
        raise typer.BadParameter("say what to look for, or read JSON lines with --jsonl")
    hits = found(query)
    for hit in hits:
        typer.echo(f"{hit.likeness:.2f}  {hit.passage.note}\n      {hit.passage.text[:150]}...")
    if not hits:
        typer.echo("Nothing in the collection is near enough to be shown.")
