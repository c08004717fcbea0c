"""What is known about a fitted voice: which model it belongs to, and what fitting it gave."""

from companion.core.value import Value


class Voice(Value):
    """The card beside a voice's file."""

    made_on: str
    model: str
    """File name of the model that it was fitted on."""
    model_sha256: str
    """A voice is used only with this very file; on another it would be noise."""
    adapter_sha256: str
    loss_before: float
    """Mean loss per token on the tune split without the voice."""
    loss_after: float
    seed: int
    examples: int
    data: str
    """SHA-256 of the exchanges, first 16 characters."""
