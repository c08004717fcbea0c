"""When the page says again that it is software. The clock of the strictest laws (DOMAIN section 3), for everybody.

At the start of every talk the notice stands before the first word, so a new day and a week away begin with it by themselves.
While a page stays open it is said again after three hours, after one hour to somebody under eighteen, and on a new day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

EVERY = timedelta(hours=3)
"""New York Gen. Bus. Law 1702 and California SB 243: at least every three hours of continuing use."""
EVERY_FOR_MINORS = timedelta(hours=1)
"""Washington HB 2225: hourly for minors."""


def due(noticed: datetime, now: datetime, *, minor: bool) -> bool:
    """Return whether the notice has to be said again. Both moments in the same zone."""
    return now - noticed >= (EVERY_FOR_MINORS if minor else EVERY) or now.date() != noticed.date()
