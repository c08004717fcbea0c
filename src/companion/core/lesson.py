"""What the trained layer is fitted on: a message that is ready for reading, and what it means."""

from typing import Literal

from companion.core.concern import Kind, Subject, Tier
from companion.core.value import Value


class Lesson(Value):
    """One labelled message."""

    plain: str
    """Normalised, as every check reads it."""
    tier: Tier
    kinds: tuple[Kind, ...]
    subject: Subject
    split: Literal["fit", "tune"]
    """Weights are fitted on `fit`; calibration and thresholds on `tune`. There is no third value here on purpose."""
    calm: Literal["", "ordinary", "look_alike"] = ""
    """Which kind of harmless message it is; empty for danger."""
    boundary: str | None = None
    """The boundary it asks for fixed words by; empty for none; None where nobody has labelled that."""
