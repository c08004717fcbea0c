"""Counts by year: whole, shared by processes, and without any content."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from companion.backends.counters import YearlyCounts

COUNT_A_HUNDRED = """
import sys
from pathlib import Path
from companion.backends.counters import YearlyCounts
counts = YearlyCounts(Path(sys.argv[1]), lambda: 2026)
for _ in range(100):
    counts.count("referral.suicide.3")
"""


def test_two_processes_count_at_once_and_none_is_lost(tmp_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", COUNT_A_HUNDRED, str(tmp_path)]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert YearlyCounts(tmp_path).years() == {"2026": {"referral.suicide.3": 200}}


def test_years_are_kept_apart_and_a_broken_file_stops_nobody(tmp_path: Path) -> None:
    YearlyCounts(tmp_path, lambda: 2026).count("a")
    YearlyCounts(tmp_path, lambda: 2027).count("a")
    assert YearlyCounts(tmp_path).years() == {"2026": {"a": 1}, "2027": {"a": 1}}
    (tmp_path / "counts.json").write_text("not json")
    YearlyCounts(tmp_path, lambda: 2027).count("a")
    assert YearlyCounts(tmp_path).years() == {"2027": {"a": 1}}


def test_a_place_that_cannot_be_written_raises_nothing_and_counts_nothing(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    counts = YearlyCounts(tmp_path / "home")
    counts.count("a")
    assert counts.years() == {}
    assert (tmp_path / "home").read_text() == "a file where the folder should be"
