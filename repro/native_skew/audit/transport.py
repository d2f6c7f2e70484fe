"""HTTP to an untrusted index: answers are limited in size and time, and all bytes are counted."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec
import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from native_skew import __version__
from native_skew.audit.certificates import TrustingAdapter, proxies, trust
from native_skew.audit.credentials import Credentials
from native_skew.audit.errors import IndexRefusedError

CONNECTIONS = 4
BACKOFF = 0.3  # seconds before the second retry; twice as long before each that follows
_REDIRECTS = 5
_CHUNK = 64 * 1024
_ALGORITHMS = ("sha512", "sha384", "sha256")  # what a page may announce and we believe


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits for answers in time and size."""

    silence: float = 15.0  # seconds without a byte
    total: float = 300.0  # seconds for one answer, however slowly it comes
    page: int = 64 * 1024 * 1024  # bytes of an index page or of metadata, unpacked
    file: int = 1024**3  # bytes of a whole distribution file
    run: float = 1800.0  # seconds for all answers together
    retries: int = 3  # of an answer that says «later», or of a broken connection


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The complete body of an answer, and what its head says."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """A session with an index; a context manager. Safe to use from several threads.

    Attributes:
        credentials: every address goes through ``credentials.take`` before anything else.
        traffic: the number of answers, and of the bytes of their bodies, as sent.
        elsewhere: the hosts to which redirects led.

    Each request raises ``IndexRefusedError`` if the answer does not come, is too large or
    too slow, leads to an unsafe place, or is not what was announced.

    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.credentials = Credentials()
        self.traffic = {"requests": 0, "bytes fetched": 0}
        self.elsewhere: set[str] = set()
        self._lock = threading.Lock()
        self._deadline = time.monotonic() + self.limits.run
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"native-skew/{__version__} (audit)"
        self._session.auth = self.credentials
        retry = Retry(
            total=self.limits.retries,
            redirect=False,
            backoff_factor=BACKOFF,
            backoff_max=5,
            status_forcelist=(429, 500, 502, 503, 504),
            raise_on_status=False,
            retry_after_max=20,
        )
        context, self._trusted = trust()
        self._session.proxies.update(proxies())
        adapter = TrustingAdapter(context, pool_maxsize=CONNECTIONS, max_retries=retry)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None, limit: int = 0) -> Answer:
        """The answer to one GET, with any status; at most ``limit`` bytes unpacked, or a page's."""
        limit = limit or self.limits.page
        too_large = IndexRefusedError(url, f"the answer is larger than {limit} bytes")
        with self._open(url, headers or {}) as response:
            return _answer(response, self._chunks(response, limit, too_large, decode=True))

    def part(self, url: str, asked: str, limit: int) -> Answer:
        """The part of a file that the Range header ``asked`` names, at most ``limit`` bytes.

        The body is read only if the answer is a range (206).
        """
        too_large = IndexRefusedError(url, f"sends more than the {limit} bytes asked for")
        with self._open(url, {"Range": asked}) as response:
            is_part = response.status_code == 206
            return _answer(response, self._chunks(response, limit, too_large) if is_part else ())

    def download(self, url: str, to: BinaryIO, size: int | None, hashes: Mapping[str, str]) -> None:
        """Writes a whole file to ``to``; its size and hashes must be as the page announces."""
        limit = min(self.limits.file, self.limits.file if size is None else size)
        too_large = IndexRefusedError(url, f"sends more than the {limit} bytes expected")
        digest = Digest(hashes)
        written = 0
        with self._open(url, {}) as response:
            if response.status_code != 200:
                raise IndexRefusedError(url, f"answers {response.status_code}")
            for chunk in self._chunks(response, limit, too_large):
                digest.update(chunk)
                written += to.write(chunk)
        if size is not None and written != size:
            raise IndexRefusedError(url, f"has {written} bytes, and its page announces {size}")
        digest.check(url)

    def _open(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Follows redirects itself: they may lead to other hosts, but never to a weaker scheme."""
        first = here = self.credentials.take(urldefrag(url).url)
        for _ in range(_REDIRECTS + 1):
            if urlsplit(here).scheme not in ("http", "https"):
                raise IndexRefusedError(url, f"leads to {here}, which is not HTTP")
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise self._time_is_up(url)
            try:
                response = self._session.get(
                    here,
                    headers={"Accept-Encoding": "identity", **headers},
                    timeout=min(self.limits.silence, left),
                    stream=True,
                    allow_redirects=False,
                )
            except requests.exceptions.SSLError as error:
                reason = f"its certificate is not accepted ({_certificate(error)}), held against "
                advice = (
                    "name the file of the authority that signed it in SSL_CERT_FILE, PIP_CERT or "
                    "pip's cert, or have the system trust it"
                )
                raise IndexRefusedError(here, reason + self._trusted, advice) from error
            except (requests.RequestException, HTTPError, ValueError) as error:
                raise IndexRefusedError(here, _reason(error)) from error
            with self._lock:
                self.traffic["requests"] += 1
            target = response.headers.get("Location")
            if not (target and response.is_redirect):
                if urlsplit(here).netloc != urlsplit(first).netloc:
                    self.elsewhere.add(urlsplit(here).netloc)
                return response
            response.close()
            there = self.credentials.take(urljoin(here, target))
            if urlsplit(here).scheme == "https" and urlsplit(there).scheme != "https":
                raise IndexRefusedError(here, f"redirects to {there}, which is not encrypted")
            here = there
        raise IndexRefusedError(url, f"redirects more than {_REDIRECTS} times")

    def _time_is_up(self, url: str) -> IndexRefusedError:
        reason = f"not asked, as the run's {self.limits.run:g} seconds are over"
        return IndexRefusedError(url, reason, "give it more (--time-limit), or name fewer releases")

    def _chunks(
        self,
        response: requests.Response,
        limit: int,
        too_large: IndexRefusedError,
        decode: bool = False,
    ) -> Iterator[bytes]:
        deadline = time.monotonic() + self.limits.total
        left = limit
        try:
            for chunk in response.raw.stream(_CHUNK, decode_content=decode):
                left -= len(chunk)
                if left < 0:
                    raise too_large
                if time.monotonic() > self._deadline:
                    raise self._time_is_up(response.url)
                if time.monotonic() > deadline:
                    reason = f"took more than {self.limits.total:g} seconds"
                    raise IndexRefusedError(response.url, reason)
                yield chunk
        except (requests.RequestException, HTTPError, OSError) as error:
            raise IndexRefusedError(response.url, _reason(error)) from error
        finally:
            with self._lock:
                self.traffic["bytes fetched"] += int(response.raw.tell())


class Digest:
    """Checks bytes against the strongest of the hashes that a page announces."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._name = next((each for each in _ALGORITHMS if each in hashes), None)
        self._expected = hashes[self._name].lower() if self._name else ""
        self._hash = hashlib.new(self._name) if self._name else None

    def update(self, data: bytes) -> None:
        """Takes more bytes in."""
        if self._hash:
            self._hash.update(data)

    def check(self, url: str) -> None:
        """Ends the check; raises ``IndexRefusedError`` if the bytes are not those announced."""
        if self._hash and self._hash.hexdigest() != self._expected:
            got = f"{self._name}={self._hash.hexdigest()}"
            reason = f"the index announces {self._name}={self._expected} and delivers {got}"
            raise IndexRefusedError(url, reason, "do not use this index until you know why")


def _answer(response: requests.Response, chunks: Iterable[bytes]) -> Answer:
    body = b"".join(chunks)
    return Answer(
        url=response.url, status=response.status_code, headers=response.headers, body=body
    )


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return "does not answer in time"
    return f"cannot be read ({type(error).__name__})"


def _certificate(error: Exception) -> str:
    """What OpenSSL says of a certificate, without the text around it."""
    found = re.search(r"certificate verify failed: (.*?)( \(_ssl\.c|['\")]|$)", str(error))
    return found[1] if found else "the encrypted connection cannot be made"
