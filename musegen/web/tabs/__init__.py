"""The widgets of the page's tabs."""
