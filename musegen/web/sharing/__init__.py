"""What others see of the page: link previews, and the page as an installed app."""

from musegen.web.sharing.app import app_routes
from musegen.web.sharing.preview import LinkPreview, preview_routes

__all__ = ["LinkPreview", "app_routes", "preview_routes"]
