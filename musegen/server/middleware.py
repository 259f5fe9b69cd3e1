"""What stands between the world and Gradio: less is read, less is served, nothing leads astray."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from musegen.server.quota import HourlyQuota
from musegen.server.settings import get_settings

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BodyLimit", "RelativeHead", "closed_routes", "guard"]

_log = logging.getLogger(__name__)
_MOST_BYTES = 8_000_000  # of a request that is no upload: four recipes of the largest kind
_ENVELOPE = 1_000_000  # bytes that may stand around an uploaded file
_UPLOAD = "/gradio_api/upload"

# Gradio serves these whether a page uses them or not.
_CLOSED = (
    "/gradio_api/process_recording",  # gives anybody's file to ffmpeg
    "/gradio_api/deep_link",  # writes files that nothing removes
    "/gradio_api/dev/reload",  # wakes twenty times a second for each who asks
    "/pwa_icon/{size}",  # fails on an icon that is a drawing
)


# Gradio's page names a manifest, of an app to install, by an absolute path, and no icon, which
# browsers then look for at one. Behind a proxy, under a sub-path, these are another site's.
_MANIFEST = b'<link rel="manifest" href="/manifest.json" />'
_ICON = b'<link rel="icon" href="./favicon.ico" />'


class BodyLimit:
    """Refuses a request whose body is larger than anything the page sends, before it is in memory.

    Parameters
    ----------
    app : ASGIApp
    page : gr.Blocks
        Says how large an upload may be.
    uploads : HourlyQuota
        How many bytes of uploads there may still be.
    """

    def __init__(self, app: ASGIApp, page: gr.Blocks, uploads: HourlyQuota) -> None:
        self._app = app
        self._page = page
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = _MOST_BYTES
        is_upload = scope["path"].rstrip("/").endswith(_UPLOAD)
        if is_upload:
            most = (self._page.max_file_size or 0) + _ENVELOPE
        said = f"A request has {most / 1e6:.0f} MB at most here\n"
        declared = Headers(scope=scope).get("content-length", "")
        # Who does not say how much it is may send as much as is allowed.
        size = int(declared) if declared.isdecimal() else most
        if size > most:
            await PlainTextResponse(said, 413)(scope, receive, send)
            return
        if is_upload and not self._uploads.take((scope["client"] or ("",))[0], size):
            late = "So much was uploaded here in the last hour that it has to wait: try later\n"
            await PlainTextResponse(late, 429)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, said.strip())
            return message

        try:
            await self._app(scope, counted, send)
        except ClientDisconnect:
            if not is_upload:
                raise
        except OSError as error:
            if not is_upload:
                raise
            _log.error("an upload failed: %s", error)
            full = "There is no room for this file here at the moment: try later\n"
            await PlainTextResponse(full, 507)(scope, receive, send)


class RelativeHead:
    """Lets the page name its icon where it is, in place of a manifest that is not its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None

        async def mended(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html"):
                    start = message  # it says how long the body is: that comes first
                    return
            elif start is not None:
                body = message.get("body", b"").replace(_MANIFEST, _ICON)
                headers = MutableHeaders(raw=start["headers"])
                if "content-length" in headers:
                    more = len(body) - len(message.get("body", b""))
                    headers["content-length"] = str(int(headers["content-length"]) + more)
                await send(start)
                start, message = None, {**message, "body": body}
            await send(message)

        await self._app(scope, receive, mended if scope["type"] == "http" else send)


def closed_routes() -> list[Route]:
    """Routes that stand before Gradio's own, and have nothing."""
    # An object, not a function: so it answers whatever the method is.
    return [Route(path, PlainTextResponse("Not Found", 404)) for path in _CLOSED]


def guard(page: gr.Blocks) -> list[Middleware]:
    """What all requests to a page go through."""
    uploads = HourlyQuota(get_settings().uploads_mb * 1_000_000)
    return [Middleware(BodyLimit, page=page, uploads=uploads), Middleware(RelativeHead)]
