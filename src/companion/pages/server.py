"""The web server: FastAPI around the pages, with every door that Gradio leaves open closed."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_RUN_HISTORY"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
for _name in ("SPACE_ID", "GRADIO_SHARE"):
    os.environ.pop(_name, None)

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

from companion.app import Companion
from companion.pages.chat import ChatPage
from companion.pages.layout import build_chat
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
CLOSED = ("/gradio_api/upload", "/upload", "/gradio_api/file", "/file", "/gradio_api/stream", "/monitoring", "/gradio_api/monitoring", "/gradio_api/mcp", "/docs", "/redoc", "/openapi.json")
"""Doors that no page of ours uses: files, monitoring, tools, documentation."""
LARGEST_REQUEST = 4_000_000
"""Bytes; a message of a million characters still gets its kind answer, more does not reach Python objects."""

Next = Callable[[Request], Awaitable[Response]]


def create(companion: Companion, settings: Settings, regions: dict[str, str]) -> FastAPI:
    """Return the server. The page answers at once; models load behind it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    page = ChatPage(companion, settings, regions)
    app.state.page = page

    @app.middleware("http")
    async def guard(request: Request, go_on: Next) -> Response:
        path = request.url.path.rstrip("/")
        if any(path == closed or path.startswith(f"{closed}/") or path.startswith(f"{closed}=") for closed in CLOSED):
            return JSONResponse({"detail": "closed"}, status_code=404)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_REQUEST:
            return JSONResponse({"detail": "too large"}, status_code=413)
        response = await go_on(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    @app.get("/notes/{note_id}")
    def note(note_id: str) -> HTMLResponse:
        found = companion.library.note(note_id)
        if found is None:
            return HTMLResponse("", status_code=404)
        return HTMLResponse(page.render.note(found))

    @app.get("/lines/{region}")
    def lines(region: str) -> HTMLResponse:
        return HTMLResponse(page.first_lines(region.upper()))

    @app.get("/away")
    def away() -> HTMLResponse:
        return HTMLResponse("<!doctype html><title>New page</title><meta name=robots content=noindex><body></body>")

    @app.get("/own/{name}")
    def asset(name: str) -> Response:
        path = ASSETS / name
        if name not in {entry.name for entry in ASSETS.iterdir()}:
            return Response(status_code=404)
        return FileResponse(path)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {name: state for name, state in companion.readiness().items()}

    blocks = build_chat(page)
    blocks.queue(max_size=64, api_open=False, default_concurrency_limit=8)
    return gr.mount_gradio_app(
        app, blocks, path="/", theme=theme(), css_paths=[ASSETS / "page.css"], head='<script src="/own/page.js" defer></script><meta name="robots" content="noindex">',
        footer_links=[], run_history=False, show_error=False, ssr_mode=False, enable_monitoring=False, pwa=False, mcp_server=False,
        max_file_size="1kb", favicon_path=str(ASSETS / "favicon.svg"),
    )  # fmt: skip
