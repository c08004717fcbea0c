"""Step 4. Writes the prompt: what never changes first, the talk, then what belongs to this turn, so that only the tail is new."""

from collections.abc import Sequence
from string import Template

from companion.core.message import Message, Turn
from companion.core.note import Hit
from companion.core.ports import PromptMessage
from companion.core.prompts import Profile, Prompts

CHARACTERS_PER_TOKEN = 3
"""A low guess, so that a prompt never overflows; English has about four."""

LONGEST_QUOTED = 1_200
"""Characters of one earlier message, or of the message itself, that a model reads."""


def compose(turn: Turn, hits: Sequence[Hit], moves: tuple[str, ...], prompts: Prompts, profile: Profile) -> list[PromptMessage]:
    """Return the prompt. The same talk one turn later begins with the same bytes, unless history had to be dropped."""
    passages = "\n".join(f'"{hit.passage.text}"' for hit in hits[: profile.passages])
    plan = "\n".join(prompts.plans[move] for move in moves if move in prompts.plans)
    asked = Template(prompts.tail).substitute(passages=passages, plan=plan, said=turn.said[:LONGEST_QUOTED]).strip()
    head: list[PromptMessage] = [{"role": "system", "content": prompts.system}, *prompts.examples]
    spent = sum(len(message["content"]) for message in head) + len(asked)
    room = (profile.context - profile.longest) * CHARACTERS_PER_TOKEN - spent
    return [*head, *_history(turn.earlier, room), {"role": "user", "content": asked}]


def _history(earlier: Sequence[Message], room: int) -> list[PromptMessage]:
    """Return the latest of the talk that fits, in pairs. Drops by halves, so that the prefix changes seldom."""
    entries = _in_pairs(earlier)
    while entries and sum(len(entry["content"]) for entry in entries) > room:
        keep = len(entries) // 2
        entries = entries[len(entries) - keep + keep % 2 :]
    return entries


def _in_pairs(earlier: Sequence[Message]) -> list[PromptMessage]:
    """Return the talk as strictly alternating user and assistant entries, as chat templates ask for."""
    entries: list[PromptMessage] = []
    for message in earlier:
        role: str = "user" if message.role == "person" else "assistant"
        text = message.text[:LONGEST_QUOTED]
        if entries and entries[-1]["role"] == role:
            entries[-1] = {"role": entries[-1]["role"], "content": f"{entries[-1]['content']}\n{text}"[:LONGEST_QUOTED]}
        elif entries or role == "user":
            entries.append({"role": "user" if role == "user" else "assistant", "content": text})
    return entries if not entries or entries[-1]["role"] == "assistant" else entries[:-1]
