"""What can happen in a turn: a closed family, in the order in which it usually happens."""

from typing import Annotated, Literal

from pydantic import Field

from companion.core.concern import Verdict
from companion.core.handoff import HandoffState
from companion.core.line import Line
from companion.core.note import Hit
from companion.core.talk import SoFar
from companion.core.value import Value


class Screened(Value):
    """The message was read for danger."""

    kind: Literal["screened"] = "screened"
    verdict: Verdict


class Routed(Value):
    """It was decided, without a model, which way the turn goes."""

    kind: Literal["routed"] = "routed"
    way: Literal["crisis", "boundary", "moves"]
    name: str
    """The crisis's kind, the boundary's name, or the first of the moves."""
    moves: tuple[str, ...] = ()


class Retrieved(Value):
    """The notes were searched; empty when nothing was near enough."""

    kind: Literal["retrieved"] = "retrieved"
    hits: tuple[Hit, ...] = ()


class Said(Value):
    """Cleared words, to be shown as they are."""

    kind: Literal["said"] = "said"
    text: str
    voice: Literal["model", "fixed"]
    """Who wrote it: the language model, or people, word for word."""
    words: str = ""
    """The id of the fixed words, for `voice` fixed."""
    choices: tuple[str, ...] = ()
    """Answers that the person can give with one touch; free text always works too."""


class Quoted(Value):
    """A span of a published note, verbatim."""

    kind: Literal["quoted"] = "quoted"
    note: str
    start: int
    end: int
    text: str
    title: str
    credit: str
    """Says "Illustrative story" where nobody's life is told."""
    content_notes: tuple[str, ...] = ()
    note_kind: Literal["story", "practice", "resource"]
    because: str = ""


class Offered(Value):
    """Ways to people, from data. The first line is the one to try first."""

    kind: Literal["offered"] = "offered"
    lines: tuple[Line, ...]
    emergency: str = ""
    """The region's emergency number, when it belongs on the card; empty otherwise."""
    urgent: bool = False
    """Whether the card stands above everything else."""
    open_now: frozenset[str] = frozenset()
    """Ids of lines that are known to be open at this moment."""
    closed_now: frozenset[str] = frozenset()
    language: str = "en"
    """The language of the card's own words."""
    quiet: bool = False
    """Whether the card is only kept within reach, folded, and not laid on the table."""


class HandoffChanged(Value):
    """Bringing in a human supporter moved on."""

    kind: Literal["handoff_changed"] = "handoff_changed"
    state: HandoffState


class Withheld(Value):
    """The rest of a reply, stopped before anyone saw it."""

    kind: Literal["withheld"] = "withheld"
    kinds: tuple[str, ...]
    sentences: int = 1
    """How many sentences were stopped."""


class Finished(Value):
    """The turn is over; always the last event."""

    kind: Literal["finished"] = "finished"
    so_far: SoFar
    """What the talk has shown, for the turn that comes next."""


class Stumbled(Value):
    """A step broke; fixed words and a way to a person follow or came before."""

    kind: Literal["stumbled"] = "stumbled"
    step: str
    error: str
    """The error's type, never its message: a message may carry somebody's words."""


Event = Annotated[
    Screened | Routed | Retrieved | Said | Quoted | Offered | HandoffChanged | Withheld | Finished | Stumbled,
    Field(discriminator="kind"),
]
