"""The page's own components, each with its script, style and template."""
