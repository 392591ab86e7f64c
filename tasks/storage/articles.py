"""Article sources: folders and files of text become `Article`s; what cannot is a `Rejected` with its reason.

A folder is read recursively: `.md`, `.markdown` and `.txt` files, front matter or not, digests or plain text, and the
tables of `tasks.storage.article_tables`.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import yaml

from tasks.domain.articles import Article, Precision, Rejected, Section, SourceKind
from tasks.domain.availability import StampError, available_at, is_future, last_instant, parse_stamp
from tasks.domain.digests import parse_sections
from tasks.domain.errors import SourceError
from tasks.domain.feed_items import STALE_AFTER, staleness
from tasks.domain.gkg import tone
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import DEFAULT_SOURCE, FIELDS, SUFFIXES, RawItem, read_table
from tasks.storage.files import expand
from tasks.storage.languages import judge_language

TEXT_SUFFIXES = (".md", ".markdown", ".txt", ".md.gz", ".txt.gz")
MAX_BYTES = 2_000_000
"""Larger than any article; such a file is a dump or an attack and is set aside."""

SEEDS = "seeds"
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<fields>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_PAYLOAD = 500
MAX_FIELDS, MAX_BRACKETS = 20_000, 100
"""Characters and opening brackets of a front matter; YAML reads slowly, and nested brackets much more slowly."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How items are read: the run's clock, the declared sources, whether a date is needed at all, live or not.

    Files are archives, also of a source that is live by now; a live item is one that we saw ourselves.
    """

    now: datetime
    sources: Mapping[str, Source]
    needs_date: bool = True
    kind: SourceKind = "archive"


def article_path(seeds: Path, name: str) -> Path:
    """The path behind one `--articles` value: the embedded folder for `seeds`, else the user's own."""
    return seeds / "articles" if name == SEEDS else Path(name)


def read_articles(paths: Sequence[Path], reading: Reading) -> Iterator[Article | Rejected]:
    """Every item of the paths: files, folders of files, or patterns like `news/*.csv.gz`; names in sorted order.

    Raises:
        SourceError: a path does not exist, holds no article file, or is a table that cannot be read. Faults of
            single items are `Rejected`.
    """
    for item in read_items(file for path in paths for file in article_files(path)):
        yield item if isinstance(item, Rejected) else shape(item, reading)


def read_items(files: Iterable[Path]) -> Iterator[RawItem | Rejected]:
    """Every item of the files, not yet judged, in order.

    Raises:
        SourceError: a file is a table that cannot be read.
    """
    for file in files:
        if file.name.lower().endswith(SUFFIXES):
            yield from read_table(file)
        else:
            yield _read_file(file)


def article_files(path: Path) -> list[Path]:
    """The article files behind a path, sorted: the file itself, what a folder holds, or what a pattern matches.

    Raises:
        SourceError: there is none.
    """
    places = expand(path)
    found = [child for place in places for child in ([place] if place.is_file() else place.rglob("*"))]
    if not places:
        raise SourceError(f"{path} does not exist; give a folder of articles, an article file or a pattern")
    kinds = (*TEXT_SUFFIXES, *SUFFIXES)
    # A set: `news/**` matches a folder and the folders in it.
    files = sorted({child for child in found if child.is_file() and child.name.lower().endswith(kinds)})
    if not files:
        raise SourceError(f"{path} holds no article; article files end in {', '.join(kinds)}")
    return files


