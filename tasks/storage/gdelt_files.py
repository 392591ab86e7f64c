"""Files of GDELT 2.0: lists of batches, and the zipped tables themselves, as bytes. Nothing is fetched here.

Everything in them may have been written by anybody: sizes are checked before and while a file is unpacked, a name in a
list is used only if it is a name of a batch, and a row that cannot be read is set aside alone.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tasks.domain.articles import Rejected
from tasks.domain.errors import SourceError
from tasks.domain.feed_items import item_id
from tasks.domain.gkg import COLUMNS, GkgError, GkgItem, is_of, link_of, parse_label, parse_row
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import RawItem

PACKED_BYTES = 30_000_000
"""Of a zipped batch; they have 2 to 11 MB."""

UNPACKED_BYTES = 150_000_000
"""Of a batch; they have 7 to 40 MB."""

LINE_BYTES = 2_000_000
"""Of a row; the longest seen have 50 KB."""

SHOWN_ROWS = 20
"""Unreadable rows of a batch that are set aside one by one; the others follow in one piece."""

_NAME = re.compile(rb"(?P<size>\d{1,12}) (?P<md5>[0-9a-f]{32}) \S*?/(?P<label>\d{14})\.gkg\.csv\.zip", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """A batch that GDELT lists: its instant, the size and MD5 of its file."""

    batch: datetime
    size: int
    md5: str

    @property
    def label(self) -> str:
        """As in the file's name."""
        return f"{self.batch:%Y%m%d%H%M%S}"


@dataclass(frozen=True, slots=True)
class Batch:
    """What a file holds: how many rows, and the items or faults of those that are asked for."""

    row_count: int
    items: tuple[RawItem | Rejected, ...]


def read_list(body: bytes) -> list[Listed]:
    """The batches of `lastupdate.txt` or of (the end of) `masterfilelist.txt`, in order of time.

    Lines about other tables, and a line that is cut, are passed over: `size md5 address` of a GKG file is read, and of
    the address only the label, so that a list cannot send us elsewhere.

    Raises:
        SourceError: there is no such line, as in a page of HTML with status 200.
    """
    found: dict[datetime, Listed] = {}
    for line in body.splitlines():
        match = _NAME.fullmatch(line.strip())
        if match:
            try:
                batch = parse_label(match["label"].decode())
            except GkgError:
                continue
            found[batch] = Listed(batch, int(match["size"]), match["md5"].decode().lower())
    if not found:
        shown = body[:60].decode("utf-8", "replace")
        raise SourceError(f"lists no GKG batch but begins {shown!r}; look at the address in a browser")
    return [found[batch] for batch in sorted(found)]


def read_batch(body: bytes, listed: Listed, source: Source, seen_at: datetime) -> Batch:
    """Check, unpack and read one zipped batch.

    Args:
        body: the file.
        listed: what GDELT's list says of it.
        source: the entry of sources.yaml; rows about other domains than its own are counted and left out.
        seen_at: when we fetched it; the items' `first_seen_at`.

    Raises:
        SourceError: the file is not the listed one, is no zip of one table, too large, or most rows are unreadable.
    """
    _check_sum(body, listed)
    items: list[RawItem | Rejected] = []
    row_count = bad_count = 0
    for number, line in enumerate(_lines(body), start=1):
        row_count += 1
        location = f"{listed.label}.gkg.csv:{number}"
        try:
            if line.count("\t") != COLUMNS - 1:
                raise GkgError(f"{line.count(chr(9)) + 1} columns, {COLUMNS} expected; the row is left out")
            if is_of(link_of(line), source.domains):
                items.append(_item(parse_row(line, listed.batch, seen_at), location, source, seen_at))
        except GkgError as fault:
            bad_count += 1
            if bad_count <= SHOWN_ROWS:
                items.append(Rejected("bad_row", location, str(fault), source.source, payload=_shown(line)))
    if bad_count * 2 > row_count:
        raise SourceError(f"has {bad_count:,} unreadable rows of {row_count:,}; is it still GKG 2.1?")
    if bad_count > SHOWN_ROWS:
        message = f"{bad_count - SHOWN_ROWS:,} more rows cannot be read; see the {SHOWN_ROWS} before"
        items.append(Rejected("bad_row", f"{listed.label}.gkg.csv", message, source.source))
    return Batch(row_count, tuple(items))


def _check_sum(body: bytes, listed: Listed) -> None:
    found = hashlib.md5(body, usedforsecurity=False).hexdigest()
    if found != listed.md5:
        start = "; it begins like a page of HTML" if body.lstrip()[:1] == b"<" else ""
        rule = f"has {len(body):,} bytes and MD5 {found}, listed are {listed.size:,} and {listed.md5}{start}"
        raise SourceError(f"{rule}; it is asked for again")


def _lines(body: bytes) -> Iterator[str]:
    """The lines of the one file in a zip, unpacked little by little."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if len(members) != 1:
                raise SourceError(f"is a zip of {len(members)} files, one expected; report it to GDELT")
            if members[0].file_size > UNPACKED_BYTES:
                rule = f"unpacks to {members[0].file_size:,} bytes, {UNPACKED_BYTES:,} allowed"
                raise SourceError(f"{rule}; report it to GDELT")
            with archive.open(members[0]) as file:
                # zipfile stops at the size that the archive states, checked above, and compares the sum at the end.
                while raw := file.readline(LINE_BYTES + 1):
                    if len(raw) > LINE_BYTES:
                        raise SourceError(f"has a row of more than {LINE_BYTES:,} bytes; report it to GDELT")
                    # Bytes that are no UTF-8 become half characters, so that only a row that needs them is lost.
                    if line := raw.decode("utf-8", "surrogateescape").rstrip("\r\n"):
                        yield line
    # RuntimeError: encrypted; NotImplementedError: a way of packing that Python does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as fault:
        raise SourceError(f"is no readable zip ({fault}); report it to GDELT") from None


def _item(page: GkgItem, location: str, source: Source, seen_at: datetime) -> RawItem:
    fields = {
        "article_id": item_id(source.source, page.url, "", page.title),
        "source": source.source,
        "published_at": page.published_at,
        "first_seen_at": seen_at.isoformat(),
        "title": page.title,
        "url": page.url,
        "language": page.language,
        "gdelt_tone": "" if page.tone is None else str(page.tone),
    }
    return RawItem(location, {name: value for name, value in fields.items() if value}, "")


def _shown(line: str) -> str:
    return line[:200].encode("utf-8", "replace").decode()
