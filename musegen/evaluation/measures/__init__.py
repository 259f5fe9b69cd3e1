"""What a checkpoint is measured by, a measure a file."""
