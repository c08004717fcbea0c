"""The states of bringing in a human supporter, by the names that pages and words use."""

from enum import StrEnum


class HandoffState(StrEnum):
    """Where a handoff stands."""

    OPENED = "opened"
    RINGING = "ringing"
    ACCEPTED = "accepted"
    TALKING = "talking"
    HANDED_BACK = "handed_back"
    CLOSED = "closed"
    UNANSWERED = "unanswered"
    """Nobody could come; the person was told so plainly and given lines."""
    DECLINED = "declined"
    """The person did not want it."""
