"""Drives Firefox by WebDriver BiDi, which needs no program beside it.

Playwright drives a Firefox of its own, which Debian does not have.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from websockets.sync.client import connect
from websockets.sync.connection import Connection

T = TypeVar("T")
_FIREFOX = ("firefox-esr", "firefox")
_PATIENCE = 240  # seconds: with a new profile the first start takes long on a busy machine
# A sound device: without one, Firefox does not let an audio context run.
_SOUND = (
    "pulseaudio",
    "-n",
    "--daemonize=no",
    "--use-pid-file=no",
    "--exit-idle-time=-1",
    "--load=module-null-sink",
)


class FirefoxPage:
    """A page in Firefox.

    Attributes
    ----------
    problems : list of str
        Errors in its console.
    """

    def __init__(self, socket: Connection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.problems: list[str] = []
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=["log.entryAdded"])
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; note the events that come meanwhile."""
        id = next(self._ids)
        self._socket.send(json.dumps({"id": id, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(_PATIENCE))
            if answer["type"] == "event":
                entry = answer["params"]
                if entry["level"] == "error":
                    self.problems.append(str(entry["text"]))
            elif answer["id"] == id:
                assert answer["type"] == "success", answer
                return answer["result"]

    def run_first(self, script: str) -> None:
        """Have a script run in each page that is opened, before its own."""
        self._send("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}")

    def open(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self._send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, as JSON has it."""
        answer = self._send(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self._context},
            awaitPromise=False,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"].get("value", "null"))

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        _wait(lambda: self.evaluate(f"Boolean({condition})"), condition)

    def click(self, selector: str) -> None:
        """Press an element as a visitor does: sound may start then."""
        self.wait(f"document.querySelector({selector!r})?.checkVisibility()")
        self.evaluate(f"document.querySelector({selector!r}).scrollIntoView()")
        locator = {"type": "css", "value": selector}
        found = self._send("browsingContext.locateNodes", context=self._context, locator=locator)
        element = {"sharedId": found["nodes"][0]["sharedId"]}
        steps = [
            {
                "type": "pointerMove",
                "x": 0,
                "y": 0,
                "origin": {"type": "element", "element": element},
            },
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": steps}
        self._send("input.performActions", context=self._context, actions=[mouse])


@contextmanager
def open_firefox(folder: Path) -> Iterator[FirefoxPage]:
    """Start Firefox without a window and with a new profile.

    Skip the test where Firefox, or the sound device that it needs, is missing or does not start.

    Parameters
    ----------
    folder : Path
        For the profile.
    """
    firefox = next(filter(None, map(shutil.which, _FIREFOX)), None)
    if firefox is None or shutil.which(_SOUND[0]) is None:
        pytest.skip("Firefox or its sound is missing: apt-get install firefox-esr pulseaudio")
    socket = folder / "sound"
    own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    listen = f"--load=module-native-protocol-unix auth-anonymous=1 socket={socket}"
    command = [firefox, "--headless", "--no-remote", "--profile", str(folder)]
    with (
        _running([*_SOUND, listen], folder / "sound.txt", own) as sound_log,
        _running(
            [*command, "--remote-debugging-port=0"],
            folder / "firefox.txt",
            {**own, "PULSE_SERVER": f"unix:{socket}"},
        ) as log,
    ):
        _wait_for_start(socket.exists, sound_log)
        address = _wait_for_start(lambda: _read_address(log), log)
        with connect(f"{address}/session", max_size=None, open_timeout=_PATIENCE) as connection:
            yield FirefoxPage(connection)


@contextmanager
def _running(command: list[str], log: Path, more: dict[str, str]) -> Iterator[Path]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **more}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield log
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _read_address(log: Path) -> str | None:
    """Return the address at which Firefox listens, once it has written it."""
    for line in log.read_text(errors="replace").splitlines():
        if "WebDriver BiDi listening on" in line:
            return line.split()[-1]
    return None


def _wait_for_start(find: Callable[[], T | None], log: Path) -> T:
    """Return what a function finds; skip the test if that is nothing."""
    try:
        return _wait(find, log)
    except AssertionError as error:
        pytest.skip(f"Firefox, or its sound, does not start here: {error}")


def _wait(find: Callable[[], T | None], what: str | Path) -> T:
    """Return what a function finds as soon as it finds something."""
    end = time.monotonic() + _PATIENCE
    while not (found := find()):
        if time.monotonic() > end:
            about = what.read_text(errors="replace") if isinstance(what, Path) else what
            raise AssertionError(f"it did not come in {_PATIENCE} s: {about}")
        time.sleep(0.1)
    return found
