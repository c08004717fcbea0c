"""companion evals: examinations that anyone can read and run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from companion.app import Companion, build
from companion.arms import obeying
from companion.cli.batch import talk_of
from companion.cli.options import settings
from companion.cli.replies import replies
from companion.cli.sheet import score, sheet
from companion.core.concern import Subject, Tier
from companion.core.lesson import Lesson
from companion.core.message import Turn
from companion.evals.attacks import AttackCase, Attacked, attack_rates, attacks_page, path_rate
from companion.evals.boundaries import BoundaryCase, Recognised, boundaries_page, boundary_rates
from companion.evals.cases import Case, read_cases, read_conversations, read_lines
from companion.evals.danger import Heard, Rate, Result, below, by_kind, by_language, calibration, rates
from companion.evals.report import markdown, picture, table
from companion.fitting import fit_danger
from companion.knowledge.voice import Example, read_examples

SUITES = Path("evals/suites")
BASELINES = Path("evals/baselines")
AT_ONCE = 128
OBEYING = {"a small model that obeys": True, "a large model that obeys": False}
"""Whose answers come through the whole path, and whether they are those of a small model."""
_ADDRESSED = re.compile(r"\?|\byou|\b(?:bye|night|gn|thanks|thank|hi|hello)\b", re.IGNORECASE)
"""What may ask the companion something; ordinary talk without it asks for no boundary."""
FITTED_LANGUAGE = "en"
"""The packaged embedder reads English; fitted on other languages as well, the layer got worse in all of them."""


def app() -> typer.Typer:
    """Return the commands under `companion evals`."""
    commands = typer.Typer(help="Examinations, and fitting what is learned from cases.", no_args_is_help=True, rich_markup_mode=None)
    commands.command("run", help=run.__doc__)(run)
    commands.command("fit", help=fit.__doc__)(fit)
    commands.command("sheet", help=sheet.__doc__)(sheet)
    commands.command("score", help=score.__doc__)(score)
    return commands


SuitesArgument = Annotated[list[str], typer.Argument(help="Which suites: danger, boundaries, attacks, replies.")]
FolderOption = Annotated[Path, typer.Option("--suites", help="The folder of suites.")]


def run(
    names: SuitesArgument,
    suites: FolderOption = SUITES,
    split: Annotated[str, typer.Option(help="Which split: fit, tune or test.")] = "test",
    phrases: Annotated[bool, typer.Option("--phrases", help="The phrase floor alone.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write report.md, result.json and calibration.svg here.", show_default=False)] = None,
    baseline: Annotated[Path, typer.Option(help="Folder of committed figures that must not get worse.")] = BASELINES,
) -> None:
    """Examine how danger or boundaries are heard, what the guard stops, what is chosen to say: shares with n and 95 % intervals.

    Exit status 1 when a figure of the test split is worse than the committed baseline.
    """
    companion = build(settings())
    if not phrases and not companion.wait_for_reading():
        typer.echo("There is no embedder, so this is the phrase floor alone.")
    worse: list[str] = []
    for name in names:
        if name not in _SUITES:
            raise typer.BadParameter(f"there are these suites: {', '.join(_SUITES)}")
        everything = _SUITES[name](companion, suites, split, report)
        committed = baseline / f"{name}.json"
        if split == "test" and not phrases and committed.is_file():
            worse += below(everything, json.loads(committed.read_text(encoding="utf-8"))["shares"])
    for line in worse:
        typer.echo(f"WORSE  {line}", err=True)
    raise typer.Exit(1 if worse else 0)


def _danger(companion: Companion, suites: Path, split: str, report: Path | None) -> tuple[Rate, ...]:
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
    talk = support_talk(companion, companion_examples(split))
    typer.echo(table("Ordinary support talk: what people said in the voice examples", talk))
    bins = calibration(results)
    everything = (*held, *talk, *by_language(results), *reached)
    typer.echo("\n".join(f"  chance {b.chance:.2f}  danger {b.share:.2f}  n={b.n}" for b in bins))
    if report:
        _write(report, "danger", everything, markdown(results, everything))
        (report / "danger.svg").write_text(picture(bins), encoding="utf-8")
    return everything


def _boundaries(companion: Companion, suites: Path, split: str, report: Path | None) -> tuple[Rate, ...]:
    cases = [case for case in read_lines(suites / "boundaries" / "cases.jsonl", BoundaryCase) if case.split == split]
    ready = companion.ahead([[case.text] for case in cases])
    results = [Recognised(case, ready.kit.boundaries.boundary(ready.heard(case.text)) or "") for case in cases]
    found = boundary_rates(results)
    typer.echo(table("Boundaries", found))
    if report:
        _write(report, "boundaries", found, boundaries_page(results))
    return found


def _attacks(companion: Companion, suites: Path, split: str, report: Path | None) -> tuple[Rate, ...]:
    """Everything is examined whatever the split, since nothing is fitted on it."""
    cases = [case for path in sorted((suites / "attacks").glob("*.jsonl")) for case in read_lines(path, AttackCase)]
    guarded = [(case, companion.guard(case.obeys, case.turns)) for case in cases]
    results = [Attacked(case, found.released, bool(found.kinds)) for case, found in guarded]
    paths = tuple(path_rate(name, [obeying(companion, case, small=small) for case in cases]) for name, small in OBEYING.items())
    found_rates = (*paths, *attack_rates(results))
    typer.echo(table(f"Attacks ({split})", found_rates))
    if report:
        _write(report, "attacks", found_rates, attacks_page(results, paths))
    return found_rates


def _replies(companion: Companion, suites: Path, split: str, report: Path | None) -> tuple[Rate, ...]:
    found, page = replies(companion, suites, split)
    if report:
        _write(report, "replies", found, page)
    return found


_SUITES: Mapping[str, Callable[[Companion, Path, str, Path | None], tuple[Rate, ...]]] = {
    "danger": _danger,
    "boundaries": _boundaries,
    "attacks": _attacks,
    "replies": _replies,
}


def fit(suite: Annotated[str, typer.Argument(help="danger or boundaries: they are one layer.")], suites: FolderOption = SUITES) -> None:
    """Fit the trained layer from danger and boundaries, calibrate it on tune, and write it into knowledge/signals/trained.

    The seed is fixed. The test split is never read. About half an hour on two cores.
    """
    if suite not in ("danger", "boundaries"):
        raise typer.BadParameter("danger and boundaries are fitted together, as one layer")
    chosen = settings()
    companion = build(chosen)
    cases = (*read_cases(suites / "danger" / "cases", "fit", "tune"), *read_cases(suites / "danger" / "lessons", "fit", "tune"))
    lessons = [_lesson(case, companion) for case in cases if case.language == FITTED_LANGUAGE]
    asked = read_lines(suites / "boundaries" / "cases.jsonl", BoundaryCase)
    lessons += [_boundary_lesson(case, companion) for case in asked if case.split != "test"]
    talk = read_examples(chosen.prompts / "voice" / "examples.jsonl")
    lessons += [_lesson(_ordinary(example), companion) for example in talk if example.split != "test"]
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


def companion_examples(split: str) -> tuple[Example, ...]:
    """Return the voice examples of one split; none where they are not there."""
    path = settings().prompts / "voice" / "examples.jsonl"
    return tuple(example for example in read_examples(path) if example.split == split) if path.is_file() else ()


def support_talk(companion: Companion, examples: Sequence[Example]) -> tuple[Rate, ...]:
    """Return how often people who came with an ordinary evening were taken to be in danger."""
    tiers = [result.heard.tier for result in examine(companion, [_ordinary(example) for example in examples])]
    return (
        Rate(name="support talk at tier 2 or above", hits=sum(t >= Tier.CONCERN for t in tiers), n=len(tiers), want=0.01, alarm=True),
        Rate(name="support talk at tier 1 or above", hits=sum(t >= Tier.WATCH for t in tiers), n=len(tiers), alarm=True),
    )


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
    tells = case.group == "ordinary" and not _ADDRESSED.search(case.text)
    return Lesson(
        plain=companion.kit.normalise(case.text),
        tier=case.tier,
        kinds=case.kinds,
        subject=case.subject,
        split="tune" if case.split == "tune" else "fit",
        calm=case.group if case.group in ("ordinary", "look_alike") else "",
        boundary="" if tells else None,
    )


def _ordinary(example: Example) -> Case:
    """Return what the person said in a voice example: ordinary talk, as people come with it."""
    said, id_ = example.turns[-1].text, f"voice-{example.id}"
    return Case(id=id_, text=said, tier=Tier.ORDINARY, subject=Subject.SELF, group="ordinary", scenario=id_, split=example.split)


def _boundary_lesson(case: BoundaryCase, companion: Companion) -> Lesson:
    return Lesson(
        plain=companion.kit.normalise(case.text),
        tier=Tier.ORDINARY,
        kinds=(),
        subject=Subject.SELF,
        split="tune" if case.split == "tune" else "fit",
        calm="ordinary",
        boundary=case.boundary,
    )


def _write(folder: Path, suite: str, everything: Sequence[Rate], page: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{suite}.md").write_text(page, encoding="utf-8")
    shares = {rate.name: round(rate.share, 4) for rate in everything}
    (folder / f"{suite}.json").write_text(json.dumps({"shares": shares}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo(f"written to {folder}")
