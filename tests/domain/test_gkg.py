from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.availability import parse_stamp
from tasks.domain.gkg import (
    COLUMNS,
    GkgError,
    GkgItem,
    is_of,
    link_of,
    page_title,
    parse_label,
    parse_row,
    published,
    tone,
)
from tests.gdelt import gkg_row

BATCH = datetime(2025, 8, 18, 16, 15, tzinfo=UTC)


def test_a_row_tells_link_title_stamp_and_tone() -> None:
    row = gkg_row()
    assert parse_row(row, BATCH, BATCH) == GkgItem(
        "https://www.reuters.com/world/troops-cross-2025-08-18/",
        "Troops cross the border at dawn",
        "2025-08-18T15:50Z",
        Decimal("-5.263158"),
        "",
    )
    assert link_of(row) == "https://www.reuters.com/world/troops-cross-2025-08-18/"


def test_a_row_without_title_and_stamp_as_in_2017_has_neither() -> None:
    item = parse_row(gkg_row(title=None, stamp=None), BATCH, BATCH)
    assert (item.title, item.published_at) == ("", "2025-08-18")


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (gkg_row() + "\t", "28 columns, 27 expected"),
        (gkg_row().rsplit("\t", 1)[0], "26 columns, 27 expected"),
        ("<html>", "1 columns, 27 expected"),
        (gkg_row(label="20250818160000"), "date 20250818160000, but the batch is 20250818161500"),
        (gkg_row(label="20250230000000"), "'20250230000000' is no instant"),
        (gkg_row(label=""), "'' is no instant"),
        (gkg_row(label="٢٠٢٥٠٨١٨١٦١٥٠٠"), "is no instant"),
        (gkg_row(collection="2", url="BBC Monitoring"), "'BBC Monitoring' is no link"),
        (gkg_row(url="file:///etc/passwd"), "is no link to a page"),
        (gkg_row(url="https://[::1"), "is no link to a page"),
        (gkg_row(url=""), "'' is no link to a page"),
    ],
)
def test_a_row_that_is_no_page_of_this_batch_is_refused(row: str, rule: str) -> None:
    with pytest.raises(GkgError, match=rule):
        parse_row(row, BATCH, BATCH)


def test_a_translated_page_says_from_what() -> None:
    row = gkg_row(translation="srclc:fra;eng:Moses 2.1.1 / MosesCore Europarl fr-en")
    assert parse_row(row, BATCH, BATCH).language == "fra"


@pytest.mark.parametrize(
    ("stamp", "seen", "text"),
    [
        ("20250818155000", "20250818161500", "2025-08-18T15:50Z"),
        ("20250818155007", "20250818161500", "2025-08-18T15:50:07Z"),
        ("20250818161500", "20250818161500", "2025-08-18T16:15Z"),
        ("20250818161501", "20250818161500", "2025-08-18"),  # seen before it was published: its zone was lost
        ("20250818171500", "20250818161500", "2025-08-18"),
        ("20230802000000", "20250818161500", "2023-08-02T00:00Z"),  # old pages are the business of the next rule
        ("20251318000000", "20250818161500", "2025-08-18"),
        ("00000000000000", "20250818161500", "2025-08-18"),
        ("2025-08-18 15:50", "20250818161500", "2025-08-18"),
        (None, "20250818235959", "2025-08-18"),
        (None, "20250819000000", "2025-08-19"),
    ],
)
def test_a_page_is_dated_by_its_own_stamp_or_by_the_day_it_was_seen(stamp: str | None, seen: str, text: str) -> None:
    extras = "" if stamp is None else f"<PAGE_PRECISEPUBTIMESTAMP>{stamp}</PAGE_PRECISEPUBTIMESTAMP>"
    assert published(extras, parse_label(seen)) == text
    parse_stamp(text, None)


