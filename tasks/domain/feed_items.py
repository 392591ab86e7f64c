"""What is news in an item of a feed: text without markup, links without tracking, one name for one item. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

EXCERPT = 1_000
"""Characters of a summary that are kept: what a quotation may be, and where a lead ends. Some feeds send all."""

MARKUP = 20_000
"""Characters of markup that are read for it."""

STALE_AFTER = timedelta(days=7)
"""An item that was published longer ago when we see it first is no news of today; the horizon of `novelty`."""

_BLOCKS = {"p", "br", "div", "li", "ul", "ol", "tr", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
_SILENT = {"script", "style", "noscript", "template", "figcaption"}
_BOILERPLATE = re.compile(
    r"\s*(?:The post .{1,300} appeared first on .{1,100}|(?:Continue reading|Read more|Read the full (?:story|article))"
    r"(?:\s*\.{3}|\s*…|\s*»|\s*→|\s*>>)?)\s*$"
)
_TRACKING = re.compile(
    r"(?i)utm_.*|at_(?:medium|campaign|campaign_type|custom\d|link_.*|format|bbc_team|ptr_name)|(?:fb|g|d|y|ms)cl(?:id|kid)"
    r"|mc_[ce]id|igshid|ocid|cmp(?:id)?|ns_(?:mchannel|source|campaign|linkname|fee)|traffic_source|maca|xtor|ftag|rss|_ga"
)
_UNFINISHED = re.compile(r"<(?:[a-zA-Z/!][^<>]*)?\Z")
_REISSUE = re.compile(r"#\d+\s*$")
_DAY_IN_PATH = re.compile(
    r"/(?P<year>(?:19|20)\d{2})[/-](?P<month>\d{1,2}|[a-z]{3})[/-](?P<day>\d{1,2})(?=[/_.-]|$)", re.I
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


class _Text(HTMLParser):
    """Collects the text between tags; blocks become lines."""

    def __init__(self, are_lines_kept: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent, self._are_lines_kept = 0, are_lines_kept

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        self.parts.append("\n" if tag in _BLOCKS else "")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(self._silent - (tag in _SILENT), 0)
        self.parts.append("\n" if tag in _BLOCKS else "")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data if self._are_lines_kept else data.replace("\n", " "))


def plain_text(markup: str) -> str:
    """The text of a piece of HTML, or of plain text: no tags, scripts or entities, one space between words.

    Blocks are lines, or lines are, where there is no markup. Only the first `MARKUP` characters are read.
    """
    head = _UNFINISHED.sub("", markup[:MARKUP])
    reader = _Text(are_lines_kept="<" not in head)
    reader.feed(head)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def lead(markup: str, title: str) -> str:
    """What a summary adds to its title: its text without boilerplate, cut after a sentence; empty for nothing."""
    text = _BOILERPLATE.sub("", plain_text(markup))
    if len(text) > EXCERPT:
        head = text[:EXCERPT]
        ends = [match.end() for match in re.finditer(r"[.!?][\"')\]”’]*(?=\s)|\n", head)]
        text = head[: ends[-1] if ends else max(head.rfind(" "), 1)].rstrip()
    is_the_title = title and text.casefold().startswith(title.casefold()) and len(text) < len(title) + 60
    return "" if is_the_title else text


def headline(markup: str, suffixes: list[str]) -> str:
    """A title as one line of text, without the suffixes (` - Publisher`) that are no news."""
    title = " ".join(plain_text(markup).split())
    for suffix in suffixes:
        bare = title.removesuffix(suffix.rstrip()).rstrip()
        title = bare or title
    return title


def clean_url(url: str, base: str = "") -> str | None:
    """The link, read from `base`, without tracking parameters and fragment; None where it is no http or https link."""
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return None
    except ValueError:
        return None
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, query, fragment))


def item_id(source: str, url: str | None, guid: str, title: str) -> str:
    """One name for one item, however often it is issued: its source, link (else guid) and title.

    The title belongs to it: live pages carry many headlines under one link, and each of them is news. A guid counts
    without the `#1`, `#2`, ... that some publishers add to issue it again, and letters, case and marks of the title
    only as far as they are read.
    """
    told = " ".join(re.findall(r"\w+", title.casefold()))
    identity = "\n".join((source, url or _REISSUE.sub("", guid), told))
    return f"a-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"


def day_in_url(url: str | None) -> date | None:
    """The day that a link names in its path, like `/2023/08/17/` or `/2023/aug/17/`; None where it names none."""
    try:
        match = _DAY_IN_PATH.search(urlsplit(url or "").path)
        if match is None:
            return None
        name = match["month"].lower()
        month = _MONTHS.index(name) + 1 if name in _MONTHS else int(name) if name.isdecimal() else 0
        return date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        return None


def staleness(published_at: datetime, url: str | None, seen_at: datetime) -> str | None:
    """What shows that an item was old when it was seen first, as the middle of a sentence; None for news.

    A feed may issue an old item again, with its old date, or with a new one beside a link that names the old day.
    """
    if seen_at - published_at > STALE_AFTER:
        return f"published {published_at:%Y-%m-%d}"
    day = day_in_url(url)
    if day is not None and seen_at.date() - day > STALE_AFTER:
        return f"its link says {day}"
    return None
