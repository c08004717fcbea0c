"""The batch commands: one JSON object per line in and out, in order, so that others can measure us on their own data."""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from companion.app import Companion, build
from companion.cli.options import KnowledgeOption, ModelOption, RegionOption, settings
from companion.core.errors import BadLine
from companion.core.events import Quoted, Said
from companion.core.message import Message, Style, Turn

Record = dict[str, Any]
AT_ONCE = 64
"""Lines answered together."""
JsonlOption = Annotated[
    bool,
    typer.Option(
        "--jsonl",
        help="Read and write one JSON object per line (the only form there is; required so that scripts say it).",
    ),
]
FileArgument = Annotated[Path | None, typer.Argument(help="A file to read; without one, standard input.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Add the batch commands to the command line."""
    app.command("screen", help=screen.__doc__)(screen)
    app.command("guard", help=guard.__doc__)(guard)
    app.command("reply", help=reply.__doc__)(reply)


def screen(
    file: FileArgument = None,
    jsonl: JsonlOption = False,
    knowledge: KnowledgeOption = None,
    phrases: Annotated[bool, typer.Option("--phrases", help="The phrase floor alone, as when every model is gone.")] = False,
) -> None:
    """Read messages for danger, with the phrase floor, the trained layer and what the conversation shows.

    In:  {"id": "1", "text": "..."}  or  {"id": "1", "messages": [{"role": "user", "content": "..."}, ...]}
    Out: {"id": "1", "tier": 2, "kinds": ["suicidal_thoughts"], "subject": "self", "checks": [...]}

    Tier, kinds and subject are those of the last message after its conversation. A line that cannot be read yields
    {"id": null, "error": "line 3: ..."}; the rest goes on, and the exit status is 1.
    """
    companion = build(settings(knowledge=knowledge))
    if not phrases:
        companion.wait_for_reading()
    run(jsonl, file, partial(_screening, companion))


def guard(file: FileArgument = None, jsonl: JsonlOption = False, knowledge: KnowledgeOption = None) -> None:
    """Read replies as the page's guard would, and say what would be shown.

    In:  {"id": "1", "reply": "...", "messages": [...]}      messages are optional
    Out: {"id": "1", "released": "...", "withheld": "...", "kinds": ["clinician"]}

    Sentences are released up to the first that is not cleared; everything from there on is withheld.
    """
    companion = build(settings(knowledge=knowledge))
    run(jsonl, file, each(lambda record: _guarded(companion, record)))


def reply(
    file: FileArgument = None,
    jsonl: JsonlOption = False,
    model: ModelOption = None,
    region: RegionOption = None,
    knowledge: KnowledgeOption = None,
    seed: Annotated[int | None, typer.Option(help="A fixed seed, so that a run can be repeated.", show_default=False)] = None,
) -> None:
    """Answer messages as the page would: screened, routed, retrieved, guarded.

    In:  {"id": "1", "messages": [{"role": "user", "content": "..."}], "style": "stories", "region": "GB", "language": "en"}
    Out: {"id": "1", "text": "...", "events": [{"kind": "screened", ...}, {"kind": "routed", ...}, ...]}

    style, region and language are optional. Styles: listen, stories, ideas, people.
    """
    chosen = settings(model=model, region=region, knowledge=knowledge, seed=seed)
    companion = build(chosen)
    companion.wait(120)
    run(jsonl, file, each(lambda record: _replied(companion, record, chosen.region)))


Answer = Callable[[Record], Record]
Prepare = Callable[[Sequence[Record]], Answer]
"""Given some records that came together, returns what answers each of them."""


def each(answer: Answer) -> Prepare:
    """Return a preparation that does nothing: every record is answered by itself."""
    return lambda _records: answer


def run(jsonl: bool, file: Path | None, prepare: Prepare) -> None:
    """Answer every line in order, streaming; exit with 1 when a line could not be read, 2 when `--jsonl` is missing."""
    if not jsonl:
        typer.echo("companion: this command reads and writes JSON lines; say so with --jsonl.", err=True)
        raise typer.Exit(2)
    failed = False
    for out in answers(_lines(file), prepare):
        failed = failed or "error" in out
        sys.stdout.write(json.dumps(out, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    if failed:
        raise typer.Exit(1)


def answers(lines: Iterable[str], prepare: Prepare) -> Iterator[Record]:
    """Yield one record per line; a line that cannot be read yields its error and its number, and the rest goes on."""
    for batch in _batches(lines):
        read = [(number, _record(line)) for number, line in batch if line.strip()]
        answer = prepare([record for _, record in read if isinstance(record, dict)])
        for number, record in read:
            try:
                if isinstance(record, BadLine):
                    raise record
                yield {"id": record["id"], **answer(record)}
            except BadLine as error:
                yield {"id": None, "error": f"line {number}: {error.what}"}


def _record(line: str) -> Record | BadLine:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        return BadLine(f"not valid JSON ({error.msg})")
    return record if isinstance(record, dict) and "id" in record else BadLine("lacks an `id`")


def _batches(lines: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    """Yield the numbered lines that are there, at most AT_ONCE together; never waits for more once it has one."""
    waiting: queue.Queue[tuple[int, str] | None] = queue.Queue(maxsize=4 * AT_ONCE)

    def fill() -> None:
        for numbered in enumerate(lines, start=1):
            waiting.put(numbered)
        waiting.put(None)

    threading.Thread(target=fill, name="lines", daemon=True).start()
    last = False
    while not last:
        batch = [waiting.get()]
        while len(batch) < AT_ONCE and batch[-1] is not None and not waiting.empty():
            batch.append(waiting.get())
        last = batch[-1] is None
        yield [numbered for numbered in batch if numbered is not None]


def _lines(file: Path | None) -> Iterator[str]:
    if file is None:
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield from sys.stdin
        return
    with file.open(encoding="utf-8", errors="replace") as opened:
        yield from opened


def talk_of(record: Record) -> tuple[tuple[Message, ...], str]:
    """Return what came before and the last thing the person said. Raises BadLine."""
    if isinstance(record.get("text"), str):
        return (), record["text"]
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadLine("lacks `text` or `messages`")
    talk: list[Message] = []
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise BadLine("a message lacks `content`")
        if message.get("role") not in ("user", "assistant", "system"):
            raise BadLine("a message lacks a `role` of user or assistant")
        if message["role"] != "system":
            talk.append(Message(role="person" if message["role"] == "user" else "companion", text=message["content"]))
    last = max((at for at, message in enumerate(talk) if message.role == "person"), default=None)
    if last is None:
        raise BadLine("no message is from the user")
    return tuple(talk[:last]), talk[last].text


def _turn(companion: Companion, record: Record, region: str = "001") -> Turn:
    earlier, said = talk_of(record)
    style = record.get("style", Style.STORIES)
    if style not in set(Style):
        raise BadLine(f"`style` is not one of {', '.join(Style)}")
    where = record.get("region") or region
    if not isinstance(where, str):
        raise BadLine("`region` is not a code")
    turn = Turn(
        said=said,
        earlier=earlier,
        style=Style(style),
        region=where.upper(),
        language=str(record.get("language") or "en"),
    )
    return turn.model_copy(update={"so_far": companion.so_far(earlier, turn)})


def _screening(companion: Companion, records: Sequence[Record]) -> Answer:
    """Return what screens these records: their messages are read by meaning together, which is several times faster."""
    talks: list[list[str]] = []
    for record in records:
        with suppress(BadLine):
            earlier, said = talk_of(record)
            talks.append([*(message.text for message in earlier if message.role == "person"), said])
    ready = companion.ahead(talks)
    return lambda record: _screened(ready, record)


def _screened(companion: Companion, record: Record) -> Record:
    verdict = companion.screen(_turn(companion, record))
    checks = [
        {
            "check": concern.check,
            "tier": int(concern.tier),
            "kind": concern.kind,
            "subject": concern.subject,
            "because": concern.because,
        }
        for concern in verdict.concerns
    ]
    return {"tier": int(verdict.tier), "kinds": list(verdict.kinds), "subject": verdict.subject, "checks": checks}


def _guarded(companion: Companion, record: Record) -> Record:
    if not isinstance(record.get("reply"), str):
        raise BadLine("lacks `reply`")
    said: tuple[str, ...] = ()
    if record.get("messages"):
        earlier, last = talk_of(record)
        said = (*(message.text for message in earlier if message.role == "person"), last)
    guarded = companion.guard(record["reply"], said)
    return {"released": guarded.released, "withheld": guarded.withheld, "kinds": list(guarded.kinds)}


def _replied(companion: Companion, record: Record, region: str) -> Record:
    events = list(companion.take(_turn(companion, record, region)))
    said = [
        event.text if isinstance(event, Said) else f"\u201c{event.text}\u201d ({event.credit}: {event.title})"
        for event in events
        if isinstance(event, Said | Quoted)
    ]
    return {"text": "\n\n".join(said), "events": [event.model_dump(mode="json") for event in events]}
