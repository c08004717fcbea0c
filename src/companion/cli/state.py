"""companion where, companion check: where things are, and whether everything that somebody depends on works."""

from __future__ import annotations

import typer

from companion.app import build
from companion.cli.options import KnowledgeOption, ModelOption, RegionOption, settings
from companion.models import known_models
from companion.selfcheck import findings


def add_to(app: typer.Typer) -> None:
    """Add the commands about state to the command line."""
    app.command("where", help=where.__doc__)(where)
    app.command("check", help=check.__doc__)(check)


def where() -> None:
    """Print where everything is kept.

    COMPANION_HOME moves the home folder. No chat text is kept anywhere: talks live in memory and end with the page.
    """
    chosen = settings()
    typer.echo(
        f"home        {chosen.home}\nindex       {chosen.home / 'index'}\nknowledge   {chosen.knowledge}\nprompts     {chosen.prompts}"
    )
    speaking = next((model.name for model in known_models(chosen) if model.speaks), "none")
    typer.echo(f"model       {speaking}\nembedder    {chosen.embedder or 'the packaged default'}")
    typer.echo("talks       in memory only, until the page closes")


def check(model: ModelOption = None, region: RegionOption = None, knowledge: KnowledgeOption = None) -> None:
    """Check what a person in danger depends on, by using it, and then the models.

    Exit status 0 when the page may be served, 1 when it would refuse to start. A missing model is said but does not refuse:
    danger is heard without any.
    """
    chosen = settings(model=model, region=region, knowledge=knowledge)
    companion = build(chosen)
    found = findings(companion, chosen)
    companion.wait(120)
    for finding in found:
        mark = "ok  " if finding.ok else "STOP" if finding.needed else "note"
        typer.echo(f"{mark}  {finding.what}: {finding.detail}")
    for part, state in companion.readiness().items():
        typer.echo(f"{'ok  ' if state == 'ready' else 'note'}  {part}: {state}")
    for problem in companion.problems():
        typer.echo(f"note  {problem}")
    raise typer.Exit(1 if any(finding.needed and not finding.ok for finding in found) else 0)
