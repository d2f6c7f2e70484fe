"""What a record must not hold: where, and on which port, it was made."""

from __future__ import annotations

import re

OF_A_MACHINE = re.compile(r"(?<![\w.])/(?:root|home|Users|work|tmp|builds?)/|127\.0\.0\.1:(?!8000)")
