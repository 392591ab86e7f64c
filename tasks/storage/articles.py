"""Article sources: folders and files of text become `Article`s; what cannot is a `Rejected` with its reason.

A folder is read recursively: `.md`, `.markdown` and `.txt` files, front matter or not, digests or plain text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import yaml

from tasks.domain.articles import Article, Precision, Rejected, Section
from tasks.domain.availability import StampError, available_at, is_future, parse_stamp
from tasks.domain.digests import parse_sections
from tasks.domain.errors import SourceError
from tasks.domain.taxonomy import Source

TEXT_SUFFIXES = (".md", ".markdown", ".txt")
MAX_BYTES = 2_000_000
"""Larger than any article; such a file is a dump or an attack and is set aside."""

SEEDS = "seeds"
DEFAULT_SOURCE = "files"
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<fields>.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)
_PAYLOAD = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """How items are read: the run's clock, the declared sources, and whether a date is needed at all."""

    now: datetime
    sources: Mapping[str, Source]
    needs_date: bool = True


@dataclass(frozen=True, slots=True)
class RawItem:
    """An item before it is judged: its fields as text, its body, and where it was found."""

    location: str
    fields: Mapping[str, str]
    text: str


def article_path(seeds: Path, name: str) -> Path:
    """The path behind one `--articles` value: the embedded folder for `seeds`, else the user's own."""
    return seeds / "articles" if name == SEEDS else Path(name)


def read_articles(paths: Sequence[Path], reading: Reading) -> Iterator[Article | Rejected]:
    """Every item below the paths, in the order of their sorted names.

    Raises:
        SourceError: a path does not exist or is of no known kind. Faults of single items are `Rejected`.
    """
    for path in paths:
        if not path.exists():
            raise SourceError(f"{path} does not exist; give a folder of articles or an article file")
        files = sorted(child for child in path.rglob("*") if child.is_file()) if path.is_dir() else [path]
        texts = [child for child in files if child.suffix.lower() in TEXT_SUFFIXES]
        if not texts:
            raise SourceError(f"{path} holds no article; text files end in {', '.join(TEXT_SUFFIXES)}")
        for child in texts:
            item = _read_file(child)
            yield item if isinstance(item, Rejected) else shape(item, reading)


def _read_file(path: Path) -> RawItem | Rejected:
    location = str(path)
    size = path.stat().st_size
    if size > MAX_BYTES:
        message = f"{size:,} bytes, more than the {MAX_BYTES:,} of an article; split the file"
        return Rejected("oversized", location, message, DEFAULT_SOURCE)
    content = path.read_bytes()
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
        ValueError: the block between the `---` lines is not a flat YAML mapping.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    try:
        # BaseLoader leaves every scalar as text: a date must keep the precision it was written with.
        fields = yaml.load(match["fields"], Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        raise ValueError("the front matter is not valid YAML; mend its quotes or indentation") from None
    if not isinstance(fields, dict):
        raise ValueError("the front matter is not a list of `name: value` lines; mend it")
    return {str(key): value for key, value in fields.items() if isinstance(value, str)}, text[match.end() :]


def shape(item: RawItem, reading: Reading) -> Article | Rejected:
    """Judge one item: the rules of METHOD §2 on its dates, then its text."""
    name = item.fields.get("source", "").strip() or DEFAULT_SOURCE
    given_id = item.fields.get("article_id", "").strip() or None
    source = reading.sources.get(name)
    zone = source.zone if source else None
    sections = _sections(item)
    payload = item.text[:_PAYLOAD]
    if not sections or not any(section.text.strip() for section in sections):
        return Rejected("empty", item.location, "no text and no title; nothing to score", name, given_id, payload)
    if sum(len(section.text) for section in sections) > MAX_BYTES:
        message = f"more than {MAX_BYTES:,} characters; split the item"
        return Rejected("oversized", item.location, message, name, given_id, payload)
    stamp = item.fields.get("published_at", "").strip()
    published = first_seen = available = None
    precision: Precision = "day"
    if stamp or reading.needs_date:
        try:
            published, precision = parse_stamp(stamp, zone)
            seen_text = item.fields.get("first_seen_at", "").strip()
            first_seen = parse_stamp(seen_text, zone)[0] if seen_text else None
        except StampError as fault:
            return Rejected(fault.reason, item.location, str(fault), name, given_id, payload)
        if is_future(published, first_seen, reading.now):
            message = f"published_at {stamp} lies after {min(first_seen or reading.now, reading.now).isoformat()}"
            return Rejected("future_date", item.location, message, name, given_id, payload)
        latency = timedelta(minutes=source.latency_minutes if source else 0)
        available = available_at(published, precision, first_seen, kind="archive", zone=zone, latency=latency)
    content = "\n".join(f"{section.name}\n{section.text}" for section in sections)
    url = item.fields.get("url", "").strip() or None
    identity = "\n".join((name, url or "", stamp, content))
    return Article(
        article_id=given_id or f"a-{_sha(identity)[:20]}",
        source=name,
        url=url,
        language=item.fields.get("language", "").strip() or (source.language if source else "en"),
        sections=sections,
        published_at=published,
        precision=precision,
        first_seen_at=first_seen,
        available_at=available,
        content_hash=_sha(content),
    )


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
