"""The named endpoints of the page, for programs; with ``--mcp`` they are tools, too."""

from musegen.web.api.declarations import add_endpoints

__all__ = ["add_endpoints"]
