"""Whether a release will cause skew for others: its files are read and compared, none is run."""

from native_skew.audit.command import audit
from native_skew.audit.errors import AuditError
from native_skew.audit.facts import Contents
from native_skew.audit.judge import judge
from native_skew.audit.linkage import packages_searched
from native_skew.audit.locks import LockFile, formats_of, judge_lock
from native_skew.audit.providers import Providers, is_exact
from native_skew.audit.read import linux_wheels
from native_skew.audit.release import Cache, File, Reader, Release, local
from native_skew.audit.resolver_metadata import understood
from native_skew.audit.simple import IndexClient
from native_skew.audit.targets import TargetPython, targets, targets_of, this_platform
from native_skew.audit.transport import Transport
