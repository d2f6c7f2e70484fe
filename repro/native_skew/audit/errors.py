"""What audit could not examine, and why: with each of these it exits with 2."""

from __future__ import annotations

import re
from collections.abc import Sequence

from native_skew.audit.redaction import without_credentials
from native_skew.errors import SkewError
from native_skew.findings import plain


class AuditError(SkewError):
    """Base: something could not be examined; ``output``, another program's, is shown below it.

    The message becomes one line, without credentials.
    """

    def __init__(self, message: str, output: Sequence[str] = ()) -> None:
        below = "".join(f"\n  {plain(line)}" for line in output)
        super().__init__(without_credentials(plain(message) + below))


class ReleaseError(AuditError):
    """RELEASE is not a folder, a file or a requirement, or there is no such release."""

    def __init__(self, release: str, reason: str) -> None:
        super().__init__(
            f"{release}: {reason}; name a dist/ folder, files, NAME==VERSION, or NAME for the "
            "newest version"
        )


class LockError(AuditError):
    """A lock cannot be read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path}: not understood as a lock ({reason}); create it again with its "
            "tool, or name another"
        )


class FileRefusedError(AuditError):
    """A distribution file is malformed or unreasonably large."""

    def __init__(self, filename: str, reason: str) -> None:
        self.filename, self.reason = filename, reason
        super().__init__(f"{filename}: not read ({reason}); do not install it until you know why")


class IndexRefusedError(AuditError):
    """The index answers with an error or wrongly, hangs, or may not be asked any longer."""

    def __init__(
        self,
        url: str,
        reason: str,
        advice: str = "try again later, or name another index (--index-url)",
    ) -> None:
        super().__init__(f"{url}: {reason}; {advice}")


class IndexAddressError(AuditError):
    """An index's address cannot be understood; it may hold a password, so it is not shown."""

    def __init__(self) -> None:
        super().__init__(
            "the index's address is no http:// or https:// address (it is not shown: it may hold a "
            "password); percent-encode what is special in a password (%40 for @, %2F for /, %23 "
            "for #), and run again"
        )


class CertificatesError(AuditError):
    """A setting names certificates that do not exist."""

    def __init__(self, said_by: str, path: str, reason: str) -> None:
        super().__init__(
            f"{said_by} names {path}, which cannot be read as certificates ({reason}); name a "
            "file of certificates in PEM, or a folder of them, or leave the setting out"
        )


class RebuildTimeError(AuditError):
    """The sdist was not built in time."""

    def __init__(self, filename: str, seconds: float) -> None:
        super().__init__(
            f"{filename}: not built within {seconds:g} seconds; give it more (--build-limit)"
        )


class RebuildError(AuditError):
    """The sdist does not build."""

    def __init__(self, filename: str, code: int, output: str) -> None:
        lines = [line for line in output.splitlines() if line.strip()]
        told = [line for line in lines if "rror" in line] or lines
        found = (match.expand(cause) for what, cause in _CAUSES if (match := what.search(output)))
        cause = next(found, "nobody without a wheel can install it as things are")
        super().__init__(
            f"{filename}: does not build here (pip ended with {code}); {cause}:", told[-6:]
        )


# The most frequent causes of failed builds, in the words of Python, compilers and linkers.
_CAUSES = (
    (
        re.compile(r"No module named '?(pkg_resources)"),
        r"\1 is gone since setuptools 82, and nothing holds setuptools back",
    ),
    (
        re.compile(r"No module named '?([\w.]+)"),
        r"its build requirements do not bring the module \1",
    ),
    (
        re.compile(r"fatal error: (\S+\.h\w*): No such file"),
        r"the header \1 is not there: a system library, or a compiler's path, is missing",
    ),
    (re.compile(r"cannot find -l([\w.+-]+)"), r"the library \1 is not there to link"),
    (
        re.compile(
            r"(?:unable to execute|command) '(\S+)'[^\n]*(?:No such file|not found)"
            r"|(?:Unknown compiler|No CMAKE_\w+_COMPILER)"
        ),
        "there is no compiler here",
    ),
)
