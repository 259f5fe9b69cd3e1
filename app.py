"""Start MuseGen's page: `python app.py`. A Hugging Face Space runs this file as it is."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Read the arguments and serve the page until it is stopped."""
    # Imported here, so that Ctrl-C does not show where in the libraries it came.
    import argparse
    import contextlib
    import logging
    import signal

    # NumPy reads it when it is imported. Its threads would keep processors busy that other visitors
    # need, for products of matrices that one thread multiplies in a fraction of a millisecond.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from musegen.server.process.memory import configure_malloc
    from musegen.server.process.temporary_folder import temporary_folder, use_for_temporary_files
    from musegen.server.settings import SettingsError, get_settings

    parser = argparse.ArgumentParser(description="MuseGen: explore a latent space of music")
    parser.add_argument("--share", action="store_true", help="make a public link for a week")
    parser.add_argument("--port", type=int, help="port (default: the first free one from 7860)")
    parser.add_argument("--host", help="address (default: 127.0.0.1; 0.0.0.0 for all)")
    parser.add_argument("--mcp", action="store_true", help="also serve the endpoints as MCP tools")
    args = parser.parse_args()
    if args.port is not None and not 1 <= args.port <= 65535:
        parser.error(f"--port is {args.port}; it goes from 1 to 65535")

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its request to the page at the start
    # Stopped by a signal, it removes its temporary files as when it is stopped by hand.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    configure_malloc()
    with contextlib.ExitStack() as stack:
        try:
            get_settings()
            use_for_temporary_files(stack.enter_context(temporary_folder()))
        except SettingsError as error:
            sys.exit(f"app.py: {error}")
        except OSError as error:
            sys.exit(f"app.py: cannot make a folder for temporary files: {error}")
        # Gradio reads these when it is imported, which takes seconds.
        os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
        # For each error, Gradio makes a table of as many calls as it remembers.
        os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1000")
        from musegen.web import LaunchError, launch

        try:
            launch(share=args.share, port=args.port, host=args.host, mcp=args.mcp)
        except LaunchError as error:
            sys.exit(f"app.py: {error}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("app.py: stopped", file=sys.stderr)
        sys.exit(130)
