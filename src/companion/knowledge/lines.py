"""Reads the helplines and chooses which to offer. Every contact the project shows comes from here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from companion.core.errors import NoteError
from companion.core.line import Line, Need, RetiredLine, Ways
from companion.knowledge.hours import open_at
from companion.knowledge.plain_yaml import read_yaml

WORLDWIDE = "001"
EMERGENCY_ANYWHERE = "your local emergency number (112 works from many mobile phones)"
"""For regions without data; the wording is that of the data's worldwide entries."""
DIRECTORY = "int-find-a-helpline"


FEWEST = 2
"""Lines under which a language that is not understood is better than no choice."""
YOUNG = frozenset({"youth", "children", "teens"})
"""Audiences whose lines come first for somebody under eighteen."""


def _right_now() -> datetime:
    return datetime.now(UTC)


class LineBook:
    """All lines of the data file."""

    def __init__(self, lines: Sequence[Line], retired: Sequence[RetiredLine], now: Callable[[], datetime] = _right_now) -> None:
        self.lines, self._now = tuple(lines), now
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
        """Return lines to offer anybody in the region, best first; the last is always a worldwide directory."""
        return self.ways(Need(region=region, audiences=tuple(audiences), most=most)).lines

    def ways(self, need: Need) -> Ways:
        """Return ways to people, best first; the last is always a worldwide directory.

        First lines for young people when the person is one, then those made for the need, then crisis lines for everyone.
        Among those: confirmed ones, ones in the person's language, ones open at this moment, ones that a person answers.
        Where life is not in immediate danger, one line that sends nobody unasked is among them when the region has one.
        A region without data gets the worldwide directories.
        """
        now = self._now()
        near = [line for line in self.lines if line.region in (need.region, _country(need.region)) and line.region != WORLDWIDE]
        is_open = {line.id: _open(line, now) for line in near}
        named = _in_order(near, need, lambda line: _rank(line, need.language, is_open[line.id]))
        directories = sorted((line for line in self.lines if line.region == WORLDWIDE), key=lambda line: line.id != DIRECTORY)
        chosen = named[: need.most - 1] if named else directories[1 : need.most]
        return Ways(
            lines=(*chosen, directories[0]),
            open_now=frozenset(line.id for line in chosen if is_open.get(line.id)),
            closed_now=frozenset(line.id for line in chosen if is_open.get(line.id) is False),
        )

    def emergency(self, region: str) -> str:
        """Return the region's emergency number as the data has it; words for regions without data."""
        country = region.split("-")[0]
        if country == WORLDWIDE:
            return EMERGENCY_ANYWHERE
        return next((line.emergency_number for line in self.lines if line.region.split("-")[0] == country), EMERGENCY_ANYWHERE)


def _fits(line: Line, audiences: Sequence[str]) -> bool:
    wanted = set(audiences)
    return bool(wanted & set(line.audiences)) or line.kind in wanted


Rank = tuple[bool, bool, int, bool, bool]


def _in_order(near: Sequence[Line], need: Need, rank: Callable[[Line], Rank]) -> list[Line]:
    """Return the lines near by, those to try first at the beginning, each once."""
    near = _understood(near, need.language)
    grown = [line for line in near if need.minor or not set(line.audiences) <= YOUNG]
    young = [line for line in near if YOUNG & set(line.audiences)] if need.minor else []
    fitting = [line for line in grown if _fits(line, need.audiences)]
    general = sorted((line for line in near if line.kind == "crisis" and "everyone" in line.audiences), key=rank)
    unasked = [line for line in grown if line.police] if need.without_police else []
    first = [*sorted(young, key=rank)[:2], *sorted(fitting, key=rank)[: max(1, need.most - 2)]]
    return list(dict.fromkeys([*first, *general[:1], *sorted(unasked, key=rank)[:1], *general[1:]]))


def _understood(near: Sequence[Line], language: str) -> Sequence[Line]:
    """Return the lines that speak the person's language, or English where it is not theirs; all of them when those are few."""
    found = [line for line in near if _speaks(line, language) or "en" in line.languages]
    return found if len(found) >= FEWEST else near


def _rank(line: Line, language: str, is_open: bool | None) -> Rank:
    """Return what a line is ordered by: confirmed, in the person's language, not closed, hours known, answered by voice or text."""
    hours_known = line.hours_checked == "verified-in-text" and "check" not in line.hours
    openness = {True: 0, None: 1, False: 2}[is_open]
    return not line.confirmed, not _speaks(line, language), openness, not hours_known, not (line.phone or line.text)


def _speaks(line: Line, language: str) -> bool:
    return language in line.languages or "multi" in line.languages


def _country(region: str) -> str:
    return region.split("-")[0]


def _open(line: Line, now: datetime) -> bool | None:
    """Return whether the line is open, None unless its hours were seen in a text."""
    return open_at(line.hours, line.region, now) if line.hours_checked == "verified-in-text" else None


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
