"""Runs the command line: ``python -m musegen``."""

from musegen.cli import main

if __name__ == "__main__":
    main()
