"""The bad-input table as data: what is fed, what becomes of it, and what the user is told.

`tests/tasks/test_bad_inputs.py` runs every case; `docs/inputs.md` prints them.
python -m tests.bad_inputs        writes the tables in docs/inputs.md anew
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.storage.files import ROOT

Kind = Literal["article", "price", "configuration", "option"]
PAGE = ROOT / "docs" / "inputs.md"
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Case:
    """One input beside a good one, and its outcome.

    Args:
        case: its name, unique.
        what: what is fed, for the reader of the table.
        outcome: `accepted`, `exit N` (the run stops), or the reason under which the item is set aside.
        message: what the user reads of it must hold this; of an accepted case, what becomes of it (not compared).
        files: name -> content, below the folder that is fed.
        kept: key -> a part of what is stored: article_id -> `available_at title body`, `symbol date` -> close.
        paths: what is fed, below the case's folder; empty = the folder itself.
        where: the end of the place that the quarantine names; empty = any.
        times: how many items are set aside.
        edits: configuration: (file, old text, new text); an old text of "" replaces the file, a new one of None
            removes it.
        options: arguments of the request.
    """

    kind: Kind
    case: str
    what: str
    outcome: str
    message: str
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    paths: Sequence[str] = ()
    where: str = ""
    times: int = 1
    edits: Sequence[tuple[str, str, str | bytes | None]] = ()
    options: Mapping[str, object] = field(default_factory=dict)


def _md(text: str = "Troops cross the border.\n", **fields: str) -> str:
    fields = {"article_id": "x", "title": "A strike", "published_at": "2025-08-05T10:00Z", **fields}
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in fields.items() if value) + f"---\n{text}"


def _parquet(**columns: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _article(
    case: str, what: str, outcome: str, message: str, content: str | bytes, name: str = "x.md", **others: object
) -> Case:
    return Case("article", case, what, outcome, message, {name: content}, **others)  # type: ignore[arg-type]


def _csv(*rows: str, head: str = "article_id,published_at,title,body") -> str:
    return "\n".join([head, *rows]) + "\n"


DAY, END = "2025-08-05", "2025-08-05 10:00:59.999999"
ROW = f"y,{DAY}T10:00Z,Second,Row"
NAIVE = datetime(2025, 8, 5, 10, tzinfo=UTC).replace(tzinfo=None)
AT = f"{DAY}T10:00Z"

DATES = [
    _article("no-date", "no `published_at`", "undated", "published_at is missing; give an ISO 8601 instant with offset",
             _md(published_at="")),
    _article("plain-text-without-fields", "text without front matter", "undated", "published_at is missing",
             "Troops cross the border.\n", "x.txt"),
    _article("csv-without-date-column", "a table without the column `published_at`", "undated",
             "published_at is missing", _csv("x,A,B", "y,C,D", head="article_id,title,body"), "x.csv", times=2),
    _article("naive-stamp", "a time without zone, its source declares none", "naive_timestamp",
             "has no zone; add an offset (Z, +02:00) or declare the source's zone", _md(published_at=f"{DAY}T10:00")),
    _article("naive-stamp-with-source-zone", "a time without zone, its source declares one", ACCEPTED,
             "read in the zone of the source", _md(published_at=f"{DAY}T10:00", source="berlin_wire"),
             kept={"x": "2025-08-05 08:00:59.999999"}),
    _article("garbage-date", "words for a date", "bad_date", "is not an ISO 8601 date or instant; write it like",
             _md(published_at="last Tuesday")),
    _article("impossible-date", "30 February", "bad_date", "'2025-02-30' is not an ISO 8601 date",
             _md(published_at="2025-02-30")),
    _article("day-before-month", "05.08.2025 or 8/5/25", "bad_date", "write it like 2025-08-17T16:14Z",
             _md(published_at="05.08.2025")),
    _article("year-0001", "year 0001", "date_out_of_range", "lies outside 1970-01-01 ... 2100-01-01; give the true",
             _md(published_at="0001-01-01T00:00:00Z")),
    _article("year-9999", "year 9999", "date_out_of_range", "lies outside 1970-01-01 ... 2100-01-01; give the true",
             _md(published_at="9999-12-31T23:59:59Z")),
    _article("future-date", "published after the run's clock", "future_date", "when it was known; mend the date",
             _md(published_at="2025-08-21T10:00Z")),
    _article("clock-runs-ahead", "published up to 10 minutes after the clock", ACCEPTED, "a publisher's clock may err",
             _md(published_at="2025-08-20T06:05:00Z"), kept={"x": "2025-08-20 06:05:00"}),
    _article("seen-before-published", "`first_seen_at` before `published_at`", "future_date",
             "lies after 2025-08-05T08:00:00+00:00, when it was known", _md(first_seen_at=f"{DAY}T08:00:00Z")),
    _article("seen-after-the-clock", "`first_seen_at` after the run's clock", "future_date",
             "first_seen_at 2090-01-01T00:00Z lies after", _md(first_seen_at="2090-01-01T00:00Z")),
    _article("naive-first-seen", "`first_seen_at` without zone", "naive_timestamp", "first_seen_at '2025-08-05T11:00'",
             _md(first_seen_at=f"{DAY}T11:00")),
    _article("mixed-zones", "several zones in one file", ACCEPTED, "each row by its own offset",
             _csv("x,2025-08-05T10:00:00Z,A,B", "y,2025-08-05T10:00:00+02:00,C,D",
                  "z,2025-08-05T10:00:00-04:00,E,F"), "x.csv",
             kept={"x": "2025-08-05 10:00:00 ", "y": "2025-08-05 08:00:00 ", "z": "2025-08-05 14:00:00 "}),
    _article("day-without-zone", "a day alone, no zone known", ACCEPTED, "available at 12:00Z of the next day",
             _md(published_at=DAY), kept={"x": "2025-08-06 12:00:00"}),
    _article("day-with-source-zone", "a day alone, its source declares a zone", ACCEPTED,
             "available at the end of that day there", _md(published_at=DAY, source="berlin_wire"),
             kept={"x": "2025-08-05 21:59:59.999999"}),
]  # fmt: skip

TEXTS = [
    _article("empty", "neither title nor text", "empty", "no text and no title; nothing to score", _md("", title="")),
    _article("other-language", "declared as another language than English", "language",
             "language 'de'; the lexicon reads English only", _md(language="de")),
    _article("undeclared-language", "no language declared, surely not English", "language",
             "the text reads as 'fr', English is 0.0% likely",
             _md("Trois personnes ont été blessées.", title="Une raffinerie bombardée dans la nuit")),
    _article("empty-file", "a file of no bytes", "empty", "no text and no title", b"", "x.txt"),
    _article("title-only", "a title alone", ACCEPTED, "the title is scored", _md(""), kept={"x": "A strike"}),
    _article("body-only", "a text alone", ACCEPTED, "the text is scored",
             _csv(f"x,{AT},,Troops cross the border."), "x.csv", kept={"x": "Troops cross the border."}),
    _article("body-of-5-mb", "a text of 5 MB", "oversized", "more than the 2,000,000 bytes of an article; split",
             _md("word " * 1_000_000)),
    _article("cell-of-5-mb", "a CSV cell of 5 MB", "oversized", "more than 2,000,000 characters; split the item",
             _csv(f"x,{AT},A,{'word ' * 1_000_000}", ROW), "x.csv", kept={"y": "Second"}),
    _article("long-cell", "a CSV cell of 200 KB", ACCEPTED, "read like any other",
             _csv(f"x,{AT},Long,{'word ' * 40_000}"), "x.csv", kept={"x": "Long"}),
    _article("binary-file", "a picture named .txt", "binary", "not a text file (NUL bytes); save the article as UTF-8",
             b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "x.txt"),
    _article("utf-16", "text saved as UTF-16", "binary", "save the article as UTF-8", _md().encode("utf-16")),
    _article("nul-in-a-row", "a NUL character in one row", "binary", "holds NUL characters; give plain text",
             _csv(f"x,{AT},A,B\x00", ROW), "x.csv", kept={"y": "Second"}),
    _article("invalid-utf8-file", "a text that is not UTF-8", "invalid_utf8", "is not valid UTF-8; save the file as",
             b"---\npublished_at: 2025-08-05\n---\nCaf\xe9\n"),
    _article("invalid-utf8-row", "one row of a CSV that is not UTF-8", "invalid_utf8", "not valid UTF-8; save it as",
             _csv(f"x,{AT},Caf\xe9,B").encode("latin-1") + ROW.encode(), "x.csv", kept={"y": "Second"}),
    _article("byte-order-mark", "a byte order mark", ACCEPTED, "no part of the text",
             _csv(f"x,{AT},A strike,B").encode("utf-8-sig"), "x.csv", kept={"x": f"{END} A strike"}),
    _article("crlf", "line ends of Windows", ACCEPTED, "read like any other",
             _md("One.\n\nTwo.\n").replace("\n", "\r\n"), kept={"x": f"{END} A strike One.\n\nTwo."}),
    _article("html", "HTML in the text", ACCEPTED, "stored as it is; its tags are no words when it is scored",
             _md("<p>Troops <b>cross</b> the border.</p>\n"), kept={"x": "<p>Troops <b>cross</b> the border.</p>"}),
    _article("formula", "cells that a spreadsheet runs", ACCEPTED,
             "stored as text; the CSV exports put an apostrophe before them",
             _csv(f'x,{AT},=cmd|calc!A0,"=HYPERLINK(""x"") strikes Ukraine."'), "x.csv",
             kept={"x": '=cmd|calc!A0 =HYPERLINK("x") strikes Ukraine.'}),
    _article("gz-cut-short", "a packed text that ends too early", "unreadable", "cannot be read (Compressed file ended",
             gzip.compress(_md().encode(), mtime=0)[:-9], "x.md.gz"),
    _article("gz", "a packed text", ACCEPTED, "unpacked", gzip.compress(_md().encode(), mtime=0), "x.md.gz",
             kept={"x": "A strike"}),
]  # fmt: skip

FRONT_MATTER = [
    _article("bad-front-matter", "front matter that is no YAML", "bad_front_matter",
             "the front matter is not valid YAML; mend its quotes or indentation", _md(title="'open")),
    _article("front-matter-is-a-list", "front matter without names", "bad_front_matter",
             "the front matter is not a list of `name: value` lines; mend it", "---\n- a\n- b\n---\nText.\n"),
    _article("title-is-a-list", "a list where text is expected", "bad_front_matter",
             "title is a list or a block of names, not text; write it on one line", _md(title="[A strike, Another]")),
    _article("tags-are-a-list", "a list in a field that we do not read", ACCEPTED, "ignored", _md(tags="[a, b]"),
             kept={"x": "A strike"}),
    _article("field-stands-twice", "the same field twice", "bad_front_matter",
             "title stands twice in the front matter; keep one", "---\ntitle: A\ntitle: B\n---\nText.\n"),
    _article("key-is-a-list", "a name that is no text", ACCEPTED, "ignored",
             "---\narticle_id: x\n? [a, b]\n: c\npublished_at: 2025-08-05\n---\nText.\n", kept={"x": "Text."}),
    _article("front-matter-never-ends", "front matter without its last `---`", "undated", "published_at is missing",
             "---\ntitle: A strike\npublished_at: 2025-08-05\n\nText.\n"),
]  # fmt: skip

TABLES = [
    _article("embedded-newlines", "quoted line breaks and commas", ACCEPTED, "part of the cell",
             _csv(f'x,{AT},A,"One, two.\n\nThree ""four""."', ROW), "x.csv",
             kept={"x": 'A One, two.\n\nThree "four".', "y": "Second"}),
    _article("too-few-cells", "a row with too few cells", "bad_row", "4 cells expected; mend the commas or quotes",
             _csv(f"x,{AT},A", ROW), "x.csv", kept={"y": "Second"}, where="x.csv:2"),
    _article("too-many-cells", "a row with too many cells", "bad_row", "4 cells expected; mend the commas or quotes",
             _csv(f"x,{AT},A,B,C", ROW), "x.csv", kept={"y": "Second"}),
    _article("text-behind-a-quote", 'a cell like `"A" b`', "bad_row", "text stands behind a closing quote; mend the",
             _csv(f'x,{AT},He said,"Go" now', ROW), "x.csv", kept={"y": "Second"}),
    _article("quote-never-closed", "a quote that is never closed", "exit 1",
             "the quote of the row at line 2 is never closed; close it", _csv(f'x,{AT},A,"B', ROW), "x.csv"),
    _article("column-stands-twice", "two columns of one name", "exit 1", "has column 'title' twice; keep one",
             _csv(f"x,{AT},A,B", head="article_id,published_at,title,title"), "x.csv"),
    _article("no-text-column", "a table without `title` and `body`", "exit 1",
             "has neither a column 'title' nor 'body'; article files have article_id, published_at",
             "date,headline\n2025-08-05,A\n", "x.csv"),
    _article("extra-columns", "columns that we do not know", ACCEPTED, "ignored",
             _csv(f"x,{AT},A strike,B,7", head="article_id,published_at,title,body,rank"), "x.csv",
             kept={"x": "A strike"}),
    _article("broken-json", "a JSON line that is cut short", "bad_json", "not a JSON object on one line; mend the line",
             f'{{"article_id": "x"\n{{"article_id": "y", "published_at": "{AT}", "title": "Second"}}\n', "x.jsonl",
             kept={"y": "Second"}),
    _article("json-is-no-object", "a JSON line that is a list", "bad_json", "not a JSON object on one line; mend the",
             '["A strike"]\n', "x.jsonl"),
    _article("json-key-twice", "a JSON object with one key twice", "bad_json", "key 'title' stands twice; keep one",
             f'{{"published_at": "{AT}", "title": "A", "title": "B"}}\n', "x.jsonl"),
    _article("number-for-text", "a number where text is expected", "wrong_type", "title is a int, not text; write it",
             f'{{"published_at": "{AT}", "title": 7}}\n', "x.jsonl"),
    _article("number-for-a-date", "seconds since 1970", "wrong_type", "published_at is a int, not text; write it",
             '{"published_at": 1754388000, "title": "A"}\n', "x.jsonl"),
    _article("null-in-json", "null in a field", ACCEPTED, "as if the field were missing",
             json.dumps({"article_id": "x", "published_at": AT, "title": "A strike", "body": None, "url": None}),
             "x.jsonl", kept={"x": "A strike"}),
    _article("parquet-wrong-type", "a Parquet column of another type", "wrong_type", "title is a float, not text",
             _parquet(published_at=[AT], title=[1.5]), "x.parquet"),
    _article("parquet-naive", "Parquet timestamps without zone", "naive_timestamp", "has no zone; add an offset",
             _parquet(published_at=[NAIVE], title=["A"]), "x.parquet"),
    _article("parquet-dates", "Parquet dates", ACCEPTED, "days", kept={"x": "2025-08-06 12:00:00"}, name="x.parquet",
             content=_parquet(article_id=["x"], published_at=[date(2025, 8, 5)], title=["A"])),
    _article("parquet-impossible-stamp", "a Parquet timestamp that no calendar has", "exit 1",
             "cannot be read to its end (date value out of range)", name="x.parquet",
             content=_parquet(published_at=pa.array([2**50], pa.timestamp("ms", "UTC")), title=["A"])),
    _article("parquet-unknown-zone", "Parquet timestamps in a zone that is none", "exit 1",
             "has column 'published_at' in zone 'Europe/Londn', which is unknown; use UTC", name="x.parquet",
             content=_parquet(published_at=pa.array([0], pa.timestamp("s", "Europe/Londn")), title=["A"])),
    _article("no-parquet", "a file that only has the name", "exit 1", "cannot be read to its end (Parquet", b"PAR1",
             "x.parquet"),
    _article("table-cut-short", "a packed table that ends too early", "exit 1",
             "cannot be read to its end (Compressed file ended",
             gzip.compress(_csv(f"x,{AT},A,B").encode(), mtime=0)[:-9], "x.csv.gz"),
    _article("table-not-packed", "a table named .gz that is not packed", "exit 1",
             "cannot be read to its end (Not a gzipped file", _csv(f"x,{AT},A,B"), "x.csv.gz"),
]  # fmt: skip

REPEATS = [
    _article("same-id-same-text", "an id twice with the same text", ACCEPTED, "stored once, counted as unchanged",
             _csv(f"x,{AT},A,B", f"x,{AT},A,B"), "x.csv", kept={"x": "A B"}),
    _article("same-id-other-text", "an id twice with different texts", "article_id_conflict",
             "article_id x stands for another text already; give this text an id of its own",
             _csv("x,2025-08-05T10:00Z,A,B", "x,2025-08-05T11:00Z,C,D"), "x.csv", kept={"x": "A B"}, where="x.csv:3"),
    _article("same-text-same-source", "a text twice from one source", "duplicate",
             "the same text from the same source is stored as x; a copy adds nothing",
             _csv("x,2025-08-05T10:00Z,A,B", "y,2025-08-05T11:00Z,A,B"), "x.csv", kept={"x": "A B"}, where="x.csv:3"),
    _article("same-text-much-later", "a text again after more than 7 days", ACCEPTED, "told anew: its own article",
             _csv("x,2025-08-01T10:00Z,A,B", "y,2025-08-09T11:00Z,A,B"), "x.csv", kept={"x": "A B", "y": "A B"}),
    _article("same-text-two-sources", "a text from two sources", ACCEPTED, "two voices of one story",
             _csv("x,2025-08-05T10:00Z,A,B,wire", "y,2025-08-05T11:00Z,A,B,paper",
                  head="article_id,published_at,title,body,source"), "x.csv", kept={"x": "A B", "y": "A B"}),
]  # fmt: skip

PLACES = [
    Case("article", "missing-folder", "a folder that is not there", "exit 1",
         "nowhere does not exist; give a folder of articles, an article file or a pattern", paths=["nowhere"]),
    Case("article", "empty-folder", "a folder without files", "exit 1", "holds no article; article files end in .md",
         paths=["empty/"]),
    Case("article", "unmatched-glob", "a pattern that matches nothing", "exit 1", "*.jsonl does not exist; give a",
         paths=["*.jsonl"]),
    Case("article", "pattern-matches-twice", "a pattern that matches a folder and its files", ACCEPTED, "read once",
         {"news/a/x.csv": _csv(f"x,{AT},A,")}, {"x": "A"}, paths=["n*/**"]),
    Case("article", "other-files-only", "files of other kinds", "exit 1", "holds no article; article files end in .md",
         {"pdf/x.pdf": b"%PDF"}, paths=["pdf"]),
    Case("article", "nothing-readable", "not one readable item", "exit 1",
         "no article could be read, 1 set aside; the first one:", {"bad/x.md": _md(published_at="")}, paths=["bad"]),
    Case("article", "header-only", "a table without rows", "exit 1",
         "no article could be read, 0 set aside; the input is empty", {"bad/x.csv": _csv()}, paths=["bad"]),
]  # fmt: skip

ARTICLES = [*DATES, *TEXTS, *FRONT_MATTER, *TABLES, *REPEATS, *PLACES]


def _price(case: str, what: str, outcome: str, message: str, *rows: str, **others: object) -> Case:
    head = others.pop("head", "symbol,date,close")
    files = others.pop("files", {"x.csv": "\n".join([str(head), *rows]) + "\n"})
    return Case("price", case, what, outcome, message, files, **others)  # type: ignore[arg-type]


OHLC = "symbol,date,open,close,volume,currency"
PRICES = [
    _price("price-is-text", "text in a number", "not_a_number", "close n/a is not a number; mend it",
           "BRENT,2025-08-05,n/a", where="x.csv:2"),
    _price("price-with-comma", "1,234.5 without quotes", "not_a_number",
           "close BRENT,2025-08-05,1,234.5 is not a number; mend it", "BRENT,2025-08-05,1,234.5"),
    _price("price-with-unit", "a unit or a thousands mark", "not_a_number", "close 1_000 is not a number; mend it",
           "BRENT,2025-08-05,1_000"),
    _price("price-row-cut-short", "a row with too few cells", "not_a_number",
           "close BRENT,2025-08-05,66,6 is not a number; mend it", "BRENT,2025-08-05,66,6", head=OHLC),
    _price("open-is-text", "text in another number", "not_a_number", "open is not a number; mend it",
           "BRENT,2025-08-05,x,66,1,USD", head=OHLC),
    _price("empty-close", "no close", "missing_close", "close is empty; leave the row out or give the price",
           "BRENT,2025-08-05,"),
    _price("infinite", "inf", "not_a_number", "close inf is not a number", "BRENT,2025-08-05,inf"),
    _price("nan", "nan", "not_a_number", "close nan is not a number", "BRENT,2025-08-05,nan"),
    _price("negative", "a negative price", "nonpositive", "BRENT is not above 0; mend it or set allows_nonpositive",
           "BRENT,2025-08-05,-37.6"),
    _price("zero", "a price of 0", "nonpositive", "BRENT is not above 0; mend it", "BRENT,2025-08-05,0"),
    _price("negative-allowed", "a negative price where `allows_nonpositive`", ACCEPTED, "stored",
           "SPREAD,2025-08-05,-0.25", kept={"SPREAD 2025-08-05": "-0.25"}),
    _price("price-bad-date", "a date that is none", "bad_date", "date 5 August is not YYYY-MM-DD; mend it",
           "BRENT,5 August,66"),
    _price("price-date-with-tail", "a date with something behind it", "bad_date",
           "date 2025-08-05x is not YYYY-MM-DD; mend it", "BRENT,2025-08-05x,66"),
    _price("price-date-with-time", "a date with a time of day", "bad_date",
           "date 2025-08-05 22:00:00 is not YYYY-MM-DD; mend it", "BRENT,2025-08-05 22:00:00,66"),
    _price("price-date-is-a-word", "`epoch`, `infinity`", "bad_date", "date epoch is not YYYY-MM-DD; mend it",
           "BRENT,epoch,66"),
    _price("price-year-0001", "year 0001", "date_out_of_range", "0001-01-01 lies outside 1970-01-01 ... 2100-01-01",
           "BRENT,0001-01-01,66"),
    _price("price-year-9999", "year 9999", "date_out_of_range", "9999-12-31 lies outside 1970-01-01 ... 2100-01-01",
           "BRENT,9999-12-31,66"),
    _price("price-after-the-clock", "a date after the run's clock", ACCEPTED,
           "counted as `not_yet`, left out until its day", "BRENT,2025-08-25,66"),
    _price("unknown-symbol", "a symbol that `instruments.csv` lacks", "unknown_symbol",
           "symbol NOPE is not in instruments.csv; add it there", "NOPE,2025-08-05,66"),
    _price("price-conflict", "two prices for one day", "conflict",
           "BRENT has different prices for 2025-08-05; keep one", "BRENT,2025-08-05,66", "BRENT,2025-08-05,67",
           times=2),
    _price("price-twice", "the same row twice", ACCEPTED, "stored once, counted as unchanged", "BRENT,2025-08-05,66",
           "BRENT,2025-08-05,66", kept={"BRENT 2025-08-05": "66.0"}),
    _price("out-of-order", "rows in any order", ACCEPTED, "stored", "BRENT,2025-08-07,68", "BRENT,2025-08-05,66",
           kept={"BRENT 2025-08-05": "66.0", "BRENT 2025-08-07": "68.0"}),
    _price("off-session", "a day that is no session", ACCEPTED,
           "stored; `price_status` is `off_session`, it enters no return", "BRENT,2025-08-09,66",
           kept={"BRENT 2025-08-09": "66.0"}),
    _price("other-currency", "another currency than declared", "wrong_currency",
           "BRENT is quoted in USD, not GBP; give its prices in USD", "BRENT,2025-08-05,66,66,1,GBP", head=OHLC),
    _price("price-crlf-bom", "a byte order mark, line ends of Windows", ACCEPTED, "read like any other",
           files={"x.csv": b"\xef\xbb\xbfsymbol,date,close\r\nBRENT,2025-08-05,66\r\n"},
           kept={"BRENT 2025-08-05": "66.0"}),
    _price("ending-in-capitals", "an ending in capitals", ACCEPTED, "read like any other",
           files={"X.CSV": "symbol,date,close\nBRENT,2025-08-05,66\n"}, kept={"BRENT 2025-08-05": "66.0"}),
    _price("parquet-midnight", "Parquet timestamps at midnight", ACCEPTED, "the date of their own zone",
           files={"x.parquet": _parquet(symbol=["BRENT"], close=[66], date=pa.array(
               [datetime(2025, 8, 5, 4, tzinfo=UTC)], pa.timestamp("us", "America/New_York")))},
           kept={"BRENT 2025-08-05": "66.0"}),
    _price("price-unknown-zone", "Parquet timestamps in a zone that is none", "exit 1",
           "has column 'date' in zone 'Europe/Londn', which is unknown; use UTC",
           files={"x.parquet": _parquet(symbol=["BRENT"], close=[66], date=pa.array(
               [0], pa.timestamp("s", "Europe/Londn")))}),
    _price("price-column-missing", "no column `close`", "exit 1",
           "lacks column 'close'; such files have symbol, date, close", "BRENT,2025-08-05,66",
           head="symbol,date,price"),
    _price("price-column-twice", "two columns of one name", "exit 1", "has column 'close' twice; keep one",
           "BRENT,2025-08-05,66,67", head="symbol,date,close,close"),
    _price("price-quote-never-closed", "a quote that is never closed", "exit 1",
           "is not a readable CSV file (unexpected end of data", 'BRENT,2025-08-05,"66', "BRENT,2025-08-06,67"),
    _price("price-invalid-utf8", "a file that is not UTF-8", "exit 1", "is not valid UTF-8 (byte 21); save it as UTF-8",
           files={"x.csv": b"symbol,date,close\nSPY\xe9,2025-08-05,1\n"}),
    _price("price-cut-short", "a packed file that ends too early", "exit 1",
           "is not a readable CSV file (Compressed file ended",
           files={"x.csv.gz": gzip.compress(b"symbol,date,close\n", mtime=0)[:-9]}),
    Case("price", "missing-price-file", "a file that is not there", "exit 1",
         "nowhere.csv does not exist; give a price file", paths=["nowhere.csv"]),
    Case("price", "no-usable-price", "not one usable price", "exit 1",
         "no usable price, 1 set aside; the first one: bad.csv:2: symbol NOPE is not in instruments.csv",
         {"bad/bad.csv": "symbol,date,close\nNOPE,2025-08-05,1\n"}, paths=["bad"]),
    _price("bad-dividend", "a dividend of an unknown symbol, without date, of nan, of 0 or less", "bad_dividend",
           "not a known symbol, a date and an amount above 0; mend the row", times=7,
           files={"dividends.csv": "symbol,ex_date,amount\nNOPE,2025-08-05,1\n,2025-08-05,1\nSPY,soon,1\n"
                  "SPY,2025-08-05,nan\nSPY,2025-08-05,inf\nSPY,2025-08-05,-1\nSPY\n"}),
]  # fmt: skip


def _seed(case: str, what: str, message: str, *edits: tuple[str, str, str | bytes | None]) -> Case:
    return Case("configuration", case, what, "exit 2", message, edits=edits)


_ATTACK = "\nattack~,event,assault,,act,place,,,3,"
_ITA = "simple,false,SPY,2,sample;files;yahoo,1,,"
_HEAD = (
    "symbol,label,clock,currency,adjustment,return_kind,allows_nonpositive,benchmark_symbol,publication_lag_hours,"
    "providers,defense,energy,european_risk_premium\n"
)
_FRED = "\nVIX,fred,VIXCLS,"
_BBC = "  feed: https://feeds.bbci.co.uk/news/world/rss.xml\n"
CONFIGURATION = [
    _seed("valence-out-of-range", "a valence beyond -4 ... 4", "valences.geo = '4.1': Input should be less than or",
          ("lexicon.csv", _ATTACK, "\nattack~,event,assault,,act,place,,,4.1,")),
    _seed("valence-is-text", "text for a valence", "valences.geo = 'high': Input should be a valid number",
          ("lexicon.csv", _ATTACK, "\nattack~,event,assault,,act,place,,,high,")),
    _seed("unknown-column", "an unknown column of a seed", "unknown key 'geoo'; did you mean 'geo'?",
          ("lexicon.csv", ",geo,", ",geoo,")),
    _seed("unknown-key", "an unknown key in YAML", "unknown key 'lable'; did you mean 'label'?",
          ("themes.yaml", "  label: Defense", "  lable: Defense")),
    _seed("missing-seed", "a seed file is missing", "clocks.csv: the file is missing; restore it from the repository",
          ("clocks.csv", "", None)),
    _seed("seed-not-utf8", "a seed file that is not UTF-8", "exposures.csv:2: not valid UTF-8; save the file as UTF-8",
          ("exposures.csv", "", b"phrase\ncaf\xe9\n")),
    _seed("seed-without-rows", "a seed file without rows", "lexicon.csv: holds no row; restore it",
          ("lexicon.csv", "", "phrase,kind,block,scope,level,gate,factor,tone,geo,defense,energy,"
           "european_risk_premium,rationale\n")),
    _seed("duplicate-symbol", "an entry twice", "symbol 'SPY' stands 2 times; keep one",
          ("instruments.csv", "\nITA,", "\nSPY,")),
    _seed("duplicate-phrase", "a phrase twice", "phrase and kind 'attack~, event' stands 2 times; keep one",
          ("lexicon.csv", "\nair strike~,event", "\nattack~,event")),
    _seed("duplicate-theme", "a theme twice", "theme 'defense' stands twice; remove one of the two",
          ("themes.yaml", "\nenergy:", "\ndefense:")),
    _seed("theme-without-instrument", "a theme without instruments", "theme 'defense' has no instrument; give one a",
          ("instruments.csv", "", f"{_HEAD}VIX,V,XNYS,index,none_needed,difference,false,,2,files,,1,1\n")),
    _seed("theme-without-column", "a new theme without its columns", "lexicon.csv:1: column 'water' is missing; add a",
          ("themes.yaml", "\nenergy:", "\nwater:\n  label: W\n  clock: XNYS\n  shrinkage: 1\n  meaning: M\nenergy:")),
    _seed("empty-themes", "an empty themes.yaml", "themes.yaml: one mapping of entries expected; write `name:`",
          ("themes.yaml", "", "")),
    _seed("no-theme", "a themes.yaml without a theme", "themes.yaml: holds no theme; restore it",
          ("themes.yaml", "", "{}\n")),
    _seed("unknown-clock", "a clock that is not declared", "clock of BRENT is 'LSE', which is not defined; use one of",
          ("instruments.csv", "(EIA),LON_BRENT,", "(EIA),LSE,")),
    _seed("unknown-calendar", "a calendar that is none", "clock XETR: no calendar 'XFRANKFURT'; use a calendar of",
          ("clocks.csv", "\nXETR,XETR,", "\nXETR,XFRANKFURT,")),
    _seed("no-strike", "a clock without strike", "strike = 'nothing': Field required; mend strike",
          ("clocks.csv", "XLON,Europe/London,16:30,", "XLON,Europe/London,,")),
    _seed("bad-strike", "a strike that is no time", "strike = '4pm': String should match pattern",
          ("clocks.csv", "XLON,Europe/London,16:30,", "XLON,Europe/London,4pm,")),
    _seed("close-of-target", "a close of TARGET, which has none", "clock ECB_FIX: TARGET has no close; give a time",
          ("clocks.csv", "Europe/Berlin,14:15,", "Europe/Berlin,close,")),
    _seed("bad-zone", "a zone that is none", "zone = 'Europe/Londn': no such time zone, use an IANA name",
          ("clocks.csv", "XLON,Europe/London,16:30,", "XLON,Europe/Londn,16:30,")),
    _seed("lead-over-a-day", "a lead longer than a day", "lead_minutes = '1441': Input should be less than or equal",
          ("clocks.csv", "XLON,Europe/London,16:30,15", "XLON,Europe/London,16:30,1441")),
    _seed("shrinkage-0", "shrinkage 0", "shrinkage = 0: Input should be greater than 0; mend shrinkage",
          ("themes.yaml", "shrinkage: 1.0\n  meaning: Plus = more", "shrinkage: 0\n  meaning: Plus = more")),
    _seed("shrinkage-too-small", "a shrinkage of 0.00001", "kept with 4 decimals, where it is 0; give at least 0.0001",
          ("themes.yaml", "shrinkage: 1.0\n  meaning: Plus = more", "shrinkage: 0.00001\n  meaning: Plus = more")),
    _seed("shrinkage-beyond-storage", "a shrinkage of 1,000,000", "Input should be less than or equal to 1000",
          ("themes.yaml", "shrinkage: 1.0\n  meaning: Plus = more", "shrinkage: 1000000\n  meaning: Plus = more")),
    _seed("benchmark-is-no-instrument", "a benchmark that is no instrument",
          "benchmark of ITA is 'SPX', which is not defined; use one of",
          ("instruments.csv", _ITA, "simple,false,SPX,2,sample;files;yahoo,1,,")),
    _seed("benchmark-is-itself", "an instrument that is its own benchmark",
          "benchmark of ITA is ITA itself; name another or leave it empty",
          ("instruments.csv", _ITA, "simple,false,ITA,2,sample;files;yahoo,1,,")),
    _seed("unknown-provider", "a provider that is none", "providers.2 = 'yaho': Input should be 'yahoo', 'fred'",
          ("instruments.csv", _ITA, "simple,false,SPY,2,sample;files;yaho,1,,")),
    _seed("provider-without-series", "a live provider without a series",
          "ITA names provider fred, which has no series of it; add the line ITA,fred,... to series.csv",
          ("instruments.csv", _ITA, "simple,false,SPY,2,sample;files;yahoo;fred,1,,")),
    _seed("series-of-no-instrument", "a series of no instrument",
          "symbol 'VXI' is not in instruments.csv; add it there or mend it",
          ("series.csv", _FRED, "\nVXI,fred,VIXCLS,")),
    _seed("series-of-another-provider", "a series of a provider that the instrument does not name",
          "eia is no provider of VIX; name eia in column 'providers'", ("series.csv", _FRED, "\nVIX,eia,VIXCLS,")),
    _seed("series-twice", "two series of one provider", "VIX of cboe stands 2 times; keep one",
          ("series.csv", _FRED, "\nVIX,cboe,VIXCLS,")),
    _seed("yahoo-currency", "a currency of Yahoo, whose closes are a session late",
          "Yahoo labels the closes of EURUSD=X a session late; take the rate from ecb",
          ("series.csv", _FRED, "\nVIX,yahoo,EURUSD=X,")),
    _seed("feed-without-address", "a live source without its address", "a live source needs feed; mend this entry",
          ("sources.yaml", _BBC, "")),
    _seed("feed-is-no-address", "an address that is none", "feed = 'feeds.bbci.co.uk': String should match pattern",
          ("sources.yaml", _BBC, "  feed: feeds.bbci.co.uk\n")),
    _seed("feed-twice", "two live sources of one address",
          "feed 'https://www.theguardian.com/world/rss' stands 2 times; keep one",
          ("sources.yaml", _BBC, "  feed: https://www.theguardian.com/world/rss\n")),
    _seed("feed-format", "a format that is none", "format = 'atom': Input should be 'rss' or 'gdelt'",
          ("sources.yaml", f"{_BBC}  format: rss\n", f"{_BBC}  format: atom\n")),
    _seed("archive-with-feed", "an archive with the fields of a feed", "an archive has no feed; mend this entry",
          ("sources.yaml", "  latency_minutes: 0\n  covers_from: 2025-01-02\n  covers_to: 2025-09-29\n"
           "  now: 2025-10-08T06:00:00Z\nsecond_wire:", "  feed: https://wire.example/\nsecond_wire:")),
    _seed("terms-without-link", "a live source without a link to its terms",
          "the terms of a live source are a link to its publisher's, not 'free'",
          ("sources.yaml", "  terms: https://www.bbc.co.uk/usingthebbc/terms/\n", "  terms: free\n")),
    _seed("unknown-exchange", "an exchange of its own that is none",
          "calendar of HO.PA is 'XPARIS', which is none; use a calendar of",
          ("instruments.csv", "defense_equity,XPAR,", "defense_equity,XPARIS,")),
]  # fmt: skip


def _option(case: str, what: str, outcome: str, message: str, **options: object) -> Case:
    return Case("option", case, what, outcome, message, options=options)


OPTIONS = [
    _option("from-after-to", "`--from` after `--to`", "exit 2", "--from 2025-08-12 is after --to 2025-08-05; swap them",
            from_date=date(2025, 8, 12), to_date=date(2025, 8, 5)),
    _option("naive-now", "`--now` without zone", "exit 2", "has no zone; write it like 2025-09-08T06:00:00Z",
            now=NAIVE),
    _option("now-out-of-range", "`--now` of year 9999", "exit 2", "lies outside 1970-01-01 ... 2100-01-01; mend --now",
            now=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
    _option("from-out-of-range", "`--from` of year 0001", "exit 2",
            "--from 0001-01-01 lies outside 1970-01-01 ... 2100-01-01; mend --from", from_date=date(1, 1, 1)),
    _option("range-without-session", "a weekend alone", "exit 2",
            "no session has closed between 2025-08-09 and 2025-08-10; mend --from, --to or --now",
            from_date=date(2025, 8, 9), to_date=date(2025, 8, 10)),
    _option("range-after-the-clock", "a range after the clock", "exit 2", "mend --from, --to or --now",
            from_date=date(2025, 9, 1)),
    _option("network-is-none", "`--allow-network` with what is no network", "exit 2",
            "10.1.2.3/16 has host bits set; write it like 10.1.0.0/16", allow_networks=("10.1.2.3/16",)),
    _option("feeds-beside-seeds", "`--articles feeds` beside `seeds`", "exit 2",
            "the embedded demonstration and your own articles need a --home each", articles=("feeds", "seeds")),
    _option("live-beside-sample", "`--prices live` beside `--prices sample`", "exit 2",
            "--prices live and --prices sample do not go together; give live, or files of your own",
            prices=("live", "sample")),
    _option("to-far-ahead", "`--to` far after the clock", ACCEPTED, "cut to the last closed session",
            to_date=date(2099, 12, 31)),
    _option("seeds-beside-own", "`--articles seeds` beside own articles", "exit 2",
            "the embedded demonstration and your own articles need a --home each; run them one by one",
            articles=("seeds", "news")),
    _option("seeds-after-own", "`--articles seeds` into a home of own articles", "exit 2",
            "holds articles of your own; give these articles another folder with --home", articles=("seeds",)),
]  # fmt: skip

CASES = [*ARTICLES, *PRICES, *CONFIGURATION, *OPTIONS]

_SECTION = re.compile(r"(?<=<!-- cases: )(?P<kind>\w+) -->\n.*?(?=<!-- end -->)", re.DOTALL)


def table(kind: str) -> str:
    """The Markdown table of one kind of input."""
    lines = ["| case | what | outcome | message |", "| --- | --- | --- | --- |"]
    for case in CASES:
        if case.kind == kind:
            outcome = case.outcome
            if outcome.startswith("exit"):
                outcome = f"stops, {outcome}"
            elif outcome != ACCEPTED:
                outcome = f"set aside: `{outcome}`"
            message = case.message if case.outcome == ACCEPTED else f"“{case.message}”"
            lines.append(f"| {case.case} | {case.what} | {outcome} | {message.replace('|', '&#124;')} |")
    return "\n".join(lines) + "\n"


def with_tables(page: str) -> str:
    """The page with each table between its marks written anew."""
    return _SECTION.sub(lambda m: f"{m['kind']} -->\n\n{table(m['kind'])}\n", page)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
