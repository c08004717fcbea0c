"""The /safety page: how danger is heard and answered, made from the rules and words that are really in use, with their version."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from companion.app import Companion
from companion.pages.notices import EVERY, EVERY_FOR_MINORS

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def rules_version(companion: Companion) -> str:
    """Return a short hash of everything that decides how danger is heard and answered; it changes when any of it does."""
    digest = hashlib.sha256()
    for signals in companion.rules.signals:
        digest.update(signals.model_dump_json().encode())
    for language, speech in sorted(companion.kit.speech.items()):
        for key in sorted(speech.words.keys):
            digest.update(f"{language}.{key}:{speech.words.variants(key)}".encode())
    digest.update(companion.rules.card.model_dump_json().encode() if companion.rules.card else b"no trained layer")
    digest.update(f"doubted {companion.rules.doubted}".encode())
    for line in companion.lines.lines:
        digest.update(line.model_dump_json().encode())
    return digest.hexdigest()[:12]


def safety_page(companion: Companion) -> str:
    """Return the whole page as HTML. A name that the template uses and nobody gives is an error, never a gap."""
    return _TEMPLATES.get_template("safety.html").render(
        program=version("companion"),
        rules=rules_version(companion),
        card=companion.rules.card,
        doubted=companion.rules.doubted,
        languages=[
            {"name": signals.language, "patterns": sum(len(signal.any) for signal in signals.signals), "reviewed": signals.reviewed}
            for signals in companion.rules.signals
        ],
        stay=len(companion.kit.speech["en"].stay),
        check_after=companion.rules.check_after,
        families=_families(companion),
        lines=len(companion.lines.lines),
        regions=len(companion.lines.regions),
        hours=int(EVERY.total_seconds() // 3600),
        minutes=int(EVERY_FOR_MINORS.total_seconds() // 60),
    )


def _families(companion: Companion) -> list[dict[str, Any]]:
    """Return each kind of danger with the first of its first words at every tier."""
    words = companion.kit.words
    found: list[dict[str, Any]] = []
    for family in companion.rules.families:
        keys = sorted(key for key in words.keys if key.startswith(f"crisis.{family}.first"))
        emergency = companion.kit.lines.emergency("001")
        texts = [words.say(key, frozenset(), {"emergency": emergency}).text for key in keys]
        found.append({"name": family.replace("_", " "), "texts": texts})
    return found
