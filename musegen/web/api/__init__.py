"""The page's named endpoints, for programs."""
