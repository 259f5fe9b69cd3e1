"""The server's process: its memory and its temporary files."""
