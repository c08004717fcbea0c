"""companion evals: examinations that anyone can read and run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from companion.app import Companion, build
from companion.cli.batch import talk_of
from companion.cli.options import settings
from companion.core.concern import Tier
from companion.core.lesson import Lesson
from companion.core.message import Turn
from companion.evals.cases import Case, read_cases, read_conversations
from companion.evals.danger import Heard, Rate, Result, below, by_kind, by_language, calibration, rates
from companion.evals.report import markdown, picture, table
from companion.fitting import fit_danger

SUITES = Path("evals/suites")
BASELINES = Path("evals/baselines")
AT_ONCE = 128
FITTED_LANGUAGE = "en"
"""The packaged embedder reads English; fitted on other languages as well, the layer got worse in all of them."""


def app() -> typer.Typer:
    """Return the commands under `companion evals`."""
    commands = typer.Typer(help="Examinations, and fitting what is learned from cases.", no_args_is_help=True, rich_markup_mode=None)
    commands.command("run", help=run.__doc__)(run)
    commands.command("fit", help=fit.__doc__)(fit)
    return commands


SuiteArgument = Annotated[str, typer.Argument(help="Which suite: danger.")]
FolderOption = Annotated[Path, typer.Option("--suites", help="The folder of suites.")]


def run(
    suite: SuiteArgument,
    suites: FolderOption = SUITES,
    split: Annotated[str, typer.Option(help="Which split: fit, tune or test.")] = "test",
    phrases: Annotated[bool, typer.Option("--phrases", help="The phrase floor alone.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write report.md, result.json and calibration.svg here.", show_default=False)] = None,
    baseline: Annotated[Path, typer.Option(help="Committed figures that must not get worse.")] = BASELINES / "danger.json",
) -> None:
    """Examine how danger is heard: recall and false alarms with n and 95 % intervals, by group, language and kind.

    Exit status 1 when a figure is worse than the committed baseline.
    """
    _only_danger(suite)
    companion = build(settings())
    if not phrases and not companion.wait_for_reading():
        typer.echo("There is no embedder, so this is the phrase floor alone.")
    cases = read_cases(suites / "danger" / "cases")
    results = examine(companion, [case for case in cases if case.split == split])
    held = rates(results)
    typer.echo(table("What the project is held to", held))
    typer.echo(table("By language", by_language(results)))
    typer.echo(table("By kind", by_kind(results)))
    talks = suites / "danger" / "conversations.jsonl"
    reached = conversations(companion, talks) if talks.is_file() else ()
    if reached:
        typer.echo(table("Conversations", reached))
    bins = calibration(results)
    everything = (*held, *by_language(results), *reached)
    if report:
        _write(report, results, everything)
    typer.echo("\n".join(f"  chance {b.chance:.2f}  danger {b.share:.2f}  n={b.n}" for b in bins))
    if split == "test" and not phrases and baseline.is_file():
        worse = below(everything, json.loads(baseline.read_text(encoding="utf-8"))["shares"])
        for line in worse:
            typer.echo(f"WORSE  {line}", err=True)
        raise typer.Exit(1 if worse else 0)


def fit(suite: SuiteArgument, suites: FolderOption = SUITES) -> None:
    """Fit the trained layer from the fit split, calibrate it on tune, and write it into knowledge/signals/trained.

    The seed is fixed. The test split is never read. About half an hour on two cores.
    """
    _only_danger(suite)
    chosen = settings()
    companion = build(chosen)
    cases = (*read_cases(suites / "danger" / "cases", "fit", "tune"), *read_cases(suites / "danger" / "lessons", "fit", "tune"))
    lessons = [_lesson(case, companion) for case in cases if case.language == FITTED_LANGUAGE]
    card = fit_danger(chosen, lessons, typer.echo)
    for name, share in card.measured.items():
        typer.echo(f"{share:7.1%}  {name}")


def examine(companion: Companion, cases: Sequence[Case]) -> list[Result]:
    """Return what the companion makes of every case, read in batches."""
    results: list[Result] = []
    for start in range(0, len(cases), AT_ONCE):
        part = cases[start : start + AT_ONCE]
        ready = companion.ahead([[case.text] for case in part])
        results += [Result(case, _heard(ready, case)) for case in part]
    return results


def conversations(companion: Companion, path: Path) -> tuple[Rate, ...]:
    """Return how many conversations reached the tier they must, and how many went beyond what is right."""
    found = read_conversations(path)
    reached = over = 0
    for talk in found:
        tier = _tier_after(companion, talk.model_dump(mode="json"))
        reached += tier >= talk.tier
        over += tier > talk.at_most
    return (
        Rate(name="conversations that reached their tier", hits=reached, n=len(found)),
        Rate(name="conversations taken for graver than they are", hits=over, n=len(found), alarm=True),
    )


def _tier_after(companion: Companion, talk: dict[str, Any]) -> Tier:
    earlier, said = talk_of(talk)
    ready = companion.ahead([[*(message.text for message in earlier if message.role == "person"), said]])
    turn = Turn(said=said, earlier=earlier)
    return ready.screen(turn.model_copy(update={"so_far": ready.so_far(earlier, turn)})).tier


def _heard(companion: Companion, case: Case) -> Heard:
    verdict = companion.screen(Turn(said=case.text))
    odds = companion.heard(case.text).odds
    return Heard(tier=verdict.tier, kinds=verdict.kinds, subject=verdict.subject, chance=odds.tiers[1] if odds else None)


def _lesson(case: Case, companion: Companion) -> Lesson:
    return Lesson(
        plain=companion.kit.normalise(case.text),
        tier=case.tier,
        kinds=case.kinds,
        subject=case.subject,
        split="tune" if case.split == "tune" else "fit",
        calm=case.group if case.group in ("ordinary", "look_alike") else "",
    )


def _write(folder: Path, results: Sequence[Result], everything: Sequence[Rate]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "danger.md").write_text(markdown(results, everything), encoding="utf-8")
    (folder / "danger.svg").write_text(picture(calibration(results)), encoding="utf-8")
    shares = {rate.name: round(rate.share, 4) for rate in everything}
    (folder / "danger.json").write_text(json.dumps({"shares": shares}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo(f"written to {folder}")


def _only_danger(suite: str) -> None:
    if suite != "danger":
        raise typer.BadParameter("there is one suite so far: danger")
