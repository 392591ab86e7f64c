"""The bytes of a feed as text that a parser may have: one encoding for sure, nothing that explodes or never ends."""

from __future__ import annotations

import codecs
import re
import sys

from tasks.domain.errors import SourceError

MAX_MARKS = 150_000
"""Tags and their like in a feed; a hundred items with everything have a tenth of it. Time and memory follow them."""

MAX_ATTRIBUTES = 200
"""In one tag; feedparser's time grows with their square."""

_BOMS = (  # the longer ones first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WIDE = ((b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"), (b"\0<", "utf-16-be"), (b"<\0", "utf-16-le"))
_DECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_EVERYDAY = re.compile(
    r"(?:iso8859-\d+|cp125\d|mac-.*|koi8-[rtu]|gb.*|big5.*|euc_.*|shift_jis.*|cp932|cp949|tis-620|ascii|latin.*)"
)
"""Encodings of the press, as Python names them. Others that a feed may declare (punycode, UTF-7, escapes) are slow,
or hide what the guards below look for."""

_PROLOG = re.compile(r"\A(?:\ufeff|\s)*<\?xml[^>]{0,500}\?>")
_REFERENCE = re.compile(r"&#([xX][0-9a-fA-F]+|[0-9]+);")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_CROWDED = re.compile(
    r"<[a-zA-Z][^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*){%d}" % (MAX_ATTRIBUTES + 1)  # noqa: UP031
)
_CLOSED = re.compile(r"</(?:[\w-]+:)?(?:rss|rdf|feed)\s*>(?:\s|<!--.*?-->)*\Z", re.IGNORECASE | re.DOTALL)


def decode_feed(body: bytes, content_type: str) -> str:
    """The text of a feed, and never an exception: bytes that no encoding explains become U+FFFD.

    A byte order mark decides, then what is valid UTF-8 is UTF-8, whatever is declared: servers name encodings that
    their feeds do not have. Then the server's and the feed's own declaration, then Windows-1252.
    """
    for mark, name in (*_BOMS, *_WIDE):
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = [match[1] for match in [_CHARSET.search(content_type)] if match]
    declared += [match[1].decode() for match in [_DECLARED.match(body)] if match]
    for name in ["utf-8", *filter(_is_everyday, declared)]:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode("cp1252", "replace")


def _is_everyday(name: str) -> bool:
    try:
        return _EVERYDAY.fullmatch(codecs.lookup(name).name) is not None
    except LookupError:
        return False


def checked_feed(text: str) -> bytes:
    """The text as UTF-8 with no other declaration, as a parser may have it.

    Raises:
        SourceError: it declares entities, or is so full of tags or attributes that parsing it could take minutes.
    """
    if _ENTITY.search(text):
        raise SourceError("declares entities, which can grow without end; nothing was read, ask its publisher")
    if text.count("<") > MAX_MARKS:
        raise SourceError(f"has more than {MAX_MARKS:,} tags; nothing was read, ask its publisher for a shorter feed")
    if _CROWDED.search(text):
        raise SourceError(f"has a tag with more than {MAX_ATTRIBUTES} attributes; nothing was read, ask its publisher")
    text = _REFERENCE.sub(_character, _PROLOG.sub("", text, count=1))
    return text.encode("utf-8", "replace")


def _character(reference: re.Match[str]) -> str:
    """The reference, or a mark for one beyond Unicode, at which feedparser would give up the whole feed."""
    digits = reference[1].lstrip("xX0") or "0"
    code = int(digits, 16 if reference[1][0] in "xX" else 10) if len(digits) < 10 else sys.maxsize
    return reference[0] if code <= sys.maxunicode else "\ufffd"


def is_complete(text: str) -> bool:
    """True when the feed ends with its closing tag; else its last item may be cut in the middle."""
    return _CLOSED.search(text[-2_000:]) is not None
