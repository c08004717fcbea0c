"""companion report: figures without content, for those who have to give them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from companion.app import build, years_of
from companion.cli.options import settings
from companion.pages.safety import rules_version

REFERRAL, HANDOFF, NOTICE = "referral.", "handoff.", "notice."


def app() -> typer.Typer:
    """Return the commands under `companion report`."""
    commands = typer.Typer(help="Figures without content.", no_args_is_help=True, rich_markup_mode=None)
    commands.callback()(_noun)
    commands.command("yearly", help=yearly.__doc__)(yearly)
    return commands


def _noun() -> None:
    """Keep the noun in front of its only verb."""


def yearly(
    year: Annotated[int | None, typer.Option(help="Which year; without it, the last whole one.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Count a year's referrals to crisis lines, as California Bus. & Prof. Code 22603 asks for.

    Names and numbers only: how often ways to people were shown, for which kind of danger, how often a human supporter was called
    for, and which protocol was in force. Nothing in it can point to a person.
    """
    chosen = settings()
    which = year or datetime.now(UTC).year - 1
    counts = years_of(chosen).get(str(which), {})
    report = {
        "year": which,
        "crisis_referral_notices": _sum(counts, REFERRAL),
        "by_kind_and_tier": {name.removeprefix(REFERRAL): n for name, n in sorted(counts.items()) if name.startswith(REFERRAL)},
        "human_supporter_called": {name.removeprefix(HANDOFF): n for name, n in sorted(counts.items()) if name.startswith(HANDOFF)},
        "notices_of_being_software": _sum(counts, NOTICE),
        "protocol": rules_version(build(chosen)),
        "protocol_published_at": "/safety",
    }
    if as_json:
        typer.echo(json.dumps(report, indent=1))
        return
    typer.echo(f"{which}: {report['crisis_referral_notices']} times ways to people were shown because of danger.")
    for name, n in counts.items():
        if name.startswith(REFERRAL):
            family, tier = name.removeprefix(REFERRAL).rsplit(".", 1)
            typer.echo(f"  {n:6}  {family.replace('_', ' ')}, tier {tier}")
    typer.echo(f"Protocol {report['protocol']}, published at /safety.")


def _sum(counts: dict[str, int], prefix: str) -> int:
    return sum(n for name, n in counts.items() if name.startswith(prefix))
