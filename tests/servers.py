"""Local servers that answer as real ones do, and as they should not: sockets whose every byte a test decides."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
Script = Callable[[socket.socket, str], None]
"""(connection, the request as text) -> sends what it wants; the connection is closed when it returns."""


@dataclass
class Served:
    """A running server: its address, and every request that it got, as text."""

    url: str
    port: int
    requests: list[str] = field(default_factory=list)


@contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Served]:
    """Answer every connection with the script until the block ends."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        served = Served(f"{'https' if tls else 'http'}://{LOOPBACK}:{port}", port)
        threading.Thread(target=_accept, args=(listener, script, served, tls), daemon=True).start()
        try:
            yield served
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # ends the waiting `accept`


def _accept(listener: socket.socket, script: Script, served: Served, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answer, args=(connection, script, served, tls), daemon=True).start()


def _answer(connection: socket.socket, script: Script, served: Served, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError), connection if tls is None else tls.wrap_socket(connection, server_side=True) as stream:
        text = b""
        while b"\r\n\r\n" not in text and (part := stream.recv(65_536)):
            text += part
        served.requests.append(text.decode("latin-1"))
        script(stream, served.requests[-1])


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP/1.1 answer; a header `content_type` is sent as `content-type`."""
    given = {"content-length": str(len(body)), "connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def always(*answers: bytes) -> Script:
    """The answers one after the other, the last one again and again."""
    left = list(answers)

    def script(connection: socket.socket, request: str) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return script
