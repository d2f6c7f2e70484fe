"""The fake pair -> an index with a request journal."""

from native_skew.publish import describe, fakes, pages, substitute
from native_skew.publish.fakes import provider_title
from native_skew.publish.index import CACHE_CONTROL, NO_VALIDATORS, Index, page_age
from native_skew.publish.listing import PublishedRecord, published_in, wheel_tag
from native_skew.publish.publication import JournalEntry, Publication
from native_skew.publish.substitute import Substitute

__all__ = [
    "CACHE_CONTROL",
    "NO_VALIDATORS",
    "Index",
    "JournalEntry",
    "Publication",
    "PublishedRecord",
    "Substitute",
    "describe",
    "fakes",
    "page_age",
    "pages",
    "provider_title",
    "published_in",
    "substitute",
    "wheel_tag",
]
