"""Where studies keep what took long: trained networks and half-done grids."""

from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The user's cache folder for this tool."""
    return platformdirs.user_cache_path("ravine")
