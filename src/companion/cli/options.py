"""Options that several commands share, and how they become Settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companion.settings import Settings, read_settings

ModelOption = Annotated[
    Path | None,
    typer.Option("--model", help="A GGUF chat model to use instead of the packaged one.", show_default=False),
]
RegionOption = Annotated[
    str | None,
    typer.Option("--region", help="Whose lines to offer, e.g. US, GB, ES; 001 for worldwide.", show_default=False),
]
KnowledgeOption = Annotated[Path | None, typer.Option("--knowledge", help="A knowledge folder of your own.", show_default=False)]


def settings(**flags: object) -> Settings:
    """Return the settings with these flags on top; a flag that is None was not given."""
    return read_settings(**flags)
