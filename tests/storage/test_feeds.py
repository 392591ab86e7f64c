"""Feeds from bytes: every case of the page, and malformed documents without end: read or set aside, never a crash."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tasks.domain.articles import Rejected
from tasks.domain.errors import SourceError
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import RawItem
from tasks.storage.articles import Reading, shape
from tasks.storage.feeds import Feed, read_feed
from tests.feed_cases import CASES, LINK, PAGE, READ, TITLE, UNREADABLE, FeedCase, atom, item, rss, with_table

SEEN = datetime(2025, 8, 18, 12, tzinfo=UTC)


def source(**changes: object) -> Source:
    given = {"source": "wire", "kind": "live", "publisher": "W", "language": "en", "terms": "https://wire.example/terms",
             "feed": "https://wire.example/feed", "format": "rss", "tier": 1, "cadence_minutes": 60}  # fmt: skip
    return Source.model_validate({**given, **changes})


def read(body: bytes | str, content_type: str = "application/rss+xml", **changes: object) -> Feed:
    return read_feed(body.encode() if isinstance(body, str) else body, content_type, source(**changes), SEEN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_every_case_of_the_page(case: FeedCase) -> None:
    if case.outcome == UNREADABLE:
        with pytest.raises(SourceError, match=re.escape(case.message)) as caught:
            read(case.body, case.content_type)
        assert ";" in str(caught.value), "a rule and a remedy"
        assert len(str(caught.value)) < 300
        return
    found = read(case.body, case.content_type).items
    if case.outcome == READ:
        (first,) = [found[0]] if case.case == "unclosed-item" else found
        assert isinstance(first, RawItem)
        assert {name: first.fields.get(name, "") for name in case.kept} == dict(case.kept)
    else:
        last = found[-1]
        assert isinstance(last, Rejected)
        assert (last.reason, last.source) == (case.outcome, "wire")
        assert case.message in last.message
        assert ";" in last.message
        assert [type(one) for one in found[:-1]] == [RawItem] * (len(found) - 1), "the others are read"


def test_the_page_prints_every_case_as_it_is_tested() -> None:
    """When it differs on purpose, `python -m tests.feed_cases` writes the table anew."""
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page
    assert all(page.count(f"| {case.case} |") == 1 for case in CASES)


def test_an_item_carries_what_it_needs() -> None:
    (only,) = read(rss(item(more="<guid>g</guid>"))).items
    assert isinstance(only, RawItem)
    assert only.location == LINK
    assert only.fields["source"] == "wire"
    assert only.fields["first_seen_at"] == SEEN.isoformat()
    article = shape(only, Reading(SEEN, {"wire": source()}, kind="live"))
    assert not isinstance(article, Rejected)
    assert article.article_id == only.fields["article_id"]
    assert [section.name for section in article.sections] == ["title", "summary"]
    assert article.available_at == SEEN, "published at 10:00, seen at 12:00"


def test_issued_again_it_is_the_same_item() -> None:
    forms = [
        item(),
        item(link=f"{LINK}?at_medium=RSS&amp;at_campaign=rss", more="<guid>https://wire.example/a#1</guid>"),
        item(f"  {TITLE.upper()}. ", date="Mon, 18 Aug 2025 11:30:00 GMT", summary="Three tankers were hit."),
        item(f"{TITLE} - The Wire", more="<source url='x'>The Wire</source>"),
    ]
    names = {one.fields["article_id"] for form in forms for one in read(rss(form)).items if isinstance(one, RawItem)}
    assert len(names) == 1


def test_a_suffix_of_the_source_is_stripped() -> None:
    (only,) = read(rss(item(f"{TITLE} | Wire")), strip_title_suffix=" | Wire").items
    assert isinstance(only, RawItem)
    assert only.fields["title"] == TITLE


def test_the_newest_item_is_the_newest_that_can_be() -> None:
    dates = ["Mon, 18 Aug 2025 10:00:00 GMT", "Mon, 18 Aug 2025 11:00:00 GMT", "Tue, 19 Aug 2025 11:00:00 GMT", "never"]
    found = read(rss(*(item(f"{TITLE} {number}", date=date) for number, date in enumerate(dates))))
    assert found.newest_item_at == datetime(2025, 8, 18, 11, tzinfo=UTC)
    assert found.item_count == 4
    assert read(rss(item(date=""))).newest_item_at is None


def test_an_item_issued_again_after_years_is_no_news() -> None:
    reading = Reading(SEEN, {"wire": source()}, kind="live")
    for old in (item(date="Fri, 18 Aug 2023 10:00:00 GMT"), item(link="https://wire.example/2023/08/18/a")):
        (only,) = read(rss(old)).items
        assert isinstance(only, RawItem)
        judged = shape(only, reading)
        assert isinstance(judged, Rejected)
        assert judged.reason == "stale_item"
        assert "2023-08-18, more than 7 days before it was seen first (2025-08-18); an old item" in judged.message
        assert not isinstance(shape(only, Reading(SEEN, {})), Rejected), "in an archive it is what it is"


def mutations(document: bytes, noise: random.Random) -> Iterator[bytes]:
    """Malformed copies of a document."""
    for _ in range(8):  # cut short
        yield document[: noise.randrange(1, len(document))]
    for _ in range(8):  # bytes replaced
        broken = bytearray(document)
        for _ in range(noise.randrange(1, 30)):
            broken[noise.randrange(len(broken))] = noise.randrange(256)
        yield bytes(broken)
    for _ in range(5):  # a piece lost, a piece twice
        start, length = noise.randrange(len(document)), noise.randrange(1, 60)
        yield document[:start] + document[start + length :]
        yield document[: start + length] + document[start:]
    junk = "\0 < > & ]]> <![CDATA[ <!-- --> <?x ?> &#0; &nope; &#xFFFFFFFF; <x:y> </item> <item> xmlns='y' ' \"".split(
        " "
    )
    junk += ["<!DOCTYPE x [", "\ud800", "\u202e", "\ufffe"]
    for piece in junk:  # something inserted
        start = noise.randrange(len(document))
        inserted = (piece * noise.choice((1, 1, 50))).encode("utf-8", "surrogatepass")
        yield document[:start] + inserted + document[start:]
    for encoding in ("utf-16", "utf-32-be", "utf-7", "cp037", "cp500", "shift_jis", "gb18030", "koi8-r"):
        yield document.decode().encode(encoding, "replace")
        yield document.replace(b'"1.0"', f'"1.0" encoding="{encoding}"'.encode())
    yield document.replace(b"xmlns", b"xmins")
    yield document.replace(b"<title>", b"<title " + b" ".join(b"a%d='b'" % n for n in range(190)) + b">")
    yield document.replace(b"<title>", b"<title x='" + b"y" * 300_000 + b"'>")
    yield document.replace(b"<title>", b"<b>" * 20_000 + b"<title>")
    yield document.replace(b"<", b"<<")
    yield document[::-1]
    yield document * 2


def read_or_refused(body: bytes, content_type: str) -> tuple[RawItem | Rejected, ...] | str:
    """The items of a document, or the sentence that refuses it."""
    try:
        return read(body, content_type).items
    except SourceError as fault:
        return str(fault)


BASES = {
    "rss": rss(*(item(f"{TITLE} {number}", f"{LINK}/{number}", more="<guid>g</guid>") for number in range(4))),
    "atom": atom(
        f"<entry><title type='html'>{TITLE}</title><id>i</id><link href='{LINK}'/>"
        "<updated>2025-08-18T10:00:00Z</updated>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></content></entry>"
    ),
    "rdf": "<?xml version=\"1.0\"?><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
           "xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel/><item>"
           f"<title>{TITLE}</title><link>{LINK}</link><dc:date>2025-08-18T12:00:00+02:00</dc:date></item></rdf:RDF>",
}  # fmt: skip
REASONS = {"undated", "bad_date", "date_out_of_range", "truncated", "binary", "invalid_utf8", "empty", "language",
           "future_date", "stale_item", "too_many_items"}  # fmt: skip
COUNT = 70  # for each of the three


@pytest.mark.parametrize("base", BASES)
def test_malformed_documents_are_read_or_set_aside(base: str) -> None:
    """At least 210 of them: no crash, no hang, and whatever is read can be stored and has a date."""
    document, noise = BASES[base].encode(), random.Random(base)
    reading = Reading(SEEN, {"wire": source()}, kind="live")
    outcomes = []
    for broken in mutations(document, noise):
        items = read_or_refused(broken, noise.choice(["application/xml", "text/html", "text/xml; charset=utf-16", ""]))
        outcomes.append("unreadable" if isinstance(items, str) else "read")
        for found in items if isinstance(items, tuple) else ():
            judged = found if isinstance(found, Rejected) else shape(found, reading)
            if isinstance(judged, Rejected):
                assert judged.reason in REASONS
                assert judged.message.encode()
            else:
                assert judged.published_at is not None
                text = "".join(section.text for section in judged.sections)
                assert text.strip().encode()
                assert "\0" not in text
    assert len(outcomes) >= COUNT
    assert outcomes.count("read") > 20, "broken feeds are mostly read"
    assert outcomes.count("unreadable") >= 3, "some are beyond reading"
