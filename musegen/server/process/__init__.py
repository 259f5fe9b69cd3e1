"""The process as a whole: its memory and its temporary files."""
