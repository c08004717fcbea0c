"""companion model: which language model speaks, and how others are fetched."""

from __future__ import annotations

from typing import Annotated

import typer

from companion.cli.options import settings
from companion.models import PACKAGED, Known, get_model, known_models, use_model


def app() -> typer.Typer:
    """Return the commands under `companion model`."""
    commands = typer.Typer(help="The language model that speaks.", no_args_is_help=True, rich_markup_mode=None)
    commands.command("get", help=get.__doc__)(get)
    commands.command("list", help=show.__doc__)(show)
    commands.command("use", help=use.__doc__)(use)
    return commands


def get(
    repo: Annotated[str, typer.Argument(help="The repository on the hub, as owner/name.")],
    file: Annotated[str, typer.Argument(help="The GGUF file in it.")],
    revision: Annotated[str | None, typer.Option(help="A branch, tag or commit; the main branch unless told.", show_default=False)] = None,
    endpoint: Annotated[str | None, typer.Option(help="Another hub than the public one, as a URL.", show_default=False)] = None,
    again: Annotated[bool, typer.Option(help="Take what the hub has now, though it is not what was fetched first.")] = False,
) -> None:
    """Fetch a chat model. A cut-off transfer goes on where it stopped; the checksum is checked, and pinned on first use.

    This is the only command that reaches for the internet. It sends the name of the model and nothing else.
    """
    model = get_model(settings(), repo, file, revision=revision, endpoint=endpoint, again=again)
    typer.echo(f"{told(model)}\nLet it speak with: companion model use {model.name}")


def show() -> None:
    """List the models that are here, and which one speaks.

    A star marks the one that speaks. The names are what `companion model use` takes; size and tokens are read from each model's own file.
    """
    for model in known_models(settings()):
        typer.echo(f"{'*' if model.speaks else ' '} {told(model)}")


def use(name: Annotated[str, typer.Argument(help=f"A name from `companion model list`, or `{PACKAGED}`.")]) -> None:
    """Let this model speak from the next start on. It is checked against its pin, and refused without a chat template of its own."""
    typer.echo(f"from the next start on: {use_model(settings(), name) or 'the packaged model'}")


def told(model: Known) -> str:
    """Return a model in one line."""
    if model.path is None or model.facts is None:
        return f"{model.name}  is not here"
    facts = model.facts
    size = f"{facts.parameters / 1e9:.1f} billion" if facts.parameters >= 1e9 else f"{facts.parameters / 1e6:.0f} million"
    return f"{model.name}  {model.path.stat().st_size / 1e6:,.0f} MB, {facts.name}, {size} parameters, {facts.context or 'unknown'} tokens"
