"""What is published, asked and expected: TOML files -> typed values."""

from native_skew.scenarios.asked import expected_of, repaired, request_of, roles_of
from native_skew.scenarios.cell import STARTS, Cell, Start
from native_skew.scenarios.loading import FOLDER, find, find_variants, load, load_all
from native_skew.scenarios.model import (
    CONSUMER,
    PROVIDER,
    SECOND_CONSUMER,
    CachePolicy,
    ConsumerRelease,
    ProviderRelease,
    Scenario,
    Sdist,
    Step,
    Wheel,
    releases_of,
)
