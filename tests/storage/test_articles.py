import gzip
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.domain.articles import Article, Rejected
from tasks.domain.errors import SourceError
from tasks.domain.taxonomy import Source
from tasks.storage.articles import MAX_BYTES, Reading, article_path, read_articles, split_front_matter

Write = Callable[[Mapping[str, str | bytes]], Path]
NOW = datetime(2025, 9, 8, 6, tzinfo=UTC)
WIRE = Source(
    source="wire", kind="archive", publisher="W", language="en", terms="own", zone="Europe/Berlin", latency_minutes=5
)
READING = Reading(NOW, {"wire": WIRE})
UNDATED = Reading(NOW, {"wire": WIRE}, needs_date=False)


def document(text: str = "Troops cross the border.\n", **fields: str) -> str:
    fields = {"title": "A strike", "published_at": "2025-08-17T16:14Z", **fields}
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in fields.items() if value) + f"---\n{text}"


@pytest.fixture
def read(write: Write) -> Callable[..., Article | Rejected]:
    def read_one(content: str | bytes, reading: Reading = READING, name: str = "one.md") -> Article | Rejected:
        (item,) = read_articles([write({name: content}) / name], reading)
        return item

    return read_one


Read = Callable[..., Article | Rejected]


def test_a_document_becomes_an_article(read: Read) -> None:
    item = read(document(article_id="n-1", source="wire", url="https://example.org/1", summary="Short."))
    assert isinstance(item, Article)
    assert (item.article_id, item.source, item.url, item.language) == ("n-1", "wire", "https://example.org/1", "en")
    assert [(section.name, section.text) for section in item.sections] == [
        ("title", "A strike"),
        ("summary", "Short."),
        ("body", "Troops cross the border."),
    ]
    assert (item.published_at, item.precision) == (datetime(2025, 8, 17, 16, 14, tzinfo=UTC), "minute")
    assert item.available_at == datetime(2025, 8, 17, 16, 19, 59, 999999, tzinfo=UTC)


def test_an_undeclared_source_is_an_archive_without_zone_and_latency(read: Read) -> None:
    item = read(document(source="elsewhere"))
    assert isinstance(item, Article)
    assert (item.source, item.language) == ("elsewhere", "en")
    assert item.available_at == datetime(2025, 8, 17, 16, 14, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (document(published_at=""), "undated", "published_at is missing"),
        ("Just text.", "undated", "published_at is missing"),
        (document(published_at="soon"), "bad_date", "'soon' is not an ISO 8601"),
        (document(published_at="2025-08-17T16:14"), "naive_timestamp", "has no zone; add an offset"),
        (document(published_at="9999-12-31"), "date_out_of_range", "lies outside 1970-01-01"),
        (document(published_at="2025-09-08T06:11Z"), "future_date", "lies after 2025-09-08T06:00:00+00:00"),
        (document(first_seen_at="2025-08-17T16:00Z"), "future_date", "lies after 2025-08-17T16:00:59.999999+00:00"),
        (document(first_seen_at="2025-08-17T16:20"), "naive_timestamp", "first_seen_at '2025-08-17T16:20' has no zone"),
        (document(first_seen_at="2025-09-08T06:11Z"), "future_date", "first_seen_at 2025-09-08T06:11Z lies after"),
        (document(url="x\nurl: y"), "bad_front_matter", "url stands twice in the front matter; keep one"),
        (document(source="[a, b]"), "bad_front_matter", "source is a list or a block of names, not text; write"),
        (document("", title=""), "empty", "nothing to score"),
        ("", "empty", "nothing to score"),
        (" \n\t\n", "empty", "nothing to score"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary", "NUL bytes"),
        ("Text.".encode("utf-16"), "binary", "NUL bytes"),
        (b"caf\xe9 on fire", "invalid_utf8", "byte 3 is not valid UTF-8"),
        (b"x" * (MAX_BYTES + 1), "oversized", "more than the 2,000,000 bytes of an article; split"),
        ("---\ntitle: 'open\n---\nText.", "bad_front_matter", "not valid YAML"),
        ("---\n\ttitle: x\n---\nText.", "bad_front_matter", "not valid YAML"),
        ("---\n- a\n- b\n---\nText.", "bad_front_matter", "not a list of `name: value`"),
        ("---\n---\nText.", "bad_front_matter", "not a list of `name: value`"),
        ("---\n" + "- " * 5000 + "\n---\nText.", "bad_front_matter", "not valid YAML"),
        ("---\na: " + "[" * 101 + "\n---\nText.", "bad_front_matter", "no short list of `name: value`"),
        ("---\na: " + "x" * 20_000 + "\n---\nText.", "bad_front_matter", "no short list of `name: value`"),
        ('---\ntitle: "\\uD83D"\n---\nText.', "bad_front_matter", "half a character"),
    ],
)
def test_a_broken_item_is_set_aside_with_its_reason(read: Read, content: str | bytes, reason: str, words: str) -> None:
    item = read(content)
    assert isinstance(item, Rejected)
    assert item.reason == reason
    assert words in item.message
    assert ";" in item.message, "a rule and a remedy"
    assert item.location.endswith("one.md")
    assert len(item.payload) <= 500


