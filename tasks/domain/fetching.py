"""How the project asks other hosts: limits, manners, and which addresses it never connects to. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

USER_AGENT = "georisk-signals/0.1.0 (reads public feeds and prices; asks conditionally, one request a host at a time)"

_SECRET = re.compile(r"(?i)([?&][^=&#]*(?:key|token|secret|password|crumb)[^=&#]*=)[^&#]*")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Limits and manners of all requests of a run.

    Args:
        user_agent: what we call ourselves; no browser's name.
        connect_seconds: for one connection.
        read_seconds: for the next bytes of an answer.
        deadline_seconds: for one `fetch`, with redirects, further attempts and the waits between them.
        max_bytes: of an answer, after decompression.
        max_redirects: each of them checked like the first address.
        attempts: requests for one `fetch`, where a fault may pass (no connection, 408, 429, 5xx).
        retry_seconds: about the first wait between two attempts; each further one is twice as long, with jitter.
        host_gap_seconds: at least, between the starts of two requests to one host.
        workers: hosts that are asked at the same time.
        allowed_networks: like `10.1.0.0/16` or `127.0.0.1`: addresses that may be asked although they are not public.
    """

    user_agent: str = USER_AGENT
    connect_seconds: float = 10.0
    read_seconds: float = 20.0
    deadline_seconds: float = 60.0
    max_bytes: int = 20_000_000
    max_redirects: int = 5
    attempts: int = 3
    retry_seconds: float = 1.0
    host_gap_seconds: float = 1.0
    workers: int = 8
    allowed_networks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a network that is none; `ipaddress` names it."""
        for network in self.allowed_networks:
            ipaddress.ip_network(network)


def is_refused(address: str, allowed_networks: tuple[str, ...] = ()) -> bool:
    """True for an address that is not on the public internet, unless it lies in one of the allowed networks.

    Loopback, private, link-local, shared, reserved, multicast and unspecified addresses, and those that hide in an
    IPv6 address (mapped, 6to4, Teredo, NAT64). What is no address at all is refused, too.
    """
    try:
        inner = _unwrapped(ipaddress.ip_address(address.split("%")[0]))
    except ValueError:
        return True
    if any(inner in ipaddress.ip_network(network) for network in allowed_networks):
        return False
    return not inner.is_global or inner.is_multicast or inner.is_reserved


def _unwrapped(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address inside an IPv6 one; else the address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def without_secrets(url: str) -> str:
    """The URL as it may be shown: values of keys and tokens become `***`."""
    return _SECRET.sub(r"\1***", url)


def asked_wait(retry_after: str | None, date: str | None) -> float | None:
    """Seconds that an answer asks us to wait: `Retry-After` in seconds, or its date less the answer's own `Date`.

    None where it does not say, or where a date cannot be read. No clock of ours is needed.
    """
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        if date is None:
            return None
        return max((parsedate_to_datetime(retry_after) - parsedate_to_datetime(date)).total_seconds(), 0.0)
    except (ValueError, TypeError):  # TypeError: one of the two has no zone
        return None
