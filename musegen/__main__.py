"""Runs the command line: ``python -m musegen``."""

import sys

from musegen.cli import main

if __name__ == "__main__":
    sys.exit(main())
