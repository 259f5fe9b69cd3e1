"""Middleware for all requests to the page: limits on what is sent, and closed paths."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
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
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = [
    "BodyLimit",
    "ClosedSessions",
    "PageHead",
    "RelativeIcon",
    "changing_html",
    "closed_routes",
    "page_middleware",
]

_log = logging.getLogger(__name__)
_MAX_BODY_BYTES = 8_000_000  # of a request that is no upload: four recipes of the largest kind
_ENVELOPE_BYTES = 1_000_000  # that a multipart body adds to the file in it
_UPLOAD_PATH = "/gradio_api/upload"

# Gradio serves these paths whether a page uses them or not.
_CLOSED_PATHS = (
    "/gradio_api/process_recording",  # gives any file to ffmpeg
    "/gradio_api/deep_link",  # writes files that nothing removes
    "/gradio_api/dev/reload",  # wakes twenty times a second for each client
    "/pwa_icon/{size}",  # fails on an icon that is a drawing
)

# Gradio's page names a manifest for an installable app by an absolute path, and no icon, which
# browsers then look for at an absolute path. Behind a proxy that serves the page below a path of
# its own, both belong to another site.
_MANIFEST = b'<link rel="manifest" href="/manifest.json" />'
_ICON = b'<link rel="icon" href="./favicon.ico" />'
_BASE = re.compile(rb"<base [^>]*>")  # relative addresses hold only after it


class BodyLimit:
    """Refuses a request whose body is larger than anything that the page sends.

    Of uploads it counts the bytes that are read, and refuses more than the quota allows. What a
    refused upload used of the quota is given back.

    Parameters
    ----------
    app : ASGIApp
    upload_bytes : int
        Largest size of an uploaded file.
    quota : HourlyQuota
        Bytes of uploads in the last hour, by address.
    """

    def __init__(self, app: ASGIApp, upload_bytes: int, quota: HourlyQuota) -> None:
        self._app = app
        self._upload_bytes = upload_bytes
        self._quota = quota

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].rstrip("/").endswith(_UPLOAD_PATH):
            await self._receive_upload(scope, receive, send)
        else:
            limit = _MAX_BODY_BYTES
            if _declared_size(scope) > limit:
                await _too_large(limit)(scope, receive, send)
            else:
                await self._app(scope, _counted(receive, limit, lambda size: None), send)

    async def _receive_upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._upload_bytes + _ENVELOPE_BYTES
        address = (scope["client"] or ("",))[0]
        size = _declared_size(scope)
        if size > limit:
            await _too_large(limit)(scope, receive, send)
            return
        if not self._quota.has_room(address, size):
            await _quota_is_used_up()(scope, receive, send)
            return
        charged = 0

        def charge(size: int) -> None:
            nonlocal charged
            if not self._quota.charge(address, size):
                error = _quota_is_used_up()
                raise HTTPException(error.status_code, bytes(error.body).decode().strip())
            charged += size

        async def send_and_refund(message: Message) -> None:
            nonlocal charged
            if message["type"] == "http.response.start" and message["status"] >= 400:
                self._quota.refund(address, charged)
                charged = 0
            await send(message)

        try:
            await self._app(scope, _counted(receive, limit, charge), send_and_refund)
        except ClientDisconnect:
            return
        except OSError as error:
            _log.error("an upload failed: %s", error)
            text = "There is no room for this file here at the moment: try later\n"
            await PlainTextResponse(text, 507)(scope, receive, send_and_refund)


def _declared_size(scope: Scope) -> int:
    """Size of the body as the request declares it; 0 if it declares none."""
    declared = Headers(scope=scope).get("content-length", "")
    return int(declared) if declared.isdecimal() else 0


def _counted(receive: Receive, limit: int, count: Callable[[int], None]) -> Receive:
    """Count the bytes of a body while it is read, and stop at a limit."""
    read = 0

    async def receive_counted() -> Message:
        nonlocal read
        message = await receive()
        size = len(message.get("body", b""))
        read += size
        if read > limit:
            raise HTTPException(413, bytes(_too_large(limit).body).decode().strip())
        count(size)
        return message

    return receive_counted


def _too_large(limit: int) -> PlainTextResponse:
    return PlainTextResponse(f"A request has {limit / 1e6:.0f} MB at most here\n", 413)


def _quota_is_used_up() -> PlainTextResponse:
    text = "So much was uploaded here in the last hour that it has to wait: try later\n"
    return PlainTextResponse(text, 429)


class RelativeIcon:
    """Replaces the page's link to a manifest, an absolute path, by a relative link to its icon."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and change the answer if it is HTML."""
        if scope["type"] == "http":
            send = changing_html(send, lambda body: body.replace(_MANIFEST, _ICON))
        await self._app(scope, receive, send)


class PageHead:
    """Writes into the page's head what browsers are to load first.

    Gradio, to which a page's head can be given, adds it by a script, after its own are loaded.

    Parameters
    ----------
    app : ASGIApp
    head : str
        HTML.
    """

    def __init__(self, app: ASGIApp, head: str) -> None:
        self._app = app
        self._head = head.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and change the answer if it is a page of Gradio's."""
        if scope["type"] == "http":
            send = changing_html(
                send, lambda body: _BASE.sub(lambda base: base[0] + self._head, body, count=1)
            )
        await self._app(scope, receive, send)


class ClosedSessions:
    """Ends the stream of answers to a session that Gradio has closed, and logs nothing.

    Gradio says in the stream that there is no such session, which makes the page load itself again,
    and then raises an error: the log would get a traceback, and the browser half an answer. That is
    so for pages that are left, or loaded again, while they ask for something.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and end its answer where Gradio finds no session for it."""
        try:
            await self._app(scope, receive, send)
        except RuntimeError as error:  # Starlette's own, since the answer has begun
            cause = error.__cause__
            if not isinstance(cause, HTTPException) or cause.status_code != 404:
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def changing_html(send: Send, change: Callable[[bytes], bytes]) -> Send:
    """Return a way to send an answer with its body changed, if that is HTML, and its length."""
    start: Message | None = None

    async def send_changed(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if headers.get("content-type", "").startswith("text/html"):
                start = message  # sent with the body, whose length it has to state
                return
        elif start is not None:
            body = change(message.get("body", b""))
            headers = MutableHeaders(raw=start["headers"])
            if "content-length" in headers:
                added = len(body) - len(message.get("body", b""))
                headers["content-length"] = str(int(headers["content-length"]) + added)
            await send(start)
            start, message = None, {**message, "body": body}
        await send(message)

    return send_changed


def closed_routes() -> list[Route]:
    """Return routes that answer 404 in place of Gradio's own."""
    # A response object, unlike a function, answers every HTTP method.
    return [Route(path, PlainTextResponse("Not Found", 404)) for path in _CLOSED_PATHS]


def page_middleware() -> list[Middleware]:
    """Return the middleware of a page, with the limits of the settings."""
    settings = get_settings()
    quota = HourlyQuota(settings.uploads_mb * 1_000_000)
    # Gradio's megabytes have 2**20 bytes.
    return [
        Middleware(BodyLimit, upload_bytes=settings.upload_mb * 2**20, quota=quota),
        Middleware(RelativeIcon),
        Middleware(ClosedSessions),
    ]