def _read_file(path: Path) -> RawItem | Rejected:
    location = str(path)
    try:
        # One byte more than allowed is enough to know, also of a small archive of a large text.
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as fault:
        message = f"cannot be read ({fault}); write the file again"
        return Rejected("unreadable", location, message, DEFAULT_SOURCE)
    if len(content) > MAX_BYTES:
        message = f"more than the {MAX_BYTES:,} bytes of an article; split the file"
        return Rejected("oversized", location, message, DEFAULT_SOURCE)
    if b"\x00" in content:
        message = "not a text file (NUL bytes); save the article as UTF-8 text"
        return Rejected("binary", location, message, DEFAULT_SOURCE, payload=content[:40].hex())
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as fault:
        message = f"byte {fault.start} is not valid UTF-8; save the file as UTF-8"
        return Rejected("invalid_utf8", location, message, DEFAULT_SOURCE, payload=content[:40].hex())
    try:
        fields, body = split_front_matter(text)
    except ValueError as fault:
        return Rejected("bad_front_matter", location, str(fault), DEFAULT_SOURCE, payload=text[:_PAYLOAD])
    return RawItem(location, fields, body)


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """Part a YAML front matter from the text below it; every value stays the text that it was.

    Raises:
        ValueError: the block between the `---` lines is not a flat YAML mapping, or a field of ours stands twice or
            is no text.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    if len(match["fields"]) > MAX_FIELDS or len(re.findall(r"[\[{]", match["fields"])) > MAX_BRACKETS:
        raise ValueError("the front matter is no short list of `name: value` lines; keep text below it")
    try:
        # Nodes, not values: a scalar stays the text it was (a date keeps its precision), a second key is seen.
        root = yaml.compose(match["fields"], Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        raise ValueError("the front matter is not valid YAML; mend its quotes or indentation") from None
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("the front matter is not a list of `name: value` lines; mend it")
    flat: dict[str, str] = {}
    for key, value in root.value:
        name = str(key.value)
        if name in flat and name in FIELDS:
            raise ValueError(f"{name} stands twice in the front matter; keep one")
        if isinstance(value, yaml.ScalarNode):
            flat[name] = value.value
        elif name in FIELDS:
            raise ValueError(f"{name} is a list or a block of names, not text; write it on one line")
    if any(_HALF_CHARACTER.search(value) for value in flat.values()):
        raise ValueError("the front matter escapes half a character (\\uD800 ... \\uDFFF); write the character itself")
    return flat, text[match.end() :]


def shape(item: RawItem, reading: Reading) -> Article | Rejected:
    """Judge one item: the rules of docs/methodology.md on its dates, then its text."""
    name = item.fields.get("source", "").strip() or DEFAULT_SOURCE
    given_id = item.fields.get("article_id", "").strip() or None
    source = reading.sources.get(name)
    payload = (item.text or item.fields.get("title", ""))[:_PAYLOAD].encode("utf-8", "replace").decode()
    if unfit := _text_fault(item):
        return Rejected(*unfit, name, given_id, payload)
    sections = _sections(item)
    text = "\n".join(section.text for section in sections)
    language, foreign = judge_language(_declared_language(item, source), text)
    if foreign:
        return Rejected("language", item.location, foreign, name, given_id, payload)
    if not text.strip():
        return Rejected("empty", item.location, "no text and no title; nothing to score", name, given_id, payload)
    try:
        dates = _dates(item, reading, source)
    except StampError as fault:
        return Rejected(fault.reason, item.location, str(fault), name, given_id, payload)
    content = "\n".join(f"{section.name}\n{section.text}" for section in sections)
    url = item.fields.get("url", "").strip() or None
    identity = "\n".join((name, url or "", item.fields.get("published_at", "").strip(), content))
    return Article(
        article_id=given_id or f"a-{_sha(identity)[:20]}",
        source=name,
        url=url,
        language=language,
        sections=sections,
        published_at=dates.published_at,
        precision=dates.precision,
        first_seen_at=dates.first_seen_at,
        available_at=dates.available_at,
        content_hash=_sha(content),
        location=item.location,
        gdelt_tone=tone(item.fields.get("gdelt_tone", "")) if reading.kind == "live" else None,
    )


class _Dates(NamedTuple):
    """The instants of one item; all None where none is given and none is needed."""

    published_at: datetime | None = None
    precision: Precision = "day"
    first_seen_at: datetime | None = None
    available_at: datetime | None = None


def _dates(item: RawItem, reading: Reading, source: Source | None) -> _Dates:
    """When the item was published, seen and available.

    Raises:
        StampError: a stamp gives no instant, or one that cannot be (`future_date`), or the item is old (`stale_item`).
    """
    stamp, zone = item.fields.get("published_at", "").strip(), source.zone if source else None
    if not stamp and not reading.needs_date:
        return _Dates()
    published, precision = parse_stamp(stamp, zone)
    first_seen = _first_seen(item.fields.get("first_seen_at", "").strip(), zone, reading.now)
    if is_future(published, first_seen, reading.now):
        seen = min(first_seen or reading.now, reading.now).isoformat()
        raise StampError("future_date", f"published_at {stamp} lies after {seen}, when it was known; mend the date")
    if reading.kind == "live" and first_seen and (old := staleness(published, item.fields.get("url"), first_seen)):
        rule = f"{old}, more than {STALE_AFTER.days} days before it was seen first ({first_seen:%Y-%m-%d})"
        raise StampError("stale_item", f"{rule}; an old item is no news of today, nothing to mend")
    latency = timedelta(minutes=source.latency_minutes if source else 0)
    available = available_at(published, precision, first_seen, kind=reading.kind, zone=zone, latency=latency)
    return _Dates(published, precision, first_seen, available)


def _declared_language(item: RawItem, source: Source | None) -> str:
    """As the item says, else as its source does, empty if it must be looked at.

    An archive declares the language of each of its items; an English feed also brings items in others.
    """
    declared = item.fields.get("language", "").strip()
    if not declared and source and (source.kind == "archive" or source.language != "en"):
        return source.language
    return declared


def _first_seen(text: str, zone: str | None, now: datetime) -> datetime | None:
    """The last instant that the stamp of the first sighting can mean; None where there is none."""
    if not text:
        return None
    seen_at, precision = parse_stamp(text, zone, "first_seen_at")
    if is_future(seen_at, None, now):
        raise StampError("future_date", f"first_seen_at {text} lies after {now.isoformat()}, the run's clock; mend it")
    return last_instant(seen_at, precision, zone)


def _text_fault(item: RawItem) -> tuple[str, str, str] | None:
    """(reason, location, message) of a text that cannot be stored as text; None when it can."""
    text = "".join((item.text, *item.fields.values()))  # one search instead of one a field
    if len(text) > MAX_BYTES:
        return "oversized", item.location, f"more than {MAX_BYTES:,} characters; split the item"
    if not text.isascii() and _HALF_CHARACTER.search(text):
        return "invalid_utf8", item.location, "holds bytes that are not valid UTF-8; save it as UTF-8"
    if "\x00" in text:
        return "binary", item.location, "holds NUL characters; give plain text"
    return None


def _sections(item: RawItem) -> tuple[Section, ...]:
    """Title and summary from the fields, the rest from the text."""
    title = item.fields.get("title")
    sections = parse_sections(item.text, title if title is None else title.strip())
    summary = item.fields.get("summary", "").strip()
    if not summary:
        return sections
    head = [section for section in sections if section.name == "title"]
    return (*head, Section("summary", summary), *sections[len(head) :])


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
