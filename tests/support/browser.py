"""Browser pages with generous timeouts."""

from __future__ import annotations

import shutil
from typing import Any

_PATIENCE = 180_000  # milliseconds; after them a page hangs, and is not merely one of many


def installed() -> str | None:
    """Where Chromium is."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def opened(browser: Any, **options: object) -> Any:
    """A new browser context, whose pages wait as long as a busy machine may need."""
    context = browser.new_context(**options)
    context.set_default_timeout(_PATIENCE)
    return context
