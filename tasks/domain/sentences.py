"""Clean text and cut it into sentences: stdlib only, linear in the length of the text.

VADER reads white-space tokens, so typography decides scores: `isn’t` with a curly apostrophe is no negation
and `“progress,”` is no word. Everything is therefore brought to plain quotes, dashes and spaces first.
"""

from __future__ import annotations

import html
import re

from tasks.domain.words import word_set

MAX_TOKENS = 100
"""Longest sentence, in white-space tokens. Text without punctuation is cut here: no step is quadratic."""

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ＇`´", "'"),
        **dict.fromkeys("“”„‟″«»＂", '"'),
        **dict.fromkeys("‐‑⁃−", "-"),
        **dict.fromkeys("–—―", " - "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        **dict.fromkeys("\u00a0\u2007\u202f\u2009\u200a\u3000\t\v\f", " "),
        **dict.fromkeys("\r\u2028\u2029\u0085", "\n"),
        "…": "...",
        "•": "\n- ",
    }
)
_BLOCK_TAG = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|table|blockquote)\b[^<>]{0,400}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SPACES = re.compile(r" {2,}")
_LINES = re.compile(r" *\n[ \n]*")

_BULLET = re.compile(r"^[-*] +|(?<=[.?!:'\"]) - (?=[A-Z'\"])")
_END = re.compile(r"[.?!]+['\")\]]* +(?=['\"(\[]*[A-Z0-9])")
_DOTTED = re.compile(r"(?:^|[\s(\"'])(?:[A-Za-z]\.)+$")
_ABBREVIATIONS = word_set(
    """adm. ave. brig. capt. cmdr. co. col. corp. dept. dr. fr. gen. gov. hon. inc. jr. llc. lt. ltd. maj. messrs. mr.
    mrs. ms. mt. no. pres. prof. rep. reps. rev. sec. sen. sens. sgt. sr. st. supt. vs. v. approx. est. fig. al.
    jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec."""
)
_STARTERS = word_set("The A An In On At But And However He She It They We This That These Those If As For")


def clean_text(text: str) -> str:
    """Plain typography: straight quotes, `-` for dashes, single spaces, no tags, entities or invisible characters.

    Line breaks are kept as single newlines; cleaning a cleaned text changes nothing that scoring reads.
    """
    if "&" in text:
        text = html.unescape(text)
    # Most titles are plain: each pass is spared where it could change nothing.
    if not text.isascii() or "`" in text or not text.isprintable():
        text = text.translate(_PLAIN)
    if "<" in text:
        text = _TAG.sub(" ", _BLOCK_TAG.sub("\n", text))
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _LINES.sub("\n", text)
    return text.strip()


def split_sentences(text: str) -> list[str]:
    """Clean `text` and cut it at line breaks, bullets and sentence ends.

    Abbreviations (`Corp.`, `Sen.`, `U.S.`) end a sentence only before a word that starts one. No sentence is
    empty or longer than `MAX_TOKENS` white-space tokens; their tokens in order are those of the cleaned text,
    bullet marks apart.
    """
    sentences: list[str] = []
    for line in clean_text(text).split("\n"):
        for item in _BULLET.split(line) if "-" in line or "*" in line else (line,):
            for sentence in _split_line(item.strip()):
                sentences.extend(_bounded(sentence))
    return sentences


def _split_line(line: str) -> list[str]:
    """Cut one line at `.`, `?`, `!` followed by a space and a capital, a digit or a quote."""
    if "." not in line and "?" not in line and "!" not in line:
        return [line] if line else []
    parts: list[str] = []
    start = 0
    for end in _END.finditer(line):
        if _is_abbreviation(line[max(start, end.start() - 20) : end.start() + 1], line[end.end() : end.end() + 12]):
            continue
        parts.append(line[start : end.end()].strip())
        start = end.end()
    parts.append(line[start:].strip())
    return [part for part in parts if part]


def _is_abbreviation(before: str, after: str) -> bool:
    """Whether the full stop that ends `before` belongs to an abbreviation and `after` goes on with the sentence."""
    if not before.endswith("."):
        return False
    if _DOTTED.search(before):
        # "U.S. Special Envoy" goes on, "left the U.S. The talks" does not; an initial ("J. Smith") always goes on.
        return len(before.split()[-1].strip("(\"'")) == 2 or after.split(" ")[0] not in _STARTERS
    return before.split()[-1].strip("(\"'").lower() in _ABBREVIATIONS


def _bounded(sentence: str) -> list[str]:
    """Cut a sentence that is longer than `MAX_TOKENS`, and tokens longer than any word."""
    if len(sentence) < 2 * MAX_TOKENS:
        return [sentence]
    tokens = sentence.split()
    if len(tokens) <= MAX_TOKENS:
        return [sentence]
    return [" ".join(tokens[i : i + MAX_TOKENS]) for i in range(0, len(tokens), MAX_TOKENS)]
