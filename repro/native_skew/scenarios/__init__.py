"""Scenarios: TOML files -> typed values that say what is published, asked and expected."""

from native_skew.scenarios.asked import expected_of, repaired, request_of, roles_of
from native_skew.scenarios.loading import FOLDER, find, find_variants, load, load_all
from native_skew.scenarios.model import (
    CONSUMER,
    PROVIDER,
    STARTS,
    CachePolicy,
    Cell,
    ConsumerRelease,
    ProviderRelease,
    Scenario,
    Sdist,
    Start,
    Step,
    Wheel,
    releases_of,
)
