"""The names that shared objects have in a distribution's RECORD or archive."""

from __future__ import annotations

import re

# With or without a version behind it.
SHARED = re.compile(r"\.so(\.[^/]*)?$")
