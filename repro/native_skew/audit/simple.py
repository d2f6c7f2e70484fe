"""An index: a project's files, from its page, as HTML or JSON.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import json
import threading
import warnings
from contextlib import suppress
from urllib.parse import urldefrag, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pypi_simple import (
    PYPI_SIMPLE_ENDPOINT,
    ProjectPage,
    UnexpectedRepoVersionWarning,
    UnsupportedRepoVersionError,
)

from native_skew.audit.errors import (
    FileRefusedError,
    IndexAddressError,
    IndexRefusedError,
    ReleaseError,
)
from native_skew.audit.release import File, Release, named
from native_skew.audit.transport import Transport
from native_skew.toolchain import UserIndexes

_ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.01"
)


class IndexClient:
    """An index, or all that a user's pip and uv use, as one; each page is fetched once.

    Each method raises ``ReleaseError`` if there is no such project or release, and
    ``IndexRefusedError`` if the index cannot be asked.

    A project is taken from the first of ``indexes`` that has it, or from the one to which it is
    pinned. A single one may be given as the address of its simple API, with credentials if it
    needs any. ``url`` is that of the index that is asked last, without them.
    """

    def __init__(self, indexes: UserIndexes | str, transport: Transport) -> None:
        if isinstance(indexes, str):
            indexes = UserIndexes(default=indexes)
        self.transport = transport
        self.url = self._address(indexes.default)
        self._before = list(map(self._address, indexes.before))
        self._pinned = {name: self._address(url) for name, url in indexes.pinned.items()}
        self._pages: dict[str, tuple[File, ...]] = {}
        self._lock = threading.Lock()

    def _address(self, url: str) -> str:
        parts = urlsplit(self.transport.credentials.take(url))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise IndexAddressError
        return parts._replace(path=parts.path.rstrip("/") + "/").geturl()

    def release(self, name: str, version: str = "") -> Release:
        """A release; without ``version``, the newest by PEP 440, if possible not a pre-release."""
        files = self.files(name)
        if version:
            wanted = Version(version)
        else:
            known = {Version(each.version) for each in files if not each.yanked}
            if not known:
                raise ReleaseError(name, "has no release on this index that is not yanked")
            wanted = max([each for each in known if not each.is_prerelease] or known)
        chosen = tuple(each for each in files if Version(each.version) == wanted)
        if not chosen:
            raise ReleaseError(f"{name}=={version}", "has no files on this index")
        return Release(name=canonicalize_name(name), version=str(wanted), files=chosen)

    def files(self, name: str) -> tuple[File, ...]:
        """All files of a project whose names can be understood, as listed."""
        project = canonicalize_name(name)
        with self._lock:
            if project not in self._pages:
                self._pages[project] = self._found(project)
            return self._pages[project]

    def _found(self, project: str) -> tuple[File, ...]:
        if project in self._pinned:
            return self._fetch(self._pinned[project], project)
        for index in self._before:
            with suppress(ReleaseError):
                return self._fetch(index, project)
        return self._fetch(self.url, project)

    def _fetch(self, index: str, project: str) -> tuple[File, ...]:
        parts = urlsplit(index)  # a query stays behind the path, as uv leaves it
        url = parts._replace(path=f"{parts.path}{project}/").geturl()
        answer = self.transport.get(url, {"Accept": _ACCEPT, "Accept-Encoding": "gzip"})
        if answer.status == 404:
            raise ReleaseError(project, f"there is no such project on {url}")
        if answer.status != 200:
            raise IndexRefusedError(url, f"answers {answer.status}")
        kind = answer.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UnexpectedRepoVersionWarning)
                if kind == "application/vnd.pypi.simple.v1+json":
                    page = ProjectPage.from_json_data(json.loads(answer.body), answer.url)
                elif kind in ("text/html", "application/vnd.pypi.simple.v1+html"):
                    page = ProjectPage.from_html(project, answer.body, answer.url)
                else:
                    raise IndexRefusedError(url, f"answers with {kind}, no index page")
            is_public = urlsplit(index).hostname == urlsplit(PYPI_SIMPLE_ENDPOINT).hostname
            return tuple(_files(page, self.transport, is_public))
        except IndexAddressError as error:
            raise IndexRefusedError(url, "its page has a link that is no address") from error
        except (ValueError, TypeError, RecursionError, UnsupportedRepoVersionError) as error:
            reason = f"its page cannot be understood ({type(error).__name__})"
            raise IndexRefusedError(url, reason) from error


def _files(page: ProjectPage, transport: Transport, public: bool) -> list[File]:
    found = []
    for each in page.packages:
        try:
            name, version = named(each.filename)
            Version(version)
        except (FileRefusedError, InvalidVersion):  # eggs, installers, names from long ago
            continue
        if name != canonicalize_name(page.project):
            continue
        found.append(
            File(
                filename=each.filename,
                name=name,
                version=version,
                url=transport.credentials.take(urldefrag(each.url).url),
                size=each.size,
                hashes=dict(each.digests or {}),
                sidecar=dict(each.metadata_digests or {}) if each.has_metadata else None,
                requires_python=each.requires_python or "",
                uploaded=each.upload_time.isoformat() if public and each.upload_time else "",
                yanked=bool(each.is_yanked),
            )
        )
    return found
