"""Rows of GDELT's Global Knowledge Graph 2.1: what of a row is news, and what is known of when it was published. Pure.

A row describes one page of the web: 27 columns, tab separated, no quotes (GKG codebook 2.1, 2015). The title and the
page's own stamp came later and stand in the last column, between tags. That column is no XML: titles and links carry
bare `&` signs, so the two tags are looked for, and no parser expands anything.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from tasks.domain.feed_items import clean_url, headline

COLUMNS = 27
WEB = "1"
"""Source collection of the open web, whose document identifier is a link; others are citations without one."""

TONE_LIMIT = 100.0
"""V2Tone is a percentage of the page's words: positive less negative ones."""

_DATE, _COLLECTION, _LINK, _TONE, _TRANSLATION, _EXTRAS = 1, 2, 4, 15, 25, 26
_TITLE = re.compile(r"<PAGE_TITLE>(.{0,2000}?)</PAGE_TITLE>", re.DOTALL)
_STAMP = re.compile(r"<PAGE_PRECISEPUBTIMESTAMP>(\d{14})</PAGE_PRECISEPUBTIMESTAMP>", re.ASCII)
_TRANSLATED_FROM = re.compile(r"srclc:(\w{2,3})")
_LABEL = re.compile(r"\d{14}", re.ASCII)
_SITE = re.compile(r"^(?P<title>.*\S)\s+[|–—:»·-]\s+(?P<site>[^|–—»·]{1,60})$", re.DOTALL)


class GkgError(ValueError):
    """A row that cannot be read; `str()` is the rule and the remedy."""


@dataclass(frozen=True, slots=True)
class GkgItem:
    """A page: its link and title, when it was published, and its tone.

    `published_at` is an ISO 8601 stamp: to the minute (or second) where the page itself says so, else the day on which
    GDELT saw it. `tone` is V2Tone's first number, in per cent of the page's words, -100 ... 100; None where it is none.
    `language` is empty for a page that was English.
    """

    url: str
    title: str
    published_at: str
    tone: Decimal | None
    language: str


def parse_label(text: str) -> datetime:
    """The instant of a batch label or stamp like `20250818161500`, which is UTC.

    Raises:
        GkgError: it is none.
    """
    try:
        if _LABEL.fullmatch(text):
            return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise GkgError(f"{text[:20]!r} is no instant like 20250818161500; leave the row out")


def is_of(url: str, domains: tuple[str, ...]) -> bool:
    """True for a link to one of the domains or below it (`uk.reuters.com` is of `reuters.com`); of none, all are."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    return not domains or any(host == domain or host.endswith(f".{domain}") for domain in domains)


def link_of(line: str) -> str:
    """The link of a row, empty where it has none: enough to know whether the row is asked for."""
    cells = line.split("\t", _LINK + 1)
    return cells[_LINK].strip() if len(cells) > _LINK else ""


def parse_row(line: str, batch: datetime, seen_at: datetime) -> GkgItem:
    """Read one row.

    Args:
        line: without its line break.
        batch: the instant in the file's name, the same in each of its rows.
        seen_at: when we fetched the file; GDELT labels a batch with an instant up to a quarter of an hour ahead.

    Raises:
        GkgError: it is no row of this batch, or no page of the web.
    """
    cells = line.split("\t")
    if len(cells) != COLUMNS:
        raise GkgError(f"{len(cells)} columns, {COLUMNS} expected; the row is left out")
    if parse_label(cells[_DATE]) != batch:
        raise GkgError(f"date {cells[_DATE]}, but the batch is {batch:%Y%m%d%H%M%S}; the row is left out")
    url = clean_url(cells[_LINK]) if cells[_COLLECTION] == WEB else None
    if url is None:
        raise GkgError(f"{cells[_LINK][:100]!r} is no link to a page; the row is left out")
    title = _TITLE.search(cells[_EXTRAS])
    translated = _TRANSLATED_FROM.search(cells[_TRANSLATION])
    return GkgItem(
        url,
        page_title(title[1] if title else "", url),
        published(cells[_EXTRAS], min(batch, seen_at)),
        tone(cells[_TONE]),
        translated[1] if translated else "",
    )


def published(extras: str, seen_at: datetime) -> str:
    """When a page was published, as ISO 8601: its own stamp, else the day on which it was seen.

    The batch says when GDELT saw the page, minutes or years after its publication. A stamp after that is one whose zone
    was lost on the way (a page of Lagos gives local time as if it were UTC), so it is not believed.
    """
    match = _STAMP.search(extras)
    try:
        stamp = parse_label(match[1]) if match else None
    except GkgError:
        stamp = None
    if stamp is None or stamp > seen_at:
        return seen_at.date().isoformat()
    return f"{stamp:%Y-%m-%dT%H:%M}" + (f":{stamp:%S}Z" if stamp.second else "Z")


def tone(cell: str) -> Decimal | None:
    """The average tone of V2Tone (tone, positive, negative, polarity, ...), with six decimals."""
    try:
        value = float(cell.split(",")[0])
    except ValueError:
        return None
    return Decimal(f"{value:.6f}") if math.isfinite(value) and abs(value) <= TONE_LIMIT else None


def page_title(markup: str, url: str) -> str:
    """The title of a page without the name of its site at the end (`Troops cross | Reuters`)."""
    title = headline(markup, [])
    match = _SITE.match(title)
    return match["title"] if match and _names_site(match["site"], url) else title


def _names_site(text: str, url: str) -> bool:
    """True when a title's last part is the site's name: `BBC News` of bbc.co.uk, `Financial Times` of ft.com."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    labels = (urlsplit(url).hostname or "").lower().split(".")
    name, bare, initials = "".join(words), "".join(words).removeprefix("the"), "".join(word[0] for word in words)
    for label in (label for label in labels[:-1] if len(label) > 1 and label not in ("www", "com", "co", "edition")):
        site = label.replace("-", "")
        if name and (initials == site or (len(site) > 2 and (name.startswith(site) or site.endswith(bare)))):
            return True
    return False
