"""Opening hours as the data writes them, at moments where a mistake would send somebody to a closed line."""

from datetime import UTC, datetime

import pytest

from companion.core.line import Need
from companion.knowledge.hours import open_at
from companion.knowledge.lines import LineBook, read_lines
from tests.conftest import KNOWLEDGE

BOOK = read_lines(KNOWLEDGE / "resources" / "crisis-lines.yaml")
SATURDAY_NIGHT = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "region", "is_open"),
    [
        ("24/7", "GB", True),
        ("24/7 (check)", "GB", None),
        ("17:00-24:00 daily", "GB", True),
        ("10:00-22:00 daily", "GB", False),
        ("Mon-Fri 15:00-20:00", "GB", False),
        ("Mon-Thu 18:00-02:00, Fri 18:00-Mon 06:00", "GB", True),
        ("19:00-07:00", "EE", True),
        ("11:00-05:00 daily", "DK", True),
        ("Sun-Thu 16:00-24:00, Sat 18:00-24:00", "IL", False),  # half past midnight there
        ("08:00-23:00 ET", "US", True),
        ("Mon-Fri 10:00-22:00 ET", "US", False),
        ("18:00-22:00 PT", "US", False),
        ("08:00-24:00 AET daily", "AU", True),
        ("10:00-22:00", "US", None),  # a country with several zones, and none is named
        ("business hours ET", "US", None),
        ("11:00-23:00, to 03:00 Fri-Sat", "LU", None),
        ("online directory", "001", None),
    ],
)
def test_hours_are_read_right_or_not_at_all(hours: str, region: str, is_open: bool | None) -> None:
    assert open_at(hours, region, SATURDAY_NIGHT) is is_open


def at(hour: int) -> LineBook:
    return LineBook(BOOK.lines, BOOK.retired, lambda: datetime(2026, 11, 21, hour, 30, tzinfo=UTC))


def test_a_closed_line_never_stands_before_an_open_one_of_the_same_sort() -> None:
    for region in BOOK.regions:
        ways = at(3).ways(Need(region=region, most=6))
        general = [line for line in ways.lines if line.kind == "crisis" and "everyone" in line.audiences and line.confirmed]
        closed = [line.id in ways.closed_now for line in general if "en" in line.languages]
        assert closed == sorted(closed), region


def test_nothing_is_called_open_that_was_not_checked() -> None:
    for region in BOOK.regions:
        ways = at(12).ways(Need(region=region, most=9))
        for line in ways.lines:
            if line.id in ways.open_now:
                assert line.hours_checked == "verified-in-text"
                assert "check" not in line.hours


def test_young_people_meet_a_line_of_their_own_first() -> None:
    for region in ("GB", "US", "AU", "CA", "IE"):
        first = at(12).ways(Need(region=region, minor=True)).lines[0]
        assert {"youth", "children", "teens"} & set(first.audiences), region
        grown = at(12).ways(Need(region=region)).lines[0]
        assert "everyone" in grown.audiences, region


def test_where_life_is_not_in_immediate_danger_one_line_sends_nobody_unasked() -> None:
    asked = at(12).ways(Need(region="US", without_police=True)).lines
    assert any(line.police == "never unasked" for line in asked)
    assert not any(line.police for line in at(12).ways(Need(region="GB", without_police=True)).lines), (
        "none is known there, none is invented"
    )


def test_a_person_who_writes_spanish_meets_a_line_that_speaks_it_first() -> None:
    assert "es" in at(12).ways(Need(region="US", language="es")).lines[0].languages
    assert at(12).ways(Need(region="US")).lines[-1].id == "int-find-a-helpline"
