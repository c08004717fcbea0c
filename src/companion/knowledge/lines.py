"""Reads the helplines and chooses which to offer. Every contact the project shows comes from here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from companion.core.errors import NoteError
from companion.core.line import Line, RetiredLine
from companion.knowledge.plain_yaml import read_yaml

WORLDWIDE = "001"
EMERGENCY_ANYWHERE = "your local emergency number (112 works from many mobile phones)"
"""For regions without data; the wording is that of the data's worldwide entries."""
DIRECTORY = "int-find-a-helpline"


class LineBook:
    """All lines of the data file."""

    def __init__(self, lines: Sequence[Line], retired: Sequence[RetiredLine]) -> None:
        self.lines = tuple(lines)
        self.retired = tuple(retired)
        self._by_id = {line.id: line for line in lines}

    @property
    def regions(self) -> tuple[str, ...]:
        """Every country that has a line of its own, sorted."""
        return tuple(sorted({line.region.split("-")[0] for line in self.lines} - {WORLDWIDE}))

    def get(self, line_id: str) -> Line | None:
        """Return a line by id, or None."""
        return self._by_id.get(line_id)

    def for_region(self, region: str, audiences: Sequence[str] = (), *, most: int = 4) -> tuple[Line, ...]:
        """Return lines to offer, best first; the last is always a worldwide directory.

        First those made for `audiences`, then crisis lines for everyone; open day and night before hours, confirmed before
        unconfirmed. A region without data gets the worldwide directories.
        """
        country = region.split("-")[0]
        near = [line for line in self.lines if line.region in (region, country) and country != WORLDWIDE]
        fitting = [line for line in near if _fits(line, audiences)]
        general = [line for line in near if line.kind == "crisis" and "everyone" in line.audiences and line not in fitting]
        named = [*sorted(fitting, key=_rank)[: max(1, most - 2)], *sorted(general, key=_rank)]
        directories = [line for line in self.lines if line.region == WORLDWIDE]
        directories.sort(key=lambda line: line.id != DIRECTORY)
        chosen = list(dict.fromkeys(named))[: most - 1] if named else directories[1:most]
        return (*chosen, directories[0])

    def emergency(self, region: str) -> str:
        """Return the region's emergency number as the data has it; words for regions without data."""
        country = region.split("-")[0]
        if country == WORLDWIDE:
            return EMERGENCY_ANYWHERE
        return next((line.emergency_number for line in self.lines if line.region.split("-")[0] == country), EMERGENCY_ANYWHERE)


def _fits(line: Line, audiences: Sequence[str]) -> bool:
    wanted = set(audiences)
    return bool(wanted & set(line.audiences)) or line.kind in wanted


def _rank(line: Line) -> tuple[bool, bool, bool, bool]:
    hours_known = line.hours_checked == "verified-in-text" and "check" not in line.hours
    spoken = bool(line.phone or line.text)
    return (not line.confirmed, not line.always_open, not hours_known, not spoken)


def read_lines(path: Path) -> LineBook:
    """Return the book of lines in `path`. Raises NoteError naming the line that is wrong."""
    try:
        data = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise NoteError("cannot be read", where=str(path), mend="restore knowledge/resources/crisis-lines.yaml") from error
    book = LineBook(
        [_value(Line, entry, path) for entry in data.get("lines", [])],
        [_value(RetiredLine, entry, path) for entry in data.get("retired", [])],
    )
    if book.get(DIRECTORY) is None:
        raise NoteError(f"has no {DIRECTORY}", where=str(path), mend="put the worldwide directory back; every card ends with it")
    return book


def _value(kind: type[Any], entry: dict[str, Any], path: Path) -> Any:
    try:
        return kind.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{path}, {entry.get('id', '?')}"
        raise NoteError(f"`{'.'.join(map(str, first['loc']))}`: {first['msg'].lower()}", where=where, mend="correct the entry") from error


def read_regions(path: Path) -> dict[str, str]:
    """Return the names of the regions, by code. Raises NoteError."""
    try:
        return {str(code): str(name) for code, name in read_yaml(path.read_text(encoding="utf-8")).items()}
    except (OSError, yaml.YAMLError, AttributeError) as error:
        raise NoteError("cannot be read", where=str(path), mend="restore knowledge/resources/regions.yaml") from error
