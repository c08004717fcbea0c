"""Step 3. Finds notes near to what was said. Knows nothing of indexes or files."""

from companion.core.message import Turn
from companion.core.note import Hit, NoteKind
from companion.core.ports import Heard
from companion.turn.kit import Kit
from companion.turn.screen import hear

FEW_WORDS = 6
"""A message shorter than this is searched together with what the person said before ("and at work?")."""

KIND_FOR_MOVE = {"quote": NoteKind.STORY, "practice": NoteKind.PRACTICE}


def retrieve(turn: Turn, heard: Heard, moves: tuple[str, ...], kit: Kit, *, sure: bool = False) -> tuple[Hit, ...]:
    """Return the passages for these moves, best first; empty when no move shows a note or none is near enough."""
    kinds = [KIND_FOR_MOVE[move] for move in moves if move in KIND_FOR_MOVE]
    if not kinds:
        return ()
    asked = in_its_talk(turn)
    query = heard if asked == turn.said else hear(asked, kit)
    most = max(1, kit.profile.passages)
    return tuple(hit for kind in kinds for hit in kit.library.search(turn, query, kind, most=most, sure=sure))


def in_its_talk(turn: Turn) -> str:
    """Return the message, with what the person said before it when it is too short to stand alone."""
    before = [message.text for message in turn.earlier if message.role == "person"]
    if before and len(turn.said.split()) < FEW_WORDS:
        return f"{before[-1][-500:]} {turn.said}"
    return turn.said