def test_a_rejected_item_keeps_its_source_and_id(read: Read) -> None:
    item = read(document(published_at="", article_id="n-1", source="wire"))
    assert isinstance(item, Rejected)
    assert (item.source, item.article_id, item.payload) == ("wire", "n-1", "Troops cross the border.\n")


def test_one_bad_item_does_not_stop_the_others(write: Write) -> None:
    folder = write({"a.md": b"\xff", "b/c.txt": document(), "d.markdown": "", "e.jpg": b"\xff", ".f.md": document()})
    items = list(read_articles([folder], READING))
    assert [type(item) for item in items] == [Article, Rejected, Article, Rejected]
    assert [item.reason for item in items if isinstance(item, Rejected)] == ["invalid_utf8", "empty"]


@pytest.mark.parametrize("cut", [slice(0, -9), slice(5, None), slice(0, 0)], ids=["truncated", "no gzip", "empty"])
def test_a_packed_text_is_read_and_a_broken_one_set_aside(read: Read, cut: slice) -> None:
    packed = gzip.compress(document().encode(), mtime=0)
    assert read(packed, name="one.md.gz") == read(document())
    item = read(packed[cut], name="one.md.gz")
    assert isinstance(item, Rejected)
    assert item.reason == ("unreadable" if packed[cut] else "empty")


def test_a_small_archive_of_a_large_text_is_set_aside(read: Read) -> None:
    item = read(gzip.compress(b"x" * (MAX_BYTES + 1), mtime=0), name="one.txt.gz")
    assert isinstance(item, Rejected)
    assert item.reason == "oversized"


def test_a_text_that_grows_too_large_with_its_fields_is_set_aside(read: Read) -> None:
    item = read(document("x" * (MAX_BYTES - 100), title="y" * 50), name="long.txt")
    assert isinstance(item, Article)
    item = read(document("x" * 1_999_900, summary="y" * 50, title="z" * 10), name="long.txt")
    assert isinstance(item, Rejected)
    assert item.reason == "oversized"


@pytest.mark.parametrize(
    "variant",
    [
        document().encode("utf-8-sig"),
        document().replace("\n", "\r\n").encode(),
        document().replace("\n", "\r").encode(),
    ],
    ids=["BOM", "CRLF", "CR"],
)
def test_marks_of_the_editor_make_no_difference(read: Read, variant: bytes) -> None:
    assert read(variant) == read(document())


