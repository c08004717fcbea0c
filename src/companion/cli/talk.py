"""companion talk: the same pipeline in a terminal."""

from __future__ import annotations

import sys
import textwrap
from typing import Annotated, assert_never

import typer

from companion.app import Companion, build
from companion.cli.options import KnowledgeOption, ModelOption, RegionOption, settings
from companion.core.events import (
    Event,
    Finished,
    HandoffChanged,
    Offered,
    Quoted,
    Retrieved,
    Routed,
    Said,
    Screened,
    Stumbled,
    Withheld,
)
from companion.core.line import Line
from companion.core.message import Message, Style, Turn
from companion.core.talk import SoFar
from companion.selfcheck import refuse_if_unfit

WIDTH = 78


def add_to(app: typer.Typer) -> None:
    """Add `talk` to the command line."""
    app.command("talk", help=talk.__doc__)(talk)


def talk(
    model: ModelOption = None,
    region: RegionOption = None,
    knowledge: KnowledgeOption = None,
    style: Annotated[Style, typer.Option(help="The kind of company.")] = Style.STORIES,
) -> None:
    """Talk in the terminal: the same screening, stories and guard as on the page.

    An empty line or Ctrl+D ends it. Nothing is written to disk; your terminal may keep what it shows.
    """
    chosen = settings(model=model, region=region, knowledge=knowledge)
    companion = build(chosen, counted=True)
    refuse_if_unfit(companion, chosen)
    typer.echo("This is software, an AI: not a person, not a clinician. Nothing is written to disk. An empty line ends it.")
    typer.echo("Waking up...", err=True)
    companion.wait(90)
    _loop(companion, chosen.region, style)


def _loop(companion: Companion, region: str, style: Style) -> None:
    earlier: tuple[Message, ...] = ()
    so_far = SoFar()
    while True:
        sys.stdout.write("\nyou > ")
        sys.stdout.flush()
        said = sys.stdin.readline().strip()
        if not said:
            typer.echo("\nTake care of the evening.")
            return
        reply: list[str] = []
        for event in companion.take(Turn(said=said, earlier=earlier, so_far=so_far, style=style, region=region)):
            shown = _shown(event)
            if shown:
                typer.echo(shown)
            if isinstance(event, Said):
                reply.append(event.text)
            if isinstance(event, Finished):
                so_far = event.so_far
        earlier = (*earlier, Message(role="person", text=said), Message(role="companion", text=" ".join(reply)))


def _shown(event: Event) -> str | None:
    """Return what the terminal shows of an event."""
    match event:
        case Said(text=text, choices=choices):
            return _wrapped(text) + ("\n  [" + "] [".join(choices) + "]" if choices else "")
        case Quoted(text=text, title=title, credit=credit):
            return "\n" + textwrap.indent(_wrapped(f"\u201c{text}\u201d"), "    ") + f"\n    {credit}: {title}"
        case Offered(lines=lines, emergency=emergency):
            head = [f"  emergency number: {emergency}"] if emergency else []
            return "\n".join([*head, *(_line(line) for line in lines)])
        case Screened() | Routed() | Retrieved() | HandoffChanged() | Withheld() | Finished() | Stumbled():
            return None
        case _:
            assert_never(event)


def _line(line: Line) -> str:
    ways = [
        f"call {line.phone}" if line.phone else "",
        f"text {line.text}" if line.text else "",
        line.chat_url or line.website or "",
    ]
    doubt = "" if line.confirmed else " (unconfirmed)"
    return f"  - {line.name}{doubt}: {', '.join(way for way in ways if way)} [{line.hours}]"


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(part, WIDTH) for part in text.split("\n"))
