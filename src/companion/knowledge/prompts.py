"""Reads prompts/model: what a model is told. The text is used byte for byte, so that an engine re-reads only what changed."""

from __future__ import annotations

from pathlib import Path
from string import Template

from companion.core.errors import NoteError
from companion.core.ports import PromptMessage
from companion.core.prompts import Prompts
from companion.knowledge.signals import read_toml

_BLANKS = {"passages", "plan", "said"}


def read_prompts(folder: Path, name: str) -> Prompts:
    """Return the prompts of one profile. Raises NoteError when a part or a blank is missing."""
    path = folder / f"{name}.toml"
    table = read_toml(path)
    missing = {"system", "tail", "plan"} - set(table)
    if missing:
        raise NoteError(f"lacks {sorted(missing)}", where=str(path), mend="see prompts/model/small.toml")
    blanks = set(Template(table["tail"]).get_identifiers())
    if blanks - _BLANKS or "said" not in blanks:
        raise NoteError(
            f"`tail` has the blanks {sorted(blanks)}",
            where=str(path),
            mend="use $said, and $passages and $plan if wanted",
        )
    examples: list[PromptMessage] = []
    for example in table.get("example", []):
        examples += [{"role": "user", "content": example["said"]}, {"role": "assistant", "content": example["reply"]}]
    return Prompts(system=table["system"].strip(), tail=table["tail"], plans=dict(table["plan"]), examples=tuple(examples))


def read_small_words(path: Path) -> frozenset[str]:
    """Return the words that a small model may add. Raises NoteError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise NoteError("is not there", where=str(path), mend="restore prompts/voice") from error
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