@pytest.mark.parametrize("reading", [READING, UNDATED])
def test_an_id_is_kept_and_a_made_one_depends_on_the_content(read: Read, reading: Reading) -> None:
    def article_id(content: str, name: str = "one.md") -> str:
        item = read(content, reading, name)
        assert isinstance(item, Article)
        return item.article_id

    assert article_id(document(article_id=" 007 ")) == "007"
    made = article_id(document())
    assert made.startswith("a-")
    assert made == article_id(document())
    others = [
        document("Other."),
        document(title="Other"),
        document(url="https://example.org"),
        document(source="wire"),
        document(published_at="2025-08-17T16:15Z"),
    ]
    assert len({made, *(article_id(other) for other in others)}) == 6


def test_undated_text_is_read_where_no_date_is_needed(read: Read) -> None:
    item = read(document(published_at=""), UNDATED)
    assert isinstance(item, Article)
    assert (item.published_at, item.available_at) == (None, None)


def test_a_wrong_date_is_wrong_also_where_none_is_needed(read: Read) -> None:
    assert isinstance(read(document(published_at="soon"), UNDATED), Rejected)


@pytest.mark.parametrize(
    ("seen", "available"),
    [
        ("2025-08-18", datetime(2025, 8, 19, 12, tzinfo=UTC)),
        ("2025-08-18T08:00Z", datetime(2025, 8, 18, 8, 0, 59, 999999, tzinfo=UTC)),
        ("2025-08-18T08:00:00Z", datetime(2025, 8, 18, 8, tzinfo=UTC)),
    ],
)
def test_a_first_sighting_counts_with_the_last_instant_it_can_mean(read: Read, seen: str, available: datetime) -> None:
    item = read(document(first_seen_at=seen))
    assert isinstance(item, Article)
    assert item.available_at == item.first_seen_at == available


def test_a_summary_stands_first_where_there_is_no_title(read: Read) -> None:
    item = read(document("Body.", title='""', summary="Short."))
    assert isinstance(item, Article)
    assert [section.name for section in item.sections] == ["summary", "body"]


@pytest.mark.parametrize("value", ["2025-08-17", "2025-08-17T16:14Z", "1.50", "0x10", "yes", "null", "007", "1e3"])
def test_values_of_the_front_matter_stay_the_text_they_were(value: str) -> None:
    assert split_front_matter(f"---\nkey: {value}\n---\nText.") == ({"key": value}, "Text.")


@pytest.mark.parametrize(
    ("text", "fields", "body"),
    [
        ("Text.\n---\na: b\n---\n", {}, "Text.\n---\na: b\n---\n"),
        ("---\na: b\nText.", {}, "---\na: b\nText."),
        ("---\na: b\n---", {"a": "b"}, ""),
        ("---  \na: 'x: y'\ntags: [p, q]\nmore: {r: s}\n--- \nText.", {"a": "x: y"}, "Text."),
        ("---\na: b\n---\nText.\n---\nMore.", {"a": "b"}, "Text.\n---\nMore."),
    ],
)
def test_front_matter_is_a_flat_block_at_the_top(text: str, fields: dict[str, str], body: str) -> None:
    assert split_front_matter(text) == (fields, body)


@pytest.mark.parametrize("files", [{}, {"notes.pdf": b"%PDF"}], ids=["empty", "no text file"])
def test_a_folder_without_articles_is_no_calm_day(write: Write, files: Mapping[str, str | bytes]) -> None:
    with pytest.raises(SourceError, match=r"holds no article; article files end in \.md"):
        list(read_articles([write(files)], READING))


def test_a_missing_folder_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere does not exist; give a folder of articles"):
        list(read_articles([tmp_path / "nowhere"], READING))


def test_several_paths_are_read_in_the_order_given(write: Write) -> None:
    folder = write({"b.md": document(article_id="b"), "a.md": document(article_id="a")})
    items = list(read_articles([folder / "b.md", folder], READING))
    assert [item.article_id for item in items] == ["b", "a", "b"]


def test_the_name_seeds_stands_for_the_embedded_folder() -> None:
    assert article_path(Path("seeds"), "seeds") == Path("seeds/articles")
    assert article_path(Path("seeds"), "mine") == Path("mine")
