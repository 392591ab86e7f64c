"""Reading the body of an answer: decompressed in small parts, never more than allowed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress

import httpx

from tasks.domain.errors import FetchError

_PART = 65_536


def read_body(chunks: Iterable[bytes], headers: httpx.Headers, max_bytes: int, shown: str) -> bytes:
    """The body after decompression; stops at the limit, however small it was on the way."""
    rule, remedy = f"more than the {max_bytes:,} bytes allowed", "see what the address gives, or raise the limit"
    with suppress(ValueError):
        if int(headers.get("content-length", "0")) > max_bytes:
            raise FetchError("too_large", shown, rule, remedy)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "x-gzip", "identity", ""):
        raise FetchError(
            "bad_encoding", shown, f"content encoding {encoding[:40]!r} was not asked for", "tell the host"
        )
    body = bytearray()
    try:
        for part in _inflated(chunks) if encoding.endswith("gzip") else chunks:
            body += part
            if len(body) > max_bytes:
                raise FetchError("too_large", shown, rule, remedy)
    except (zlib.error, EOFError) as fault:
        raise FetchError("bad_encoding", shown, f"not valid gzip ({fault})", "try again later") from None
    return bytes(body)


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress gzip in small parts: a kilobyte may hold a megabyte."""
    decoder, is_open = zlib.decompressobj(31), False
    for chunk in chunks:
        while chunk:
            is_open = True
            yield decoder.decompress(chunk, _PART)
            chunk = decoder.unconsumed_tail
            if decoder.eof:  # another member may follow
                chunk, decoder, is_open = decoder.unused_data, zlib.decompressobj(31), False
    if is_open:
        yield decoder.flush()
        if not decoder.eof:
            raise EOFError("ends too early")