def test_a_batch_is_labelled_ahead_of_time_and_nothing_is_published_tomorrow() -> None:
    batch = datetime(2025, 8, 19, tzinfo=UTC)
    row = gkg_row(label="20250819000000", stamp=None)
    assert parse_row(row, batch, batch - timedelta(minutes=11)).published_at == "2025-08-18"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("-5.263157894736842,1.75,7.01,8.77,22.8,0,57", Decimal("-5.263158")),
        ("0,0,0,0,0,0,10", Decimal("0.000000")),
        ("6.7", Decimal("6.700000")),
        ("100,", Decimal("100.000000")),
        ("100.1,1", None),
        ("", None),
        ("nan,1", None),
        ("inf", None),
        ("-1e400", None),
        ("good", None),
    ],
)
def test_the_tone_is_the_first_number_if_it_is_a_percentage(cell: str, value: Decimal | None) -> None:
    assert tone(cell) == value


@pytest.mark.parametrize(
    ("title", "url", "bare"),
    [
        ("Troops cross the border | Reuters", "https://www.reuters.com/x", "Troops cross the border"),
        ("Oil falls - BBC News", "https://www.bbc.co.uk/x", "Oil falls"),
        ("Ferry hit &#x2013; KDWA 1460 AM & FM 97.7", "https://kdwa.com/", "Ferry hit"),
        ("A truce holds - Financial Times", "https://www.ft.com/a", "A truce holds"),
        ("UN votes | AP News", "https://apnews.com/x", "UN votes"),
        ("Leaders meet | The Guardian", "https://www.theguardian.com/x", "Leaders meet"),
        ("Gas runs low | Al-Jazeera", "https://www.aljazeera.com/x", "Gas runs low"),
        ("Strike kills five - report", "https://www.timesofisrael.com/x", "Strike kills five - report"),
        ("Gaza - what next", "https://www.gazette.example/x", "Gaza - what next"),
        ("US-Iran talks: no deal", "https://usnews.com/x", "US-Iran talks: no deal"),
        ("Reuters", "https://www.reuters.com/x", "Reuters"),
        ("R&amp;D: AT&T &amp; co", "https://example.org", "R&D: AT&T & co"),
        ("Nul &#0; and &#1114112; and &#xD800;", "https://example.org", "Nul � and � and �"),
        ("<b>Bold</b>\n  lines", "https://example.org", "Bold lines"),
        ("", "https://example.org", ""),
    ],
)
def test_a_title_is_text_without_the_name_of_its_site(title: str, url: str, bare: str) -> None:
    assert page_title(title, url) == bare


@pytest.mark.parametrize(
    ("url", "is_asked_for"),
    [
        ("https://reuters.com/x", True),
        ("https://WWW.Reuters.com:443/x", True),
        ("https://uk.reuters.com", True),
        ("https://notreuters.com/x", False),
        ("https://reuters.com.example.org/x", False),
        ("https://example.org/reuters.com", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_a_domain_takes_what_lies_below_it(url: str, is_asked_for: bool) -> None:
    assert is_of(url, ("apnews.com", "reuters.com")) is is_asked_for
    assert is_of("https://example.org", ())


def test_a_short_row_has_no_link() -> None:
    assert link_of("20250818161500-0\t20250818161500") == ""


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(exclude_characters="\t"), max_size=30), min_size=20, max_size=20), st.text())
def test_any_text_in_a_page_of_the_batch_can_be_read(cells: list[str], extras: str) -> None:
    row = ["", "20250818161500", "1", cells[0], "https://example.org/x", *cells, "", extras.replace("\t", " ")]
    assert len(row) == COLUMNS
    item = parse_row("\t".join(row), BATCH, BATCH)
    assert parse_stamp(item.published_at, None)[0] <= BATCH


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("\t0123456789ahtp:/.x<>"), max_size=200))
def test_any_text_at_all_is_read_or_refused(row: str) -> None:
    with pytest.raises(GkgError):
        parse_row(row, BATCH, BATCH)
