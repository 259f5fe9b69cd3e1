"""Pages that are made for tests alone."""
