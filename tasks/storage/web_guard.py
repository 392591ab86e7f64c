"""The guard of `tasks.storage.web`: connects to checked addresses only, and lets nothing wait beyond a deadline."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore

from tasks.domain.errors import FetchError
from tasks.domain.fetching import FetchPolicy, is_refused

Resolve = Callable[[str, int], Sequence[str]]


def system_addresses(host: str, port: int) -> list[str]:
    """The addresses of a name as the system resolves it, in its order.

    Raises:
        OSError: the name is not known, or cannot be asked for.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard(httpcore.NetworkBackend):
    """Connects only to checked addresses, and lets no single wait reach beyond the deadline."""

    def __init__(self, policy: FetchPolicy, resolve: Resolve, clock: Callable[[], float], deadline: float) -> None:
        """Hold for one request: the deadline is an instant of the clock."""
        self._policy, self._resolve, self._clock, self._deadline = policy, resolve, clock, deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that takes one; none if any of them is refused."""
        fault: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, _left(timeout, self._clock, self._deadline), local_address, socket_options
                )
                return _Stream(stream, self._clock, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                fault = failed
        raise fault

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as fault:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {said(fault)}") from None
        for address in addresses:
            if is_refused(address, self._policy.allowed_networks):
                where = host if address == host else f"{host} ({address})"
                rule = "is no address of the public internet and is never asked"
                remedy = "give a public address, or allow the network on purpose (--allow-network)"
                raise FetchError("refused_address", where, rule, remedy)
        return addresses


@dataclass(slots=True)
class _Stream(httpcore.NetworkStream):
    """A connection whose reads and writes end at the deadline, however slowly the bytes drip."""

    inner: httpcore.NetworkStream
    clock: Callable[[], float] = field(repr=False)
    deadline: float

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, _left(timeout, self.clock, self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, _left(timeout, self.clock, self.deadline))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self.inner.start_tls(ssl_context, server_hostname, _left(timeout, self.clock, self.deadline))
        return _Stream(stream, self.clock, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


def _left(timeout: float | None, clock: Callable[[], float], deadline: float) -> float:
    left = deadline - clock()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left if timeout is None else min(timeout, left)


def said(fault: BaseException) -> str:
    """What a fault says, on one short line; its kind where it says nothing."""
    return " ".join(str(fault).split())[:120] or type(fault).__name__
