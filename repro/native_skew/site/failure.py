"""The picture of the failure, inlined in the page, so that it follows the page's colour scheme.

Its source is ``docs/images/failure.svg``, which the README shows as an image.
"""

from __future__ import annotations

import re
from pathlib import Path

PICTURE = Path("docs/images/failure.svg")
_STEP = re.compile(r"<svg x=.*?</svg>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
# An image follows the system's colours, a page its reader's choice.
_DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{ (\.failure \{[^}]*\}) \}")


def figure() -> str:
    """The steps side by side (on a phone, in a scrolling row), as HTML without empty lines."""
    drawn = PICTURE.read_text(encoding="utf-8")
    (style,) = _STYLE.findall(drawn)
    style = _DARK.sub(r'[data-md-color-scheme="slate"] \1', style)
    steps = "\n".join(
        step.replace("<svg x=", '<svg class="failure" x=', 1) for step in _STEP.findall(drawn)
    )
    return (
        f"<style>{style}</style>\n"
        '<div class="steps" tabindex="0" role="group" aria-label="The failure in three steps">\n'
        f"{steps}\n</div>"
    )
