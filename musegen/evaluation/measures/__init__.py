"""The measures of a checkpoint, one in each file.

Those of whole random pieces, and of what draws are asked for, have folders of their own.

A file's ``measure(samples)`` returns measures by name; what these samples cannot show is left out.
"""
