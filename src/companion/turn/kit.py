"""Everything a turn works with, handed in by `app`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from companion.core.judging import Drafter, Echoes, Judge, Keeps
from companion.core.ports import (
    Answers,
    Boundaries,
    ChatModel,
    Counts,
    Doubts,
    Drift,
    InputCheck,
    Library,
    Lines,
    Normalise,
    OutputCheck,
    People,
    Reader,
    StayWords,
    Tongues,
    Words,
    Young,
)
from companion.core.prompts import Profile, Prompts
from companion.core.reflecting import Reflections


@dataclass(frozen=True)
class Speech:
    """What can be said in one language about danger, and how its answers are read."""

    words: Words
    answers: Answers
    stay: StayWords


@dataclass(frozen=True)
class Kit:
    """The ports of one assembled companion."""

    normalise: Normalise
    reader: Reader
    tongue: Tongues
    input_checks: Sequence[InputCheck]
    output_checks: Sequence[OutputCheck]
    boundaries: Boundaries
    speech: Mapping[str, Speech]
    """By language. The page's own language is always among them."""
    young: Young
    counts: Counts
    library: Library
    reflections: Reflections
    model: ChatModel
    words: Words
    lines: Lines
    people: People
    prompts: Prompts
    last_words: str
    """Said when even the fixed words cannot be found; read once at start."""
    drifts: Sequence[Drift] = ()
    """What the talk so far and the message show together."""
    doubts: Doubts | None = None
    """Lowers what the trained layer holds for harmless; None hears every phrase at its full tier."""
    small_checks: Sequence[OutputCheck] = ()
    """Asked as well when the model is small."""
    facts: OutputCheck | None = None
    """Asked before curated words are said: whether they speak of something nobody mentioned. None lets them all pass."""
    judge: Judge | None = None
    """Chooses among a small model's drafts; None where it is not asked for any."""
    drafter: Drafter | None = None
    """Draws a small model's drafts together; None draws them one by one."""
    keeps: Keeps | None = None
    """Tells which draft keeps closest to what was said; None leaves the choice to the judge alone."""
    echoes: Echoes | None = None
    """Stand among a small model's drafts; None where no judge chooses."""
    profile: Profile = field(default_factory=Profile)

    def speaking(self, language: str | None, page: str) -> Speech:
        """Return what is said to somebody who writes in `language`; where that is not known, in the page's own."""
        return self.speech.get(language or page, self.speech[page])
