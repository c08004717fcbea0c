"""companion voice: how a small model is taught to speak."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companion.cli.options import settings
from companion.fitting import fit_reflection_finder, fit_reply_judge, fit_voice, keep_reflections
from companion.knowledge.voice import read_examples, read_labelled, read_picked

GUARDED = Path("evals/suites/guard")
SHOWN = ("reflections.jsonl", "examples.jsonl")
"""What a voice learns from: plain reflections of what was said, and those of the examples that stay close to it."""

PICKED = Path("evals/suites/replies/picked.jsonl")
PicksOption = Annotated[Path, typer.Option(help="What readers picked from the bank, as JSONL.")]


def app() -> typer.Typer:
    """Return the commands under `companion voice`."""
    commands = typer.Typer(help="The voice of a small model.", no_args_is_help=True, rich_markup_mode=None)
    commands.command("fit", help=fit.__doc__)(fit)
    commands.command("judge", help=judge.__doc__)(judge)
    commands.command("find", help=find.__doc__)(find)
    commands.command("keep", help=keep.__doc__)(keep)
    return commands


def fit(
    examples: Annotated[Path | None, typer.Option(help="Exchanges as JSONL; the shipped ones unless told.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(help="Where the adapter goes; into prompts/voice unless told.", show_default=False)] = None,
) -> None:
    """Teach the configured small model its voice from written exchanges, or from replies that your reviewers approved.

    Needs the extra `voice`. The seed is fixed. About half an hour on two cores for three thousand exchanges.
    """
    chosen = settings()
    folder = chosen.prompts / "voice"
    taught = [example for path in ([examples] if examples else map(folder.joinpath, SHOWN)) for example in read_examples(path)]
    card = fit_voice(chosen, taught, out or folder / "voice.gguf", typer.echo)
    typer.echo(f"loss on exchanges it had not met: {card.loss_before:.2f} before, {card.loss_after:.2f} after; {card.examples} exchanges")


def judge(
    labelled: Annotated[Path, typer.Option(help="Folder of judged replies as JSONL.")] = GUARDED,
    picks: PicksOption = PICKED,
) -> None:
    """Fit the judge that chooses among drafts and guards by meaning, from good replies and judged ones. About ten minutes on two cores."""
    chosen = settings()
    replies = [reply for path in sorted(labelled.glob("*.jsonl")) for reply in read_labelled(path)]
    picked = read_picked(picks) if picks.is_file() else ()
    card = fit_reply_judge(chosen, read_examples(chosen.prompts / "voice" / "examples.jsonl"), replies, picked, typer.echo)
    for name, share in card.measured.items():
        typer.echo(f"{share:7.1%}  {name}")


def keep() -> None:
    """Work out ahead what the curated reflections mean, so that no start waits for it. Run it after changing prompts/fixed/*/reflections.

    Without it everything works too; changed words are then read anew at every start.
    """
    typer.echo(f"{keep_reflections(settings())} messages kept")


def find(picks: PicksOption = PICKED) -> None:
    """Fit what finds the curated reflection for a message by meaning, and keep the bank's vectors. About ten minutes on two cores."""
    chosen = settings()
    share = fit_reflection_finder(chosen, read_examples(chosen.prompts / "voice" / "examples.jsonl"), read_picked(picks), typer.echo)
    typer.echo(f"{share:.1%} of tune: a reply that a reader picked is among the ten nearest entries")
