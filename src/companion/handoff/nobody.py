"""The truth for a program that has no supporters: nobody is called, and everybody is told so."""

from companion.core.concern import Tier
from companion.core.handoff import HandoffState


class NobodyOnDuty:
    """No rota is kept on this machine. Every call is unanswered at once, so that nobody waits for a person who cannot come."""

    def ring(self, tier: Tier) -> HandoffState:
        """Return UNANSWERED: there is nobody to ring."""
        return HandoffState.UNANSWERED

    def on_duty(self) -> str:
        """Return the line that the page shows."""
        return "No human supporter is on right now."
