"""Whether whole random pieces hang together: measures of their bars, parts and ends."""
