"""Counts by year in one small file of the home folder: names and numbers, never what was said, never who, never when in the year."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Years = dict[str, dict[str, int]]


def _this_year() -> int:
    return datetime.now(UTC).year


class YearlyCounts:
    """Kept whole: written beside and renamed, under a lock that every process of the machine shares."""

    def __init__(self, home: Path, year: Callable[[], int] = _this_year) -> None:
        self._path, self._year = home / "counts.json", year

    def count(self, name: str) -> None:
        """Add one to `name` in the current year. Never raises: a full disk must not stand between somebody and a helpline."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with (self._path.parent / "counts.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                years = self.years()
                counts = years.setdefault(str(self._year()), {})
                counts[name] = counts.get(name, 0) + 1
                beside = self._path.with_suffix(".new")
                beside.write_text(json.dumps(years, indent=1, sort_keys=True) + "\n", encoding="utf-8")
                beside.replace(self._path)
        except OSError:
            return

    def years(self) -> Years:
        """Return all counts; empty when nothing was counted or the file cannot be read."""
        try:
            years: Years = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return years


class NoCounts:
    """Counts nothing: for examinations, which must not change a year's figures."""

    def count(self, name: str) -> None:
        """Do nothing."""
