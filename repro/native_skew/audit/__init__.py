"""Whether a release will skew others: reads its files, compares, judges; runs none of them."""

from native_skew.audit.cache import Cache
from native_skew.audit.command import audit
from native_skew.audit.errors import AuditError
from native_skew.audit.judge import judge
from native_skew.audit.release import Reader
from native_skew.audit.simple import IndexClient
from native_skew.audit.transport import Transport

__all__ = ["AuditError", "Cache", "IndexClient", "Reader", "Transport", "audit", "judge"]
