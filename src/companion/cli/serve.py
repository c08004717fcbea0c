"""companion serve: the page on this machine."""

from __future__ import annotations

import errno
import socket
from typing import Annotated

import typer

from companion.app import build
from companion.cli.options import KnowledgeOption, ModelOption, RegionOption, settings
from companion.core.errors import SettingsError
from companion.knowledge.lines import read_regions
from companion.selfcheck import refuse_if_unfit


def add_to(app: typer.Typer) -> None:
    """Add `serve` to the command line."""
    app.command("serve", help=serve.__doc__)(serve)


def serve(
    model: ModelOption = None,
    region: RegionOption = None,
    knowledge: KnowledgeOption = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address to serve on; anything but 127.0.0.1 lets others on your network in.", show_default=False),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", show_default=False)] = None,
) -> None:
    """Serve the chat page, on 127.0.0.1:7860 unless told otherwise.

    The page answers while stories and model are still loading behind it; danger is heard from the first moment. It refuses to
    start without a crisis protocol, lines for its region and a passing self-check, and says what is missing.

    A larger model: companion serve --model path/to/model.gguf
    """
    chosen = settings(model=model, region=region, knowledge=knowledge, host=host, port=port)
    _free(chosen.host, chosen.port)
    companion = build(chosen, counted=True)
    refuse_if_unfit(companion, chosen)
    companion.start()

    import uvicorn

    from companion.pages.server import create

    app = create(companion, chosen, read_regions(chosen.knowledge / "resources" / "regions.yaml"))
    typer.echo(f"companion is on http://{chosen.host}:{chosen.port}  (Ctrl+C stops it and wipes every talk)")
    uvicorn.run(app, host=chosen.host, port=chosen.port, log_level="warning", access_log=False)


def _free(host: str, port: int) -> None:
    """Raise SettingsError when the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            what = f"port {port} is taken by another program" if taken else f"cannot serve on {host}:{port}"
            raise SettingsError(what, mend="choose another one, for example: companion serve --port 7861") from error
