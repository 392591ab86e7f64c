from __future__ import annotations

import hashlib
import io
import struct
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.articles import Article, Rejected
from tasks.domain.errors import SourceError
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import RawItem
from tasks.storage.gdelt_files import (
    LINE_BYTES,
    SHOWN_ROWS,
    UNPACKED_BYTES,
    Batch,
    Listed,
    read_batch,
    read_list,
)
from tests.gdelt import HOST, gkg_row, gkg_zip, listing, zipped

LABEL = "20250818161500"
BATCH = datetime(2025, 8, 18, 16, 15, tzinfo=UTC)
SEEN = datetime(2025, 8, 18, 16, 5, 30, tzinfo=UTC)
SOURCE = Source(
    source="gdelt", kind="live", publisher="GDELT", language="en", terms="https://www.gdeltproject.org/about.html",
    feed=f"{HOST}/lastupdate.txt", format="gdelt", tier=3, cadence_minutes=15, domains=("reuters.com", "apnews.com"),
)  # fmt: skip


def listed(body: bytes) -> Listed:
    return Listed(BATCH, len(body), hashlib.md5(body, usedforsecurity=False).hexdigest())


def read(body: bytes, source: Source = SOURCE) -> Batch:
    return read_batch(body, listed(body), source, SEEN)


def test_a_list_names_the_batches_in_order_and_nothing_else() -> None:
    bodies = {"20250818163000": b"two", LABEL: b"one"}
    assert read_list(listing(bodies)) == [
        Listed(BATCH, 3, hashlib.md5(b"one", usedforsecurity=False).hexdigest()),
        Listed(datetime(2025, 8, 18, 16, 30, tzinfo=UTC), 3, hashlib.md5(b"two", usedforsecurity=False).hexdigest()),
    ]
    assert read_list(listing(bodies))[0].label == LABEL


