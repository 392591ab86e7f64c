"""The one way to other hosts: `Fetcher.fetch`, over httpx's core, with limits, manners and a guard.

The guard sits where a connection is made: a name is resolved, every address is checked, and the very address that was
checked is connected to. A name that resolves to something else a moment later (DNS rebinding) gains nothing, and
neither does a redirect. Nothing is taken from the environment but certificates (`SSL_CERT_FILE`): no proxy, no
password file, no cookies.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import httpcore
import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from tasks.domain.errors import FetchError
from tasks.domain.fetching import FetchPolicy, asked_wait, without_secrets
from tasks.storage.web_body import read_body
from tasks.storage.web_guard import Guard, Resolve, said, system_addresses
from tasks.storage.web_manners import Manners

REDIRECTS = (301, 302, 303, 307, 308)
MAY_PASS = (408, 429, 500, 502, 503, 504)
"""Statuses after which the same request may succeed."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: status 200 (206 for a part that was asked for) with its body, or 304 (`not_modified`) without one.

    `url` is the address asked for and `final_url` the one that answered. `etag` and `last_modified` are the validators
    to send next time; after a 304 the ones that were sent, where the answer names none.
    """

    status: int
    body: bytes
    url: str
    final_url: str
    etag: str | None
    last_modified: str | None
    content_type: str
    not_modified: bool


@dataclass(slots=True)
class _Request:
    """What stays the same over the attempts of one `fetch`."""

    url: str
    headers: Mapping[str, str]
    max_bytes: int
    deadline: float
    is_conditional: bool
    is_partial: bool


class Fetcher:
    """Fetches addresses over HTTP. One for a run: it remembers when it last asked a host. Safe among threads.

    Args:
        policy: limits and manners.
        resolve: name and port -> addresses; `system_addresses` unless a test says where its names live.
        clock: seconds that never go back, for limits and gaps.
        sleep: waits for so many seconds.
        tls: whose certificates are believed; those of certifi, or of `SSL_CERT_FILE`, if None.
    """

    def __init__(
        self,
        policy: FetchPolicy | None = None,
        *,
        resolve: Resolve = system_addresses,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Keep the arguments; certificates are read once."""
        self.policy = policy or FetchPolicy()
        self.clock = clock
        self._resolve, self._sleep = resolve, sleep
        self._tls = tls or httpx.create_ssl_context()
        self._manners = Manners(self.policy.host_gap_seconds, self.policy.deadline_seconds, clock, sleep)

    def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        max_bytes: int | None = None,
        deadline_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Ask for an address; with validators, only for what has changed since.

        Args:
            url: http or https, without user or password.
            etag: validator of the last answer, sent as `If-None-Match`.
            last_modified: the same, sent as `If-Modified-Since`.
            max_bytes: of the body after decompression; the policy's if None.
            deadline_seconds: over all attempts, redirects and waits, without the queue for the host; the policy's if
                None. The system may take longer to resolve a name.
            headers: further request headers, like `Accept`; with `Range`, status 206 is an answer, too.

        Raises:
            FetchError: there is no usable answer. Reasons: `timeout`, `too_large`, `refused_address`,
                `too_many_redirects`, `http_status` (with `status`), `network`, `bad_encoding`.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        sent = {name: value for name, value in validators.items() if value}
        self._checked(httpx_url(url))
        self._manners.queue(_place(httpx_url(url)))
        request = _Request(
            url,
            {
                "User-Agent": self.policy.user_agent,
                "Accept-Encoding": "gzip",
                "Accept": "*/*",
                **(headers or {}),
                **sent,
            },
            self.policy.max_bytes if max_bytes is None else max_bytes,
            self.clock() + (self.policy.deadline_seconds if deadline_seconds is None else deadline_seconds),
            bool(sent),
            "Range" in (headers or {}),
        )
        answer = self._retrying(request)(self._attempt, request)
        if answer.not_modified:
            return replace(answer, etag=answer.etag or etag, last_modified=answer.last_modified or last_modified)
        return answer

    def _retrying(self, request: _Request) -> Retrying:
        """Further attempts while the fault may pass, the host does not forbid them, and the deadline lies ahead."""
        jittered = wait_exponential(self.policy.retry_seconds) + wait_random(0, self.policy.retry_seconds)
        enough = stop_after_attempt(self.policy.attempts)

        def wait(state: RetryCallState) -> float:
            return max(jittered(state), getattr(_fault(state), "wait_seconds", None) or 0.0)

        def stop(state: RetryCallState) -> bool:
            return enough(state) or self.clock() + state.upcoming_sleep >= request.deadline

        return Retrying(
            stop=stop, wait=wait, retry=retry_if_exception(_may_pass), sleep=self._sleep, reraise=True
        )  # fmt: skip

    def _attempt(self, request: _Request) -> Fetched:
        """One request and the redirects behind it."""
        url = httpx_url(request.url)
        for hop in range(self.policy.max_redirects + 1):
            if hop:
                self._manners.queue(_place(url))
            guard = Guard(self.policy, self._resolve, self.clock, request.deadline)
            with httpcore.ConnectionPool(ssl_context=self._tls, network_backend=guard) as pool:
                answer = self._answer(pool, url, request)
            if isinstance(answer, Fetched):
                return answer
            url = self._checked(answer)
        rule = f"redirects more than {self.policy.max_redirects} times"
        raise FetchError("too_many_redirects", without_secrets(request.url), rule, "give the address it ends at")

    def _answer(self, pool: httpcore.ConnectionPool, url: httpx.URL, request: _Request) -> Fetched | httpx.URL:
        """The answer of one address, or where it sends us."""
        shown = without_secrets(str(url))
        timeouts = {"connect": self.policy.connect_seconds, "read": self.policy.read_seconds,
                    "write": self.policy.read_seconds, "pool": self.policy.connect_seconds}  # fmt: skip
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        try:
            with pool.stream(
                "GET", target, headers=list(request.headers.items()), extensions={"timeout": timeouts}
            ) as found:
                headers = httpx.Headers(found.headers)
                if found.status in REDIRECTS and "location" in headers:
                    return _joined(url, headers["location"])
                self._check_status(shown, _place(url), found.status, headers, request)
                body = b"" if found.status == 304 else read_body(found.iter_stream(), headers, request.max_bytes, shown)
                return Fetched(
                    found.status, body, request.url, str(url), headers.get("etag"), headers.get("last-modified"),
                    headers.get("content-type", ""), found.status == 304,
                )  # fmt: skip
        except httpcore.TimeoutException:
            rule = "no complete answer within the time limit"
            raise FetchError("timeout", shown, rule, "try again later, or see whether the host is down") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, ssl.SSLError) as fault:
            rule = f"no answer ({said(fault)})"
            raise FetchError("network", shown, rule, "look at the connection and the address") from None

    def _check_status(self, shown: str, host: str, status: int, headers: httpx.Headers, request: _Request) -> None:
        if status == 200 or (status == 304 and request.is_conditional) or (status == 206 and request.is_partial):
            return
        wait = asked_wait(headers.get("retry-after"), headers.get("date")) if status in (429, 503) else None
        rule, remedy = f"HTTP status {status}", "look at the address in a browser"
        if wait is not None:
            self._manners.close(host, wait)
            rule, remedy = f"{rule}, the host asks to wait {wait:,.0f} s", "run again after that"
        elif status in MAY_PASS:
            remedy = "try again later"
        raise FetchError("http_status", shown, rule, remedy, status=status, wait_seconds=wait)

    def _checked(self, url: httpx.URL) -> httpx.URL:
        """The URL, if we would ask it at all."""
        shown = without_secrets(str(url))
        if url.scheme not in ("http", "https") or not url.host or "%" in url.host:
            raise FetchError("refused_address", shown, "not an http or https address", "give one")
        if url.userinfo:
            shown = without_secrets(str(url.copy_with(username=None, password=None)))
            raise FetchError("refused_address", shown, "has a user or password in it", "give an address without")
        return url


def httpx_url(url: str) -> httpx.URL:
    """The parsed URL.

    Raises:
        FetchError: it is none.
    """
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise FetchError("refused_address", without_secrets(url)[:200], "not a URL", "mend the address") from None


def _joined(url: httpx.URL, location: str) -> httpx.URL:
    try:
        return url.join(location)
    except (httpx.InvalidURL, ValueError):
        shown = without_secrets(str(url))
        rule = f"redirects to {location[:100]!r}, which is no URL"
        raise FetchError("refused_address", shown, rule, "give the address it should end at") from None


def _fault(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _may_pass(fault: BaseException) -> bool:
    if not isinstance(fault, FetchError):
        return False
    return fault.reason in ("timeout", "network") or fault.status in MAY_PASS


def _place(url: httpx.URL) -> str:
    """Host and port, whose manners are kept apart."""
    return url.netloc.decode("ascii")
