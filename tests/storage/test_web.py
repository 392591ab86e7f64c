"""The one client, against local servers: what it gets, what it refuses, how long and how often it asks."""

import gzip
import itertools
import socket
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.domain.errors import FetchError
from tasks.domain.fetching import USER_AGENT, FetchPolicy
from tasks.storage.web import Fetcher
from tests.servers import LOOPBACK, Script, always, answer, serving

OPEN = FetchPolicy(allowed_networks=(LOOPBACK,), host_gap_seconds=0, attempts=1)
BOMB = gzip.compress(bytes(30_000_000), mtime=0)


class Time:
    """A clock that moves when somebody sleeps, and by `step` whenever somebody looks."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 1_000.0, step
        self.slept: list[float] = []

    def clock(self) -> float:
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def fetcher(time: Time | None = None, *, to: dict[str, list[str]] | None = None, **changes: object) -> Fetcher:
    """A fetcher that may ask this machine; `to` says where names live."""
    time = time or Time()
    names = to or {}

    def resolve(host: str, port: int) -> list[str]:
        if host == LOOPBACK or host in names:
            return names.get(host, [LOOPBACK])
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    return Fetcher(replace(OPEN, **changes), resolve=resolve, clock=time.clock, sleep=time.sleep)  # type: ignore[arg-type]


def refused(url: str, by: Fetcher | None = None, **arguments: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        (by or fetcher()).fetch(url, **arguments)  # type: ignore[arg-type]
    assert ";" in str(caught.value), "a rule and a remedy"
    assert "\n" not in str(caught.value)
    return caught.value


def fault_of(script: Script, **changes: object) -> FetchError:
    with serving(script) as server:
        return refused(f"{server.url}/feed", fetcher(**changes))  # type: ignore[arg-type]


def test_an_answer_comes_with_its_validators_and_type() -> None:
    page = answer(b"<rss/>", etag='"v1"', last_modified="Mon, 18 Aug 2025 10:00:00 GMT", content_type="text/xml")
    with serving(always(page)) as server:
        found = fetcher().fetch(f"{server.url}/feed?a=b")
    assert (found.status, found.body, found.not_modified) == (200, b"<rss/>", False)
    assert (found.etag, found.last_modified) == ('"v1"', "Mon, 18 Aug 2025 10:00:00 GMT")
    assert found.content_type == "text/xml"
    assert found.url == found.final_url == f"{server.url}/feed?a=b"


def test_a_request_says_who_asks_and_carries_nothing_from_before() -> None:
    with serving(always(answer(b"x", set_cookie="id=1; path=/"))) as server:
        client = fetcher()
        for _ in range(2):
            client.fetch(f"{server.url}/feed", headers={"Accept": "application/rss+xml"})
    for request in server.requests:
        head = request.lower()
        assert f"user-agent: {USER_AGENT.lower()}\r\n" in head
        assert f"host: {LOOPBACK}:{server.port}\r\n" in head
        assert "accept-encoding: gzip\r\n" in head
        assert "accept: application/rss+xml\r\n" in head
        assert "cookie" not in head
        assert "if-" not in head


def test_the_user_agent_names_the_version_of_the_project() -> None:
    from tasks.storage.files import ROOT

    assert f'version = "{USER_AGENT.split()[0].split("/")[1]}"' in (ROOT / "pyproject.toml").read_text()


def test_what_has_not_changed_is_not_sent_again() -> None:
    with serving(always(answer(status="304 Not Modified"))) as server:
        found = fetcher().fetch(server.url, etag='"v1"', last_modified="Mon, 18 Aug 2025 10:00:00 GMT")
    assert (found.status, found.not_modified, found.body) == (304, True, b"")
    assert (found.etag, found.last_modified) == ('"v1"', "Mon, 18 Aug 2025 10:00:00 GMT")
    assert 'If-None-Match: "v1"\r\nIf-Modified-Since: Mon, 18 Aug 2025 10:00:00 GMT\r\n' in server.requests[0]


def test_not_modified_needs_a_question() -> None:
    assert fault_of(always(answer(status="304 Not Modified"))).status == 304


@pytest.mark.parametrize("members", [1, 3])
def test_gzip_is_unpacked(members: int) -> None:
    body = b"".join(gzip.compress(b"missile " * 20_000) for _ in range(members))
    with serving(always(answer(body, content_encoding="gzip"))) as server:
        assert fetcher().fetch(server.url).body == b"missile " * 20_000 * members


@pytest.mark.parametrize(
    ("body", "encoding", "what"),
    [
        (gzip.compress(b"missile " * 2_000, mtime=0)[:-9], "gzip", "ends too early"),
        (b"no gzip at all", "gzip", "not valid gzip"),
        (zlib.compress(b"x"), "deflate", "'deflate' was not asked for"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "gzip, gzip", "'gzip, gzip' was not asked for"),
        (b"x", "br", "'br' was not asked for"),
    ],
)
def test_an_encoding_that_cannot_be_read_is_named(body: bytes, encoding: str, what: str) -> None:
    fault = fault_of(always(answer(body, content_encoding=encoding)))
    assert fault.reason == "bad_encoding"
    assert what in str(fault)


def endless(connection: socket.socket, request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + bytes(65_536) + b"\r\n")


@pytest.mark.parametrize(
    "script",
    [
        always(answer(BOMB, content_encoding="gzip")),
        always(b"HTTP/1.1 200 OK\r\ncontent-length: 200000000\r\n\r\nthe rest never comes"),
        endless,
    ],
    ids=["zip bomb", "200 MB announced", "endless"],
)
def test_more_than_allowed_is_not_read(script: Script) -> None:
    fault = fault_of(script, max_bytes=1_000_000)
    assert fault.reason == "too_large"
    assert "1,000,000 bytes" in str(fault)


def test_an_answer_of_just_the_size_allowed_is_read() -> None:
    with serving(always(answer(b"x" * 1_000))) as server:
        assert len(fetcher().fetch(server.url, max_bytes=1_000).body) == 1_000
        assert refused(server.url, max_bytes=999).reason == "too_large"


def test_redirects_are_followed_a_few_times() -> None:
    def script(connection: socket.socket, request: str) -> None:
        left = int(request.split()[1].strip("/"))
        connection.sendall(answer(b"there") if left == 0 else answer(status="302 Found", location=f"/{left - 1}"))

    with serving(script) as server:
        assert fetcher(max_redirects=3).fetch(f"{server.url}/3").final_url == f"{server.url}/0"
        assert refused(f"{server.url}/4", fetcher(max_redirects=3)).reason == "too_many_redirects"


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/",
        "http://internal.example/", "file:///etc/passwd", "ftp://example.org/", "gopher://x", "//user:pw@example.org/",
        "http://[not-an-address/", "http://0/", "http://0.0.0.0:22/",
        "http://x:port/",
    ],
)  # fmt: skip
def test_no_redirect_leads_inside(location: str) -> None:
    asked = {"internal.example": ["192.168.1.1"], "0": ["0.0.0.0"]}  # as the system reads it
    names = asked | {name: [name] for name in ("169.254.169.254", "10.0.0.1", "::1", "::ffff:10.0.0.1", "0.0.0.0")}
    with serving(always(answer(status="301 Moved", location=location))) as server:
        fault = refused(server.url, fetcher(to=names))
    assert fault.reason == "refused_address"
    assert "pw" not in str(fault)


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://example.org/", ["10.1.2.3"]),
        ("http://example.org/", ["93.184.216.34", "127.0.0.2"]),
        ("http://localhost/", ["::1"]),
        ("http://example.org/", []),
    ],
)
def test_a_name_that_leads_inside_is_never_asked(url: str, addresses: list[str]) -> None:
    host = url.split("/")[2]
    fault = refused(url, fetcher(to={host: addresses}))
    assert fault.reason == ("refused_address" if addresses else "network")


@pytest.mark.parametrize(
    "url", ["", "feed.xml", "/etc/passwd", "file:///etc/passwd", "http://a b/", "https://:pw@x.org", "http://x:port/"]
)
def test_what_is_no_address_is_never_asked(url: str) -> None:
    assert refused(url).reason == "refused_address"


def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    """A name that means another address at the second look gains nothing: there is no second look."""
    looks: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        looks.append(host)
        return [LOOPBACK if len(looks) == 1 else "10.0.0.1"]

    with serving(always(answer(b"once"))) as server:
        client = Fetcher(OPEN, resolve=resolve)
        assert client.fetch(f"http://rebinding.example:{server.port}/").body == b"once"
        assert f"Host: rebinding.example:{server.port}" in server.requests[0]
        assert refused(f"http://rebinding.example:{server.port}/", client).reason == "refused_address"
    assert looks == ["rebinding.example"] * 2


def test_the_second_address_of_a_name_is_tried() -> None:
    with serving(always(answer(b"second"))) as server:
        client = fetcher(to={"two.example": ["127.0.0.9", LOOPBACK]}, allowed_networks=("127.0.0.0/8",))
        assert client.fetch(f"http://two.example:{server.port}/").body == b"second"


def test_public_addresses_alone_are_asked_by_default() -> None:
    with serving(always(answer(b"inside"))) as server:
        fault = refused(server.url, Fetcher(replace(OPEN, allowed_networks=())))
        assert fault.reason == "refused_address"
        assert "--allow-network" in str(fault)
        assert refused(f"http://localhost:{server.port}", Fetcher()).reason == "refused_address"
    assert server.requests == []


def test_a_fault_that_may_pass_is_tried_again_with_growing_waits() -> None:
    time = Time()
    busy = answer(status="503 Service Unavailable")
    with serving(always(busy, busy, answer(b"now"))) as server:
        client = fetcher(time, attempts=3, retry_seconds=2.0)
        assert client.fetch(server.url).body == b"now"
    assert len(server.requests) == 3
    first, second = time.slept
    assert 2 <= first <= 4
    assert 4 <= second <= 6


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 501])
def test_a_fault_that_stays_is_not_tried_again(status: int) -> None:
    with serving(always(answer(status=f"{status} No"))) as server:
        fault = refused(server.url, fetcher(attempts=3))
    assert (fault.reason, fault.status) == ("http_status", status)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "headers",
    [{"retry_after": "7"}, {"retry_after": "Mon, 18 Aug 2025 10:00:07 GMT", "date": "Mon, 18 Aug 2025 10:00:00 GMT"}],
    ids=["seconds", "date"],
)
def test_a_host_that_asks_to_wait_is_given_the_time(headers: dict[str, str]) -> None:
    time = Time()
    with serving(always(answer(status="429 Too Many Requests", **headers), answer(b"thanks"))) as server:
        assert fetcher(time, attempts=2).fetch(server.url).body == b"thanks"
    assert time.slept == [7.0]


def test_a_host_that_asks_for_an_hour_is_left_alone() -> None:
    time = Time()
    with serving(always(answer(status="429 Too Many Requests", retry_after="3600"))) as server:
        client = fetcher(time, attempts=3)
        fault = refused(f"{server.url}/one", client)
        assert (fault.reason, fault.status, fault.wait_seconds) == ("http_status", 429, 3600.0)
        assert "asks to wait 3,600 s" in str(fault)
        assert refused(f"{server.url}/two", client).status == 429
        assert len(server.requests) == 1, "not asked again"
        time.now += 3_600
        refused(f"{server.url}/two", client)
        assert len(server.requests) == 2
    assert time.slept == []


def test_a_mistake_of_ours_is_no_fault_of_the_network() -> None:
    looks: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        looks.append(host)
        raise RuntimeError("a mistake")

    with pytest.raises(RuntimeError, match="a mistake"):
        Fetcher(replace(OPEN, attempts=3), resolve=resolve).fetch("http://x.example/")
    assert len(looks) == 1


def test_attempts_end_at_the_deadline() -> None:
    time = Time()
    with serving(always(answer(status="503 Service Unavailable"))) as server:
        client = fetcher(time, attempts=50, retry_seconds=10.0, deadline_seconds=60.0)
        assert refused(server.url, client).status == 503
    assert sum(time.slept) < 60


def drip(connection: socket.socket, request: str) -> None:
    for _ in itertools.count():
        connection.sendall(b"x")


def dripping_head(connection: socket.socket, request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        connection.sendall(f"x-{number}: y\r\n".encode())


def dripping_body(connection: socket.socket, request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
    drip(connection, request)


def silent(connection: socket.socket, request: str) -> None:
    connection.recv(1)


@pytest.mark.parametrize("script", [dripping_head, dripping_body], ids=["head", "body"])
def test_bytes_that_drip_end_at_the_deadline(script: Script) -> None:
    """Each byte comes in time, the answer never: a second passes whenever the clock is read."""
    with serving(script) as server:
        client = fetcher(Time(step=1.0), deadline_seconds=8.0, max_bytes=1_000_000_000)
        assert refused(server.url, client).reason in ("timeout", "network")  # or a head larger than any
        assert len(server.requests) == 1


def test_a_host_that_says_nothing_is_given_up() -> None:
    fault = fault_of(silent, read_seconds=0.05, deadline_seconds=30.0)
    assert fault.reason == "timeout"


@pytest.mark.parametrize(
    "script",
    [
        always(b"not http at all\r\n\r\n"),
        always(b""),
        always(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ncut"),
        always(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        always(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000),
    ],
    ids=["not http", "nothing", "cut", "bad chunk", "huge head"],
)
def test_an_answer_that_is_broken_is_a_fault_of_the_network(script: Script) -> None:
    assert fault_of(script).reason == "network"


def test_nobody_there() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
    fault = refused(f"http://{LOOPBACK}:{port}/")
    assert fault.reason == "network"
    assert "Connection refused" in str(fault)
    assert "cannot be resolved" in str(refused("http://nowhere.example/"))


def test_keys_are_not_shown() -> None:
    fault = refused("http://nowhere.example/v2?api_key=s3cret&series=RBRTE&token=s3cret")
    assert "s3cret" not in str(fault) + fault.url
    assert "api_key=***&series=RBRTE" in fault.url


def test_one_host_is_asked_once_in_a_while_and_others_meanwhile() -> None:
    time = Time()
    with serving(always(answer(b"x"))) as one, serving(always(answer(b"y"))) as other:
        client = fetcher(time, host_gap_seconds=5.0)
        for url in (one.url, one.url, other.url, one.url):
            client.fetch(url)
    assert time.slept == [5.0, 5.0]


def test_certificates_are_checked(tmp_path: Path) -> None:
    import ssl

    certificate, key = self_signed(tmp_path)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=certificate)
    with serving(always(answer(b"secret"))) as plain, serving(always(answer(b"secret")), server_side) as server:
        assert plain.port != server.port
        fault = refused(f"https://feeds.example:{server.port}/", fetcher(to={"feeds.example": [LOOPBACK]}))
        assert fault.reason == "network"
        assert "CERTIFICATE_VERIFY_FAILED" in str(fault)
        client = Fetcher(OPEN, resolve=lambda host, port: [LOOPBACK], tls=trusting)
        assert client.fetch(f"https://feeds.example:{server.port}/").body == b"secret"
        assert refused(f"https://other.example:{server.port}/", client).reason == "network"


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate of feeds.example and its key, valid for a day around now."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "feeds.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1),
                                   now + timedelta(days=1))  # fmt: skip
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("feeds.example")]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
