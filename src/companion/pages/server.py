"""The web server: FastAPI around the pages, with every door that Gradio leaves open closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

import companion.pages.quiet  # noqa: F401 - before Gradio
from companion.app import Companion
from companion.pages.chat import ChatPage
from companion.pages.layout import build_chat
from companion.pages.safety import safety_page
from companion.pages.theme import theme
from companion.settings import Settings

ASSETS = Path(__file__).parent / "assets"
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
CLOSED = (
    "/gradio_api/upload",
    "/upload",
    "/gradio_api/file",
    "/file",
    "/gradio_api/stream",
    "/monitoring",
    "/gradio_api/monitoring",
    "/gradio_api/mcp",
    "/docs",
    "/redoc",
    "/openapi.json",
)
"""Doors that no page of ours uses: files, monitoring, tools, documentation."""
SWEEP_EVERY = 30.0
"""Seconds between two looks for talks that have been quiet for too long."""
LARGEST_REQUEST = 4_000_000
"""Bytes; a message of a million characters still gets its kind answer, more does not reach Python objects."""

HEAD = '<script src="/own/page.js" defer></script><meta name="robots" content="noindex">'

Next = Callable[[Request], Awaitable[Response]]


def create(companion: Companion, settings: Settings, regions: dict[str, str]) -> FastAPI:
    """Return the server. The page answers at once; models load behind it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    page = ChatPage(companion, settings, regions)
    app.state.page = page
    app.middleware("http")(_guard)
    threading.Thread(target=_sweep_forever, args=(page,), name="sweep", daemon=True).start()
    _add_fragments(app, companion, page)
    blocks = build_chat(page)
    blocks.queue(max_size=64, api_open=False, default_concurrency_limit=8)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=theme(),
        css_paths=[ASSETS / "page.css"],
        head=HEAD,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        max_file_size="1kb",
        favicon_path=str(ASSETS / "favicon.svg"),
    )
    return app


def _sweep_forever(page: ChatPage) -> None:
    """Wipe idle talks also when nobody comes by any more."""
    while True:
        time.sleep(SWEEP_EVERY)
        page.talks.sweep()


async def _guard(request: Request, go_on: Next) -> Response:
    """Shut the doors nobody uses, refuse what is too large, and send the headers that keep the page on this host."""
    path = request.url.path.rstrip("/")
    if any(path == closed or path.startswith((f"{closed}/", f"{closed}=")) for closed in CLOSED):
        return JSONResponse({"detail": "closed"}, status_code=404)
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_REQUEST:
        return JSONResponse({"detail": "too large"}, status_code=413)
    response = await go_on(request)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _add_fragments(app: FastAPI, companion: Companion, page: ChatPage) -> None:
    """Add what the page fetches beside Gradio: whole notes, our own script, the neutral page, and whether all is well."""

    @app.get("/notes/{note_id}")
    def note(note_id: str) -> HTMLResponse:
        found = companion.library.note(note_id)
        return HTMLResponse(page.render.note(found)) if found else HTMLResponse("", status_code=404)

    @app.get("/safety")
    def safety() -> HTMLResponse:
        return HTMLResponse(safety_page(companion))

    @app.get("/away")
    def away() -> HTMLResponse:
        return HTMLResponse("<!doctype html><title>New page</title><meta name=robots content=noindex><body></body>")

    @app.get("/own/{name}")
    def own(name: str) -> Response:
        if name not in {entry.name for entry in ASSETS.iterdir()}:
            return Response(status_code=404)
        return FileResponse(ASSETS / name)

    @app.get("/healthz")
    def healthz() -> dict[str, str | int]:
        parts = {str(part): state for part, state in companion.readiness().items()}
        return {**parts, "talks": len(page.talks)}
