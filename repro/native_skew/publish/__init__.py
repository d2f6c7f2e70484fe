"""The fake pair -> an index with a request journal."""

from native_skew.publish import describe, fakes
from native_skew.publish.fakes import PublishedRecord, published_in
from native_skew.publish.index import CACHE_HEADERS, Index
from native_skew.publish.publication import JournalEntry, Publication
