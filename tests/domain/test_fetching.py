import pytest

from tasks.domain.errors import FetchError, SourceError
from tasks.domain.fetching import FetchPolicy, asked_wait, is_refused, without_secrets


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
        "2002:a00:1::", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "localhost", "",
        "1.2.3", "999.1.1.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert is_refused(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_not(address: str) -> None:
    assert not is_refused(address)


def test_a_network_may_be_allowed_on_purpose() -> None:
    allowed = ("127.0.0.1", "10.1.0.0/16")
    assert not is_refused("127.0.0.1", allowed)
    assert not is_refused("::ffff:10.1.2.3", allowed)
    assert is_refused("127.0.0.2", allowed)
    assert is_refused("10.2.0.1", allowed)
    assert not is_refused("8.8.8.8", allowed)


def test_a_network_that_is_none_is_refused() -> None:
    assert FetchPolicy(allowed_networks=("10.1.0.0/16", "::1")).allowed_networks == ("10.1.0.0/16", "::1")
    with pytest.raises(ValueError, match=r"10\.1\.2\.3/16 has host bits"):
        FetchPolicy(allowed_networks=("10.1.2.3/16",))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.org/a?api_key=1&b=2", "https://x.org/a?api_key=***&b=2"),
        ("https://x.org/a?b=2&Token=1#c", "https://x.org/a?b=2&Token=***#c"),
        ("https://x.org/a?crumb=x/y&apikey=", "https://x.org/a?crumb=***&apikey=***"),
        ("https://x.org/key?series=RBRTE", "https://x.org/key?series=RBRTE"),
    ],
)
def test_keys_are_not_shown(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


DATE = "Mon, 18 Aug 2025 10:00:00 GMT"


@pytest.mark.parametrize(
    ("retry_after", "date", "seconds"),
    [
        (None, DATE, None),
        ("120", None, 120.0),
        (" 0 ", None, 0.0),
        ("Mon, 18 Aug 2025 10:02:00 GMT", DATE, 120.0),
        ("Mon, 18 Aug 2025 09:00:00 GMT", DATE, 0.0),
        ("Mon, 18 Aug 2025 10:02:00 GMT", None, None),
        ("Mon, 18 Aug 2025 10:02:00", DATE, None),
        ("soon", DATE, None),
        ("-5", DATE, None),
    ],
)
def test_a_host_says_how_long_to_wait_by_its_own_clock(
    retry_after: str | None, date: str | None, seconds: float | None
) -> None:
    assert asked_wait(retry_after, date) == seconds


def test_a_fetch_error_is_one_sentence_and_a_fault_of_a_source() -> None:
    fault = FetchError("http_status", "https://x.org/", "HTTP status 404", "look at the address", status=404)
    assert isinstance(fault, SourceError)
    assert str(fault) == "https://x.org/: HTTP status 404; look at the address"
    assert (fault.reason, fault.status, fault.wait_seconds) == ("http_status", 404, None)
