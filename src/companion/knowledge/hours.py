"""Reads opening hours as the lines' data writes them. What it cannot read for certain is unknown, never "open"."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ZONES = {"ET": "America/New_York", "CT": "America/Chicago", "PT": "America/Los_Angeles", "AET": "Australia/Sydney"}
"""Zones that the data names beside the hours."""
_DAY = "|".join(DAYS)
_PART = re.compile(
    rf"(?:(?P<first>{_DAY})(?:-(?P<last>{_DAY}))? )?(?P<from>\d\d:\d\d)-(?:(?P<until_day>{_DAY}) )?(?P<until>\d\d:\d\d)"
    r"(?: (?P<zone>ET|CT|PT|AET))?(?: daily)?"
)
_DAY_MINUTES, _WEEK_MINUTES = 24 * 60, 7 * 24 * 60


def open_at(hours: str, region: str, now: datetime) -> bool | None:
    """Return whether a line with these hours is open at `now` (aware), or None when that cannot be known.

    Hours without a zone are those of `region`; a region with more than one zone, or an unchecked entry, is unknown.
    """
    if "check" in hours:
        return None
    if hours == "24/7":
        return True
    parts = [_PART.fullmatch(part.strip()) for part in hours.split(",")]
    if not all(parts):
        return None
    answers: list[bool] = []
    for part in parts:
        zone = _zone(part["zone"], region) if part else None
        if part is None or zone is None:
            return None
        local = now.astimezone(zone)
        minute = local.weekday() * _DAY_MINUTES + local.hour * 60 + local.minute
        answers.append(any((minute - start) % _WEEK_MINUTES < length for start, length in _spans(part)))
    return any(answers)


def _spans(part: re.Match[str]) -> list[tuple[int, int]]:
    """Return (first minute of the week, minutes) of every stretch that the part names."""
    start, until = _minutes(part["from"]), _minutes(part["until"])
    first = DAYS.index(part["first"]) if part["first"] else 0
    if part["until_day"]:
        days = (DAYS.index(part["until_day"]) - first) % 7
        return [(first * _DAY_MINUTES + start, days * _DAY_MINUTES + until - start)]
    last = DAYS.index(part["last"]) if part["last"] else first if part["first"] else 6
    length = (until - start) % _DAY_MINUTES or _DAY_MINUTES
    return [((first + day) % 7 * _DAY_MINUTES + start, length) for day in range((last - first) % 7 + 1)]


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _zone(named: str | None, region: str) -> tzinfo | None:
    if named:
        return ZoneInfo(ZONES[named])
    zones = _table().get(region.split("-")[0], ())
    return ZoneInfo(zones[0]) if zones and all(_one_time(zones, month) for month in (1, 7)) else None


def _one_time(zones: tuple[str, ...], month: int) -> bool:
    """Return whether all zones of a country show the same time in that month."""
    return len({datetime(2026, month, 15, tzinfo=ZoneInfo(zone)).utcoffset() for zone in zones}) == 1


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    """Return the zones of each country, from the time-zone database's own table."""
    table: dict[str, tuple[str, ...]] = {}
    for row in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            country, _, zone = row.split("\t")[:3]
            table[country] = (*table.get(country, ()), zone)
    return table
