"""Reads knowledge/signals/<language>/*.toml into values. Knows nothing of how patterns are matched."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from companion.core.errors import NoteError
from companion.core.signal import (
    BoundarySignal,
    Combination,
    Contexts,
    DangerSignal,
    DangerSignals,
    Fact,
    GuardSignal,
    LintRule,
    RuleSet,
)
from companion.core.value import Value

V = TypeVar("V", bound=Value)


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's tables. Raises NoteError naming the line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NoteError(f"cannot be read ({error})", where=str(path), mend="correct the file's TOML") from error
    except OSError as error:
        raise NoteError("is not there", where=str(path), mend="restore the file or name another folder") from error


def as_value(kind: type[V], table: dict[str, Any], where: str) -> V:
    """Return `table` as a value. Raises NoteError naming the field."""
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise NoteError(f"`{field}`: {first['msg'].lower()}", where=where, mend="see knowledge/signals/README.md") from error


def _tables(path: Path, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    for table in read_toml(path).get(name, []):
        yield table, f"{path}, {table.get('name', name)}"


def _contexts(folder: Path) -> dict[str, Any]:
    return read_toml(folder / "contexts.toml")


def read_danger(folder: Path) -> DangerSignals:
    """Return the danger signals of one language's folder. Raises NoteError."""
    head = _contexts(folder)
    files = sorted(folder.glob("danger-*.toml"))
    if not files:
        raise NoteError("has no danger-*.toml", where=str(folder), mend="restore the signals; nobody is served without them")
    return DangerSignals(
        language=head["language"],
        reviewed=head.get("reviewed", False),
        spaced=head.get("spaced", True),
        slots={name: tuple(entries) for name, entries in head.get("slots", {}).items()},
        contexts=as_value(Contexts, head.get("contexts", {}), str(folder / "contexts.toml")),
        signals=tuple(as_value(DangerSignal, t, where) for path in files for t, where in _tables(path, "signal")),
        combinations=tuple(as_value(Combination, t, where) for path in files for t, where in _tables(path, "combination")),
    )


def read_all_danger(folder: Path) -> tuple[DangerSignals, ...]:
    """Return the danger signals of every language in the folder, by name of its folder. Raises NoteError."""
    return tuple(read_danger(found.parent) for found in sorted(folder.glob("*/contexts.toml")))


def read_rules(folder: Path) -> RuleSet:
    """Return the boundaries and guard rules of one language's folder. Raises NoteError."""
    head = _contexts(folder)
    boundaries, guard, lint = folder / "boundaries.toml", folder / "guard.toml", folder / "lint.toml"
    slots = {**head.get("slots", {}), **read_toml(boundaries).get("slots", {}), **read_toml(guard).get("slots", {})}
    return RuleSet(
        language=head["language"],
        slots={name: tuple(entries) for name, entries in slots.items()},
        boundaries=tuple(as_value(BoundarySignal, t, where) for t, where in _tables(boundaries, "boundary")),
        guards=tuple(as_value(GuardSignal, t, where) for t, where in _tables(guard, "guard")),
        lints=tuple(as_value(LintRule, t, where) for t, where in _tables(lint, "lint")),
    )


def read_facts(folder: Path) -> tuple[Fact, ...]:
    """Return what a reply may not mention by itself; nothing for a language that has no such list. Raises NoteError."""
    path = folder / "facts.toml"
    return tuple(as_value(Fact, table, where) for table, where in _tables(path, "fact")) if path.is_file() else ()


def read_answers(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the patterns of each answer. Raises NoteError."""
    return {name: tuple(patterns) for name, patterns in read_toml(folder / "answers.toml").items()}
