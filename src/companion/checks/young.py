"""Hears that the person says they are under eighteen. Nobody is asked for it, and nothing else is guessed from."""

from collections.abc import Sequence

from companion.checks.patterns import compiled
from companion.core.ports import Heard
from companion.core.signal import DangerSignals


class SaysTheyAreYoung:
    """Reads the `minor` contexts of every language."""

    def __init__(self, languages: Sequence[DangerSignals]) -> None:
        self._patterns = tuple(
            pattern for signals in languages if signals.spaced and (pattern := compiled(signals.contexts.minor, signals.slots))
        )

    def says(self, heard: Heard) -> bool:
        """Return whether the message says so, about the person themselves and now."""
        return any(pattern.search(heard.plain) for pattern in self._patterns)
