"""Serving the page: port, host, and the model that loads once the page answers."""

from __future__ import annotations

import contextlib
import errno
import socket
from importlib import resources
from pathlib import Path

from musegen.studio.layout import build
from musegen.studio.loading import BackgroundModel
from musegen.studio.theme import theme

__all__ = ["LaunchError", "launch"]

# As many visitors may wait; the next is told to come back rather than kept for minutes.
_QUEUE = 40
_UPLOAD = "2mb"  # as much as `musegen.music.midi` reads


class LaunchError(RuntimeError):
    """The page could not be served, said in one line: what is wrong, what to do."""


def launch(share: bool = False, port: int | None = None, host: str | None = None) -> None:
    """Serve the page until it is stopped.

    Parameters
    ----------
    share : bool
        Also open a public link through Gradio's servers.
    port : int, optional
        Port to listen on; the first free one from 7860 if not given.
    host : str, optional
        Address to listen on; what ``GRADIO_SERVER_NAME`` says, else this computer alone.

    Raises
    ------
    LaunchError
        If the address or the port cannot be used.
    """
    if host is not None or port is not None:
        _check_address(host or "127.0.0.1", port or 0)
    model = BackgroundModel()
    page = build(model)
    page.queue(max_size=_QUEUE)
    try:
        page.launch(
            share=share,
            server_port=port,
            server_name=host,
            prevent_thread_lock=True,
            theme=theme(),
            css=resources.files(__package__).joinpath("studio.css").read_text("utf-8"),
            head=resources.files(__package__).joinpath("head.html").read_text("utf-8"),
            favicon_path=Path(__file__).with_name("favicon.svg"),
            footer_links=["api"],
            max_file_size=_UPLOAD,
            ssr_mode=False,  # Spaces would start a Node server, which the page has no use for
            show_error=False,
        )
    except OSError as error:
        raise LaunchError(f"{error}; choose another with --port") from None
    model.start()
    with contextlib.suppress(KeyboardInterrupt):
        page.block_thread()


def _check_address(host: str, port: int) -> None:
    # Gradio's own message for a taken port speaks of its parameters, and for a host it has none.
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