def test_the_end_of_a_long_list_may_begin_in_the_middle_of_a_line() -> None:
    whole = listing({LABEL: b"one", "20250818163000": b"two"})
    at = whole.index(LABEL.encode() + b".gkg")
    assert [item.label for item in read_list(whole[at - 10 :])] == ["20250818163000"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>503 Service Unavailable</body></html>",
        f"12 {'a' * 32} {HOST}/{LABEL}.export.CSV.zip".encode(),
        f"12 {'a' * 32} {HOST}/{LABEL}.translation.gkg.csv.zip".encode(),
        f"12 {'a' * 31} {HOST}/{LABEL}.gkg.csv.zip".encode(),
        f"-2 {'a' * 32} {HOST}/{LABEL}.gkg.csv.zip".encode(),
        f"12 {'a' * 32} {HOST}/20251318161500.gkg.csv.zip".encode(),
        "\ud83d".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_body_that_lists_no_batch_is_an_error(body: bytes) -> None:
    with pytest.raises(SourceError, match="lists no GKG batch but begins"):
        read_list(body)


def test_a_batch_gives_the_rows_that_are_asked_for_and_counts_all() -> None:
    rows = [gkg_row(), gkg_row(number=1, url="https://example.org/x"), gkg_row(number=2, url="https://apnews.com/a")]
    batch = read(gkg_zip(rows))
    assert batch.row_count == 3
    first, second = batch.items
    assert isinstance(first, RawItem)
    assert isinstance(second, RawItem)
    assert first.location == f"{LABEL}.gkg.csv:1"
    assert second.location == f"{LABEL}.gkg.csv:3"
    assert first.text == ""
    assert {name: value for name, value in first.fields.items() if name != "article_id"} == {
        "source": "gdelt",
        "published_at": "2025-08-18T15:50Z",
        "first_seen_at": "2025-08-18T16:05:30+00:00",
        "title": "Troops cross the border at dawn",
        "url": "https://www.reuters.com/world/troops-cross-2025-08-18/",
        "gdelt_tone": "-5.263158",
    }


def test_a_page_keeps_its_name_over_batches() -> None:
    later = gkg_row(label="20250818163000", stamp=None, tone="", title="TROOPS cross the border, at dawn")
    body = gkg_zip([later], "20250818163000")
    again = Listed(datetime(2025, 8, 18, 16, 30, tzinfo=UTC), len(body), hashlib.md5(body).hexdigest())
    names = [
        item.fields["article_id"]
        for batch in (read(gkg_zip([gkg_row()])), read_batch(body, again, SOURCE, SEEN))
        for item in batch.items
        if isinstance(item, RawItem)
    ]
    assert len(names) == 2
    assert len({*names}) == 1


def test_without_domains_every_page_is_taken() -> None:
    source = SOURCE.model_copy(update={"domains": ()})
    assert len(read(gkg_zip([gkg_row(), gkg_row(url="https://example.org/x")]), source).items) == 2


def test_single_bad_rows_are_set_aside_with_their_line() -> None:
    rows: list[str | bytes] = [
        gkg_row(),
        gkg_row() + "\tmore",
        gkg_row(number=2),
        "",
        gkg_row(label="20250818160000"),
        gkg_row(number=4),
        gkg_row(number=5, url="https://example.org/x", extras="\udce1").encode("utf-8", "surrogateescape"),
    ]
    batch = read(gkg_zip(rows))
    faults = [item for item in batch.items if isinstance(item, Rejected)]
    assert (batch.row_count, len(batch.items)) == (6, 5)
    assert [(item.reason, item.location, item.source) for item in faults] == [
        ("bad_row", f"{LABEL}.gkg.csv:2", "gdelt"),
        ("bad_row", f"{LABEL}.gkg.csv:4", "gdelt"),
    ]
    assert faults[0].message == "28 columns, 27 expected; the row is left out"
    assert faults[0].payload.startswith(LABEL)


def test_a_latin_1_byte_matters_only_in_what_is_kept() -> None:
    from tasks.storage.articles import Reading, shape

    reading = Reading(SEEN, {"gdelt": SOURCE})
    elsewhere = read(gkg_zip([gkg_row(extras="<PAGE_LINKS>caf\udce9</PAGE_LINKS>")])).items[0]
    in_title = read(gkg_zip([gkg_row(title="Troops of caf\udce9")])).items[0]
    assert isinstance(elsewhere, RawItem)
    assert isinstance(in_title, RawItem)
    assert isinstance(shape(elsewhere, reading), Article)
    refused = shape(in_title, reading)
    assert isinstance(refused, Rejected)
    assert refused.reason == "invalid_utf8"


def test_many_bad_rows_are_set_aside_in_one_piece() -> None:
    good, bad = [gkg_row()] * 60, [gkg_row() + "\t"] * 50
    batch = read(gkg_zip([*good, *bad]))
    faults = [item for item in batch.items if isinstance(item, Rejected)]
    assert len(faults) == SHOWN_ROWS + 1
    assert faults[-1].message.startswith("30 more rows cannot be read")
    assert faults[-1].location == f"{LABEL}.gkg.csv"


def lying(size: int) -> bytes:
    """A zip that states another size than it holds."""
    body = bytearray(gkg_zip([gkg_row()]))
    at = body.index(b"PK\x01\x02") + 24
    body[at : at + 4] = struct.pack("<I", size)
    return bytes(body)


def bomb(size: int) -> bytes:
    packed, member = io.BytesIO(), zipfile.ZipInfo("x")
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(packed, "w") as archive, archive.open(member, "w") as file:
        for _ in range(size // 1_000_000):
            file.write(b"0" * 1_000_000)
    return packed.getvalue()


def encrypted() -> bytes:
    body = bytearray(gkg_zip([gkg_row()]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(signature) + offset] |= 1
    return bytes(body)


GOOD = gkg_zip([gkg_row()])


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "is no readable zip"),
        (b"<html>not found</html>", "is no readable zip"),
        (GOOD[:-30], "is no readable zip"),
        (GOOD[:60] + b"\x00\x00\x00\x00" + GOOD[64:], "is no readable zip"),
        (zipped({}), "is a zip of 0 files"),
        (zipped({"a.csv": b"", "b.csv": b""}), "is a zip of 2 files"),
        (encrypted(), "is no readable zip"),
        (lying(UNPACKED_BYTES + 1), f"unpacks to {UNPACKED_BYTES + 1:,} bytes, {UNPACKED_BYTES:,} allowed"),
        (lying(10), "is no readable zip"),
        (bomb(4 * LINE_BYTES), f"has a row of more than {LINE_BYTES:,} bytes"),
        (gkg_zip(["<html>", "<p>maintenance</p>"]), "has 2 unreadable rows of 2"),
        (gkg_zip([gkg_row() + "\t"] * 600 + [gkg_row()] * 400), "has 600 unreadable rows of 1,000"),
    ],
)
def test_a_file_that_is_no_batch_is_an_error(body: bytes, rule: str) -> None:
    with pytest.raises(SourceError, match=rule):
        read(body)


def test_a_zip_bomb_costs_no_memory() -> None:
    body = bomb(140_000_000)
    assert len(body) < 200_000
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="a row of more than"):
            read(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_another_file_than_the_listed_one_is_not_read() -> None:
    with pytest.raises(SourceError, match=r"has 6 bytes and MD5 .*, listed are .* like a page of HTML; it is asked"):
        read_batch(b"<html>", listed(GOOD), SOURCE, SEEN)


def test_an_empty_batch_is_a_quiet_quarter_of_an_hour() -> None:
    assert read(gkg_zip([])) == Batch(0, ())


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_a_damaged_file_is_an_error_or_read_as_it_was(data: st.DataObject) -> None:
    body = bytearray(gkg_zip([gkg_row(number=number) for number in range(20)]))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        batch = read(bytes(body))
    except SourceError:
        return
    assert batch == read(gkg_zip([gkg_row(number=number) for number in range(20)]))
