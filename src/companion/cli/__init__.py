"""The commands: noun then verb, one file per noun. They decide nothing; mistakes that can be mended are printed plainly."""

from __future__ import annotations

import os
import sys

import typer

from companion.core.errors import CompanionError


def _app() -> typer.Typer:
    from companion.cli import batch, evals, knowledge, model, report, serve, state, talk, voice

    app = typer.Typer(
        name="companion",
        help="A local-first support assistant: listens, passes on stories written by peers, hears danger, brings in people.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    serve.add_to(app)
    talk.add_to(app)
    state.add_to(app)
    batch.add_to(app)
    app.add_typer(knowledge.app(), name="knowledge")
    app.add_typer(evals.app(), name="evals")
    app.add_typer(report.app(), name="report")
    app.add_typer(voice.app(), name="voice")
    app.add_typer(model.app(), name="model")
    return app


def main() -> None:
    """Run the command line. A mistake that can be mended is printed alone, with exit status 1; a bug keeps its traceback."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        _app()()
    except CompanionError as error:
        sys.stderr.write(f"companion: {error}\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
