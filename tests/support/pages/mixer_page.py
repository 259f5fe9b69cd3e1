"""A page with the mixer alone, whose output is recorded."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.visits import PATIENCE, ROOT

_RATE = 44100
# The page records all that leaves the mixer, from `record` on.
_PAGE = """<!doctype html><title>Mixer</title><script type="module">
import { Mixer } from "./player/mixer.js";
const events = [];
const mixer = new Mixer((event) => events.push(event));
const blocks = [];
const code = `registerProcessor('recorder', class extends AudioWorkletProcessor {
    process([[left]]) {
        if (left) this.port.postMessage(left.slice());
        return true;
    }
});`;
const length = () => blocks.length * 128;
const heard = () => blocks.flatMap((block) => Array.from(block));
Object.assign(window, { events, mixer, record, heard, length });
async function record() {
    mixer.wake();
    await mixer.context.audioWorklet.addModule(URL.createObjectURL(
        new Blob([code], { type: 'text/javascript' })));
    const recorder = new AudioWorkletNode(mixer.context, 'recorder');
    recorder.port.onmessage = ({ data }) => blocks.push(data);
    mixer.output.connect(recorder);
}
SCRIPT
window.isStarted = true;
</script>"""


def write_mixer_page(folder: Path, script: str) -> None:
    """Write the page and the scripts that it needs; `script` runs in the page's module."""
    for name in ("player", "shared", "synth"):
        shutil.copytree(ROOT / "musegen/web/components" / name, folder / name)
    (folder / "index.html").write_text(_PAGE.replace("SCRIPT", script))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        pass


@contextmanager
def open_mixer_page(folder: Path, browser) -> Iterator[object]:
    """Open the page and record. At the end, check that it has met no error."""
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        amiss = []
        page.on("pageerror", lambda error: amiss.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        wait_for(page, "window.isStarted")
        page.mouse.click(5, 5)  # browsers want one before they make a sound
        page.evaluate("record()")
        yield page
        page.close()
        server.shutdown()
        assert not amiss


def wait_for(page, condition: str) -> None:
    page.wait_for_function(condition, timeout=PATIENCE)


def wait_for_more(page, seconds: float) -> None:
    """Wait until this much more has been recorded."""
    samples = page.evaluate("length()") + round(seconds * _RATE)
    wait_for(page, f"length() > {samples}")
