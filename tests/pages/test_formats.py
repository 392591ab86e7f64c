"""Numbers, dates and addresses as a page writes them."""

from __future__ import annotations

import math
from datetime import date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.pages.formats import clip, counted, day, number, percent, safe_url, share, signed, utc, weekday


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (signed(0.1249), "+0.12"),
        (signed(-0.1251), "−0.13"),
        (signed(-0.0001), "0.00"),
        (signed(0.0001), "0.00"),
        (signed(0), "0.00"),
        (signed(None), "–"),
        (signed(float("nan")), "–"),
        (number(-1234.5, 1), "−1,234.5"),
        (percent(0.0123), "+1.2\u202f%"),
        (percent(None), "–"),
        (share(0.5), "50\u202f%"),
        (day(date(2025, 9, 9)), "9 Sep 2025"),
        (weekday(date(2025, 9, 29)), "Mon 29 Sep 2025"),
        (utc(datetime(2025, 9, 29, 15, 15, 59, 999999)), "29 Sep 2025 15:15 UTC"),  # noqa: DTZ001
        (utc(None), "–"),
        (counted(1, "story", "stories"), "1 story"),
        (counted(1200, "story", "stories"), "1,200 stories"),
        (counted(0, "outlet"), "0 outlets"),
    ],
)
def test_what_is_written(written: str, wanted: str) -> None:
    assert written == wanted


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
@example(67108864.296875, 5)  # exactly half a digit: both neighbours of a float this large are further away
def test_a_number_reads_back_within_half_a_digit(value: float, digits: int) -> None:
    back = float(signed(value, digits).replace("−", "-").replace(",", ""))
    assert back == pytest.approx(value, abs=0.5 * 10**-digits + 2 * math.ulp(value))
    assert (back > 0) == signed(value, digits).startswith("+")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "relative/path",
        "https://",
        "https://user:secret@bank.example/",
        'https://a.example/"onmouseover="alert(1)',
        "https://a.example/ b",
        "https://a.example/\u202egpj",
        "http://[::1",
        "https://a.example/" + "x" * 2000,
        "",
        None,
    ],
)
def test_an_address_that_no_reader_is_sent_to(url: str | None) -> None:
    assert safe_url(url) is None


@pytest.mark.parametrize(
    "url", ["https://a.example/x?y=1&z=2#part", "http://a.example:8080/", "https://例え.example/ä"]
)
def test_an_address_that_is_linked(url: str) -> None:
    assert safe_url(url) == url


@given(st.text(max_size=500))
def test_clipped_text_is_short_and_printable(text: str) -> None:
    clipped = clip(text, 100)
    assert len(clipped) <= 100
    assert not any(ord(sign) < 32 or "\u202a" <= sign <= "\u202e" for sign in clipped)
    assert clip(clipped, 100) == clipped
