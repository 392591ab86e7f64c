"""Documents that feeds have sent, and worse, as data: what is fed, what becomes of it, what the user is told.

`tests/storage/test_feeds.py` runs every case; `docs/sources.md` prints them.
python -m tests.feed_cases        writes the table in docs/sources.md anew
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tasks.storage.files import ROOT

PAGE = ROOT / "docs" / "sources.md"
READ = "read"
UNREADABLE = "unreadable_feed"
DATE = "Mon, 18 Aug 2025 10:00:00 GMT"
LINK = "https://wire.example/a"
TITLE = "Missiles strike a refinery"
SUMMARY = "Two tankers were hit."


@dataclass(frozen=True, slots=True)
class FeedCase:
    """One document, and its outcome.

    Args:
        case: its name, unique.
        what: what is fed, for the reader of the table.
        outcome: `read`, the reason under which its only (or last) item is set aside, or `unreadable_feed`.
        message: what the user reads must hold this; of a document that is read, what becomes of it (not compared).
        body: the document.
        kept: of the first item: field -> value; "" for a field that it lacks.
        content_type: as the server sends it.
    """

    case: str
    what: str
    outcome: str
    message: str
    body: bytes
    kept: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/rss+xml"


def item(title: str = TITLE, link: str = LINK, date: str = DATE, summary: str = SUMMARY, more: str = "") -> str:
    """One RSS item; a part that is empty is left out."""
    parts = {"title": title, "link": link, "pubDate": date, "description": summary}
    return f"<item>{''.join(f'<{name}>{text}</{name}>' for name, text in parts.items() if text)}{more}</item>"


def rss(*items: str, head: str = '<?xml version="1.0"?>', attributes: str = "") -> str:
    """An RSS 2.0 document."""
    return f'{head}<rss version="2.0"{attributes}><channel><title>Wire</title>{"".join(items)}</channel></rss>'


def atom(*entries: str) -> str:
    """An Atom 1.0 document."""
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>{"".join(entries)}</feed>'
    )


def _read(case: str, what: str, message: str, body: str | bytes, content_type: str = "", **kept: str) -> FeedCase:
    given = body if isinstance(body, bytes) else body.encode()
    return FeedCase(case, what, READ, message, given, kept, content_type or "application/rss+xml")


def _bad(case: str, what: str, outcome: str, message: str, body: str | bytes) -> FeedCase:
    return FeedCase(case, what, outcome, message, body if isinstance(body, bytes) else body.encode())


def _dated(case: str, what: str, date: str, published_at: str, message: str) -> FeedCase:
    return _read(case, what, message, rss(item(date=date)), published_at=published_at)


AT = "2025-08-18T10:00:00+00:00"
DATES = [
    _dated("cest", "a named zone: CEST", "Mon, 18 Aug 2025 12:00:00 CEST", AT, "10:00Z, not 12:00Z"),
    _dated(
        "cet",
        "CET, also in summer",
        "Mon, 18 Aug 2025 12:00:00 CET",
        "2025-08-18T11:00:00+00:00",
        "read as written, an hour later than meant: never too early",
    ),
    _dated("bst", "BST", "Mon, 18 Aug 2025 11:00:00 BST", AT, "10:00Z"),
    _dated("est", "EST", "Mon, 18 Aug 2025 05:00:00 EST", AT, "10:00Z"),
    _dated("offset", "an offset", "Mon, 18 Aug 2025 12:00:00 +0200", AT, "10:00Z"),
    _dated("odd-month", "`Sep.` with a full stop", "19 Sep. 2025 12:00:00 GMT", "2025-09-19T12:00:00+00:00", "12:00Z"),
    _dated("no-seconds", "no seconds", "Mon, 18 Aug 2025 10:00 GMT", "2025-08-18T10:00Z", "the minute's end counts"),
    _dated(
        "no-zone", "no zone", "Mon, 18 Aug 2025 10:00:00", "2025-08-18", "its day alone; it counts from when we saw it"
    ),
    _dated("unclear-zone", "IST (India, Ireland or Israel)", "Mon, 18 Aug 2025 10:00:00 IST", "2025-08-18", "its day"),
    _dated("day-only", "a day", "Mon, 18 Aug 2025", "2025-08-18", "its day"),
    _dated("iso-in-rss", "ISO 8601 where RFC 822 belongs", "2025-08-18T12:00:00+02:00", AT, "10:00Z"),
    _bad("no-date", "no date", "undated", "the item has no date; nothing dates it", rss(item(date=""))),
    _bad(
        "portuguese-date",
        "`Seg, 18 Ago 2025`",
        "bad_date",
        "'Seg, 18 Ago 2025 10:00:00 -0300' is no date that we can",
        rss(item(date="Seg, 18 Ago 2025 10:00:00 -0300")),
    ),
    _bad(
        "impossible-date",
        "31 February",
        "bad_date",
        "is no date that we can read",
        rss(item(date="31 Feb 2025 10:00 GMT")),
    ),
    _bad("year-1", "year 0001", "date_out_of_range", "lies outside 1970-01-01", rss(item(date="1 Jan 0001 00:00 GMT"))),
    _bad(
        "long-date",
        "a date of a million characters",
        "bad_date",
        "longer than any date",
        rss(item(date="9" * 1_000_000)),
    ),
]
ITEMS = [
    _read(
        "html",
        "HTML in title and summary",
        "text without markup",
        rss(
            item(
                "A &lt;b&gt;strike&lt;/b&gt; &amp;amp; fire", summary="&lt;p&gt;Two &lt;i&gt;dead&lt;/i&gt;.&lt;/p&gt;"
            )
        ),
        title="A strike & fire",
        summary="Two dead.",
    ),
    _read(
        "cdata",
        "CDATA",
        "the same",
        rss(item("<![CDATA[A <b>strike</b> & fire]]>", summary="<![CDATA[<p>Two dead.</p>]]>")),
        title="A strike & fire",
        summary="Two dead.",
    ),
    _read(
        "script",
        "a script in the summary",
        "left out",
        rss(item(summary="&lt;script&gt;steal()&lt;/script&gt;Two dead.")),
        summary="Two dead.",
    ),
    _read(
        "tracking",
        "tracking parameters",
        "left out of the link",
        rss(item(link=f"{LINK}?at_medium=RSS&amp;at_campaign=rss&amp;id=1")),
        url=f"{LINK}?id=1",
    ),
    _read(
        "relative-link",
        "a relative link",
        "read from the feed's address",
        rss(item(link="/2025/a")),
        url="https://wire.example/2025/a",
    ),
    _read(
        "no-link",
        "no link, a guid",
        "named by its guid",
        rss(item(link="", more="<guid isPermaLink='false'>g-1#0</guid>")),
        url="",
        title=TITLE,
    ),
    _read("script-link", "`javascript:` for a link", "no link", rss(item(link="javascript:alert(1)")), url=""),
    _read(
        "publisher",
        "`Title - Publisher` of a collection",
        "the publisher is no part of the title",
        rss(item(f"{TITLE} - The Wire", more="<source url='https://wire.example'>The Wire</source>")),
        title=TITLE,
    ),
    _read(
        "boilerplate",
        "`The post ... appeared first on ...`",
        "left out",
        rss(item(summary=f"{SUMMARY} The post {TITLE} appeared first on The Wire.")),
        summary=SUMMARY,
    ),
    _read(
        "whole-text",
        "a whole article as summary",
        "its first 1,000 characters, up to a sentence's end",
        rss(item(summary=SUMMARY + " word" * 3_000)),
        summary=SUMMARY,
    ),
    _read("title-as-summary", "the title again as summary", "kept once", rss(item(summary=TITLE)), summary=""),
    _read(
        "other-language",
        "a feed in another language",
        "marked, set aside by its language",
        rss("<language>pt-br</language>", item()),
        language="pt-br",
    ),
    _read(
        "atom",
        "Atom with `published` and `updated`",
        "published counts",
        atom(
            f"<entry><title>{TITLE}</title><link href='{LINK}'/><id>i</id>"
            "<published>2025-08-18T12:00:00.000+02:00</published>"
            "<updated>2025-08-19T10:00:00Z</updated>"
            f"<summary type='html'>&lt;p&gt;{SUMMARY}&lt;/p&gt;</summary></entry>"
        ),
        title=TITLE,
        published_at=AT,
        summary=SUMMARY,
        url=LINK,
    ),
    _read(
        "atom-updated",
        "Atom with `updated` alone",
        "updated counts",
        atom(
            f"<entry><title>{TITLE}</title><id>i</id><updated>2025-08-18T10:00:00Z</updated><content>{SUMMARY}</content></entry>"
        ),
        published_at=AT,
        summary=SUMMARY,
    ),
    _read(
        "rdf",
        "RSS 1.0 with `dc:date`",
        "read",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
        f"xmlns:dc='http://purl.org/dc/elements/1.1/'><channel/><item rdf:about='{LINK}'><title>{TITLE}</title>"
        f"<link>{LINK}</link><dc:date>2025-08-18T12:00:00+02:00</dc:date></item></rdf:RDF>",
        published_at=AT,
        url=LINK,
    ),
    _read(
        "rss-091",
        "RSS 0.91 with its DOCTYPE",
        "read; nothing is fetched for it",
        rss(
            item(),
            head='<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
            '"http://my.netscape.com/publish/formats/rss-0.91.dtd">',
        ),
        title=TITLE,
    ),
]
ENCODINGS = [
    _read(
        "latin-1",
        "ISO-8859-1, declared in the document",
        "read",
        rss(item("Café bombed"), head='<?xml version="1.0" encoding="ISO-8859-1"?>').encode("latin-1"),
        title="Café bombed",
    ),
    _read(
        "windows-1252",
        "Windows-1252, declared by the server",
        "read",
        rss(item("“Café” bombed")).encode("cp1252"),
        "text/xml; charset=windows-1252",
        title="“Café” bombed",
    ),
    _read(
        "false-latin-1",
        "UTF-8 that the server calls ISO-8859-1",
        "UTF-8, because it is",
        rss(item("“Café” bombed")),
        "text/xml; charset=ISO-8859-1",
        title="“Café” bombed",
    ),
    _read(
        "undeclared",
        "Windows-1252 that nobody declares",
        "read",
        rss(item("“Café” bombed")).encode("cp1252"),
        title="“Café” bombed",
    ),
    _read(
        "unknown-encoding",
        "an encoding that is none",
        "UTF-8, because it is",
        rss(item("Café bombed"), head='<?xml version="1.0" encoding="x-klingon"?>'),
        title="Café bombed",
    ),
    _read("utf-16", "UTF-16 with its mark", "read", rss(item("Café bombed")).encode("utf-16"), title="Café bombed"),
    _read(
        "utf-16-bare",
        "UTF-16 without its mark",
        "read",
        rss(item("Café bombed")).encode("utf-16-le"),
        title="Café bombed",
    ),
    _read("utf-32", "UTF-32", "read", rss(item("Café bombed")).encode("utf-32"), title="Café bombed"),
    _read("bom", "a byte order mark", "read", rss(item("Café bombed")).encode("utf-8-sig"), title="Café bombed"),
    _read(
        "broken-utf-8",
        "a byte that no encoding explains",
        "read; the byte becomes a mark",
        rss(item("Missiles strike \x81 port")).encode("latin-1"),
        title="Missiles strike � port",
    ),
]
BROKEN = [
    _read("bare-ampersand", "a bare `&`", "read", rss(item("Oil & gas <b>up", summary=SUMMARY)), title="Oil & gas up"),
    _read(
        "undeclared-namespace",
        "a prefix that nothing declares",
        "read",
        rss(item(more="<media:thumb url='x'/>")),
        title=TITLE,
    ),
    _read(
        "unclosed-item", "an item that is not closed", "read", rss(item().replace("</item>", ""), item()), title=TITLE
    ),
    _read("nul", "NUL characters between tags", "read", rss(item()).replace("<item>", "\0<item>\0"), title=TITLE),
    _read(
        "huge-reference",
        "a character beyond Unicode",
        "read; the character becomes a mark",
        rss(item("Oil &#xFFFFFFFF;&#99999999999;&#1114112; up &#x20AC;")),
        title="Oil \ufffd\ufffd\ufffd up €",
    ),
    _read(
        "text-html", "a feed that the server calls HTML", "read", rss(item()), "text/html; charset=utf-8", title=TITLE
    ),
    _bad(
        "cut",
        "a document that ends in the middle of its last item",
        "truncated",
        "ends in the middle of its last item",
        rss(item(), item("A second strike", summary="The ministry denied"))[:-50],
    ),
    _bad(
        "too-many-items",
        "more than 1,000 items",
        "too_many_items",
        "5 more items than the 1,000 that are read",
        rss(*(item(f"{TITLE} {number}", f"{LINK}/{number}") for number in range(1_005))),
    ),
    _bad(
        "html-page",
        "an HTML page with status 200",
        UNREADABLE,
        "is no RSS or Atom document",
        "<!DOCTYPE html><html><head><title>Access denied</title></head><body><p>Are you a robot?</p></body></html>",
    ),
    _bad(
        "json",
        "JSON",
        UNREADABLE,
        "is no RSS or Atom document",
        '{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    ),
    _bad("empty", "nothing at all", UNREADABLE, "is no RSS or Atom document", ""),
    _bad("picture", "a picture", UNREADABLE, "is no RSS or Atom document", b"\x89PNG\r\n\x1a\n" + bytes(200)),
    _bad(
        "namespace-with-spaces",
        "a namespace with no-break spaces, at which feedparser breaks",
        UNREADABLE,
        "cannot be parsed (ValueError)",
        rss(item(), attributes=" xmlns='https://wire.example/a&#160;b&#160;c'"),
    ),
    _bad("no-items", "a feed without items", UNREADABLE, "is a feed without items, which tells nothing", rss()),
    _bad(
        "entity-bomb",
        "entities that grow to gigabytes",
        UNREADABLE,
        "declares entities, which can grow without end",
        rss(
            item("&e9;"),
            head="<!DOCTYPE r [<!ENTITY e0 'war '>"
            + "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(9))
            + "]>",
        ),
    ),
    _bad(
        "one-large-entity",
        "one large entity, used often",
        UNREADABLE,
        "declares entities",
        rss(item("&a;" * 1_000), head=f"<!DOCTYPE r [<!ENTITY a '{'x' * 100_000}'>]>"),
    ),
    _bad(
        "file-entity",
        "an entity that names a file",
        UNREADABLE,
        "declares entities",
        rss(item("&f;"), head="<!DOCTYPE r [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"),
    ),
    _bad(
        "utf-16-bomb",
        "an entity bomb in UTF-16",
        UNREADABLE,
        "declares entities",
        rss(item("&a;"), head="<!DOCTYPE r [<!ENTITY a 'x'>]>").encode("utf-16"),
    ),
    _bad(
        "utf-7-bomb",
        "an entity bomb in UTF-7",
        UNREADABLE,
        "is no RSS or Atom document",
        b'<?xml version="1.0" encoding="utf-7"?>'
        + rss(item("&a;"), head="<!DOCTYPE r [<!ENTITY a 'x'>]>").replace("<", "+ADw-").encode(),
    ),
    _bad("deep", "300,000 tags, one in the other", UNREADABLE, "more than 150,000 tags", rss("<a>" * 300_000)),
    _bad(
        "crowded",
        "a tag with 40,000 attributes",
        UNREADABLE,
        "a tag with more than 200 attributes",
        rss("<a " + " ".join(f"a{n}='<>'" for n in range(40_000)) + "/>"),
    ),
]
CASES = [*DATES, *ITEMS, *ENCODINGS, *BROKEN]

_SECTION = re.compile(r"(?<=<!-- feeds -->\n).*?(?=<!-- end -->)", re.DOTALL)


def table() -> str:
    """The Markdown table of all cases."""
    lines = ["| case | what | outcome | message |", "| --- | --- | --- | --- |"]
    for case in CASES:
        outcome = case.outcome if case.outcome == READ else f"set aside: `{case.outcome}`"
        message = case.message if case.outcome == READ else f"“{case.message}”"
        lines.append(f"| {case.case} | {case.what} | {outcome} | {message} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """The page with the table between its marks written anew."""
    return _SECTION.sub(lambda match: f"\n{table()}\n", page)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
