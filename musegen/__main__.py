"""Runs the command line: ``python -m musegen``, or ``musegen``."""

import os
import signal
import sys

__all__ = ["run"]


def run() -> int:
    """Run the command of this process; Ctrl-C ends it in one line from the start on."""
    # While libraries are imported, an exception would not do: some of them turn it into another.
    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heard:
        signal.signal(signal.SIGINT, _stop)
    from musegen.cli import main

    if is_heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return main()


def _stop(*_: object) -> None:
    os.write(2, b"musegen: stopped\n")
    os._exit(130)


if __name__ == "__main__":
    sys.exit(run())
