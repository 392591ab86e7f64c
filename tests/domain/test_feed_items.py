from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.feed_items import (
    EXCERPT,
    MARKUP,
    clean_url,
    day_in_url,
    headline,
    item_id,
    lead,
    plain_text,
    staleness,
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Missiles strike port", "Missiles strike port"),
        ("<p>Missiles <b>strike</b>\n port.</p><p>Two dead.</p>", "Missiles strike port.\nTwo dead."),
        ("A &amp; B &#8220;x&#8221; &nbsp; y", "A & B “x” y"),
        ("Oil < 60 dollars & falling", "Oil < 60 dollars & falling"),
        ("<script>alert('x')</script>Text<style>p {}</style>", "Text"),
        ("<div><noscript><img/></noscript></div></noscript>Text", "Text"),
        ("line one<br/>line two", "line one\nline two"),
        ("<img alt='a' src='data:image/png;base64,AAAA'>Text", "Text"),
        ("first\n\nsecond  line", "first\nsecond line"),
        ("Text<p attr='", "Text"),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_only_the_beginning_of_long_markup_is_read() -> None:
    assert plain_text("<i></i>" * MARKUP + "end") == ""
    assert len(plain_text("x" * (MARKUP + 5))) == MARKUP
    assert plain_text("x" * (MARKUP - 3) + "<i>end</i>") == "x" * (MARKUP - 3)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("A strike on a port. Two dead.", "A strike on a port. Two dead."),
        ("A strike. The post A strike on a port appeared first on Wire News.", "A strike."),
        ("A strike on a port <a href='x'>Continue reading...</a>", "A strike on a port"),
        ("A strike on a port. Read more »", "A strike on a port."),
        ("Strike on port", ""),
        ("Strike on port - The Wire", ""),
        ("Strike on port, the third this week, halted exports of crude and grain for days.",
         "Strike on port, the third this week, halted exports of crude and grain for days."),
        ("First sentence here. " + "word " * 400, "First sentence here."),
        ("word " * 400, ("word " * 200).strip()),
        ("w" * 2_000, "w"),
    ],
)  # fmt: skip
def test_a_summary_is_its_lead(markup: str, text: str) -> None:
    assert lead(markup, "Strike on port") == text


def test_a_summary_under_no_title_is_kept() -> None:
    assert lead("Two dead.", "") == "Two dead."


@pytest.mark.parametrize(
    ("title", "suffixes", "text"),
    [
        ("Strike on port - Reuters", [" - Reuters"], "Strike on port"),
        ("Strike on port | Euronews", [" - Reuters", " | Euronews"], "Strike on port"),
        ("Strike on port - AP", [" - Reuters"], "Strike on port - AP"),
        (" - Reuters", [" - Reuters"], "- Reuters"),
        ("Strike\n on <b>port</b> &amp; ship", [], "Strike on port & ship"),
        ("", [" - Reuters"], ""),
    ],
)
def test_a_title_loses_its_publisher(title: str, suffixes: list[str], text: str) -> None:
    assert headline(title, suffixes) == text


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://www.bbc.com/news/a1?at_medium=RSS&at_campaign=rss", "https://www.bbc.com/news/a1"),
        ("https://x.org/a?utm_source=rss&utm_medium=feed&id=7", "https://x.org/a?id=7"),
        ("https://x.org/a?fbclid=1&gclid=2&msclkid=3&maca=en-rss&traffic_source=rss&CMP=x", "https://x.org/a"),
        ("https://x.org/a?id=%C3%A9&b=", "https://x.org/a?id=%C3%A9&b="),
        ("HTTPS://X.org/A#comments", "https://x.org/A"),
        ("https://x.org/#!/a", "https://x.org/#!/a"),
        (" https://x.org/a\n", "https://x.org/a"),
        ("ftp://x.org/a", None),
        ("javascript:alert(1)", None),
        ("/a", None),
        ("https://", None),
        ("https://[x", None),
    ],
)
def test_a_link_loses_what_follows_the_reader(url: str, clean: str | None) -> None:
    assert clean_url(url) == clean


def test_a_link_is_read_from_the_address_of_its_feed() -> None:
    assert clean_url("../b?utm_source=x", "https://x.org/feeds/a.xml") == "https://x.org/b"
    assert clean_url("https://[x", "https://x.org/") is None


def test_one_item_has_one_name() -> None:
    first = item_id("wire", "https://x.org/a", "g", "Strike on Port: two dead")
    assert first == item_id("wire", "https://x.org/a", "another guid", "  strike on port –  two dead!")
    assert first.startswith("a-")
    others = {
        item_id("paper", "https://x.org/a", "g", "Strike on Port: two dead"),
        item_id("wire", "https://x.org/b", "g", "Strike on Port: two dead"),
        item_id("wire", "https://x.org/a", "g", "Strike on Port: ten dead"),
        item_id("wire", None, "g", "Strike on Port: two dead"),
    }
    assert len(others | {first}) == 5
    assert item_id("wire", None, "g#0", "Strike") == item_id("wire", None, "g#12", "Strike")


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://x.org/2023/08/17/strike", date(2023, 8, 17)),
        ("https://x.org/world/2023/aug/17/strike", date(2023, 8, 17)),
        ("https://x.org/2023-08-17/strike", date(2023, 8, 17)),
        ("https://x.org/2023/8/7", date(2023, 8, 7)),
        ("https://x.org/2023/02/30/strike", None),
        ("https://x.org/2023/xyz/30/strike", None),
        ("https://x.org/2023/13/3/strike", None),
        ("https://x.org/a?d=/2023/08/17/", None),
        ("https://x.org/news/12023/08/17", None),
        ("https://[x", None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_may_name_its_day(url: str | None, day: date | None) -> None:
    assert day_in_url(url) == day


SEEN = datetime(2025, 8, 18, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("published_at", "url", "why"),
    [
        (SEEN - timedelta(hours=1), "https://x.org/a", None),
        (SEEN - WEEK, "https://x.org/2025/08/11/a", None),
        (SEEN - WEEK - timedelta(seconds=1), "https://x.org/a", "published 2025-08-11"),
        (SEEN - timedelta(days=730), None, "published 2023-08-19"),
        (SEEN - timedelta(hours=1), "https://x.org/2023/08/17/a", "its link says 2023-08-17"),
        (SEEN - timedelta(hours=1), "https://x.org/2025/08/10/a", "its link says 2025-08-10"),
        (SEEN + timedelta(minutes=5), "https://x.org/2025/08/19/a", None),
    ],
)
def test_an_old_item_shows_its_age(published_at: datetime, url: str | None, why: str | None) -> None:
    assert staleness(published_at, url, SEEN) == why


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet="<>/&;#\"'=ab p!-[]x", max_size=200))
def test_any_markup_becomes_lines_of_text(markup: str) -> None:
    text = plain_text(markup)
    assert all(line and line == " ".join(line.split()) for line in text.split("\n")) or text == ""
    assert len(lead(markup, "")) <= EXCERPT


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_a_clean_link_is_clean(text: str) -> None:
    for url in (text, f"https://x.org/{text}", f"https://x.org/?{text}&utm_source=a"):
        found = clean_url(url)
        assert found is None or clean_url(found) == found
