"""The measures of a checkpoint, one in each file.

A file's ``measure(samples)`` returns measures by name; what these samples cannot show is left out.
"""
