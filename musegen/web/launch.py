"""Serves the page, and loads the model once the page answers."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
from functools import partial
from importlib.util import find_spec

from starlette.middleware import Middleware

from musegen.errors import MuseGenError
from musegen.server.gradio_adapter import CallCounts
from musegen.server.metrics import health_routes
from musegen.server.middleware import PageHead, closed_routes, page_middleware
from musegen.server.model_loader import BackgroundModel
from musegen.server.services import Services
from musegen.server.settings import SettingsError, get_settings
from musegen.web.assets import asset, asset_path
from musegen.web.controls.sound_values import sound_choices_head
from musegen.web.modules import module_routes, page_head
from musegen.web.page import build
from musegen.web.sharing import LinkPreview, app_routes, preview_routes
from musegen.web.show import example_head
from musegen.web.synthesizer import log_if_missing, synthesizer_head, synthesizer_routes
from musegen.web.theme import theme

__all__ = ["LaunchError", "launch"]


class LaunchError(MuseGenError):
    """The page cannot be served."""


def launch(
    share: bool = False, port: int | None = None, host: str | None = None, mcp: bool = False
) -> None:
    """Serve the page until it is stopped.

    Parameters
    ----------
    share : bool
        Also open a public link through Gradio's servers.
    port : int, optional
        Port to listen on; the first free one from 7860 if not given.
    host : str, optional
        Address to listen on; that in ``GRADIO_SERVER_NAME``, or this computer alone, if not given.
    mcp : bool
        Also serve the named endpoints as tools of the Model Context Protocol.

    Raises
    ------
    LaunchError
        If the address or the port cannot be used, a package is missing, or a setting is wrong.
    """
    if mcp and find_spec("mcp") is None:
        raise LaunchError("--mcp needs another package: pip install 'gradio[mcp]'")
    if host is not None or port is not None:
        _check_address(host or "127.0.0.1", port or 0)
    try:
        settings = get_settings()
    except SettingsError as error:
        raise LaunchError(str(error)) from None
    model = BackgroundModel()
    services = Services(model)
    page = build(services)
    # What the modules read comes before what loads them.
    head = (
        synthesizer_head(services.soundfonts)
        + sound_choices_head()
        + example_head(services)
        + page_head()
    )
    # Requests wait in the server's own queues, which are fair; this limit is against floods.
    page.queue(max_size=2 * settings.waiting)
    try:
        page.launch(
            share=share,
            server_port=port,
            server_name=host,
            prevent_thread_lock=True,
            theme=theme(),
            css=asset("static/page.css"),
            favicon_path=asset_path("static/favicon.svg"),
            footer_links=["api"],
            max_file_size=f"{settings.upload_mb}mb",
            max_threads=2 * settings.waiting + 40,
            ssr_mode=False,  # Spaces would start a Node server, which the page does not need
            show_error=False,
            mcp_server=mcp,
            enable_monitoring=False,  # anybody could read its summary
            run_history=False,  # the player has a history of its own
            app_kwargs={
                "routes": [
                    *module_routes(),
                    *synthesizer_routes(services.soundfonts),
                    *app_routes(),
                    *preview_routes(services),
                    *health_routes(services, partial(CallCounts.of, page)),
                    *closed_routes(),
                ],
                "middleware": [
                    *page_middleware(),
                    Middleware(PageHead, head=head),
                    Middleware(LinkPreview),
                ],
            },
        )
    except OSError as error:
        raise LaunchError(f"{error}; choose another with --port") from None
    log_if_missing()
    model.start()
    for task in (services.prepare, services.clean_up):
        name = f"musegen-{task.__name__}"
        threading.Thread(target=task, name=name, daemon=True).start()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            page.block_thread()
    finally:
        services.close()


def _check_address(host: str, port: int) -> None:
    """Raise a `LaunchError` if an address cannot be used: Gradio's messages do not help users."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise LaunchError(f"there is no address {host!r}: try --host 127.0.0.1") from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            problem = f"{host} is not an address of this computer: try --host 0.0.0.0"
        elif error.errno == errno.EADDRINUSE:
            problem = f"port {port} is in use: choose another with --port"
        elif error.errno == errno.EACCES:
            problem = f"port {port} is not yours to use: choose one over 1023 with --port"
        else:
            problem = f"cannot listen on {host}:{port} ({error.strerror}): try another --port"
        raise LaunchError(problem) from None
