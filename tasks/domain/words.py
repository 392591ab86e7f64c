"""Words of a sentence and whole-word phrase matching: one pass, linear in the words.

"senator" never matches "nato" and "turmoil" never matches "oil", because phrases are compared word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from typing import Any, Generic, TypeVar

from tasks.domain.lexicon import expand

RowT = TypeVar("RowT")

CACHE_LIMIT = 200_000
"""Pieces of text kept; a full cache is emptied, so that memory stays bounded."""

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|(?<![\d-])\d{1,3}-\d(?![\d-])|\d(?:[\d,.]*\d)?|[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
SCORELINE = "scoreline"
"""How "3-0" and "117-3" read: games are full of attacks and strikes."""
OLDEN = "olden"
"""How a year of the last century reads: what happened then is no news."""
_YEAR = re.compile(r"19\d\d")
_ACRONYMS = {"US": "usa", "U.S.": "usa", "U.S.A.": "usa", "USA": "usa", "U.K.": "uk", "E.U.": "eu", "U.N.": "un"}


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for lists that read better as one."""
    return frozenset(text.split())


def _fold(token: str) -> str:
    """The word to match: lower case, no possessive, no apostrophe; "US" is a country, "us" is not."""
    if token[0].isdigit() and "-" in token:
        return SCORELINE
    if _YEAR.fullmatch(token):
        return OLDEN
    return _ACRONYMS.get(token) or token.lower().removesuffix("'s").replace("'", "").rstrip(".,") or token


class _Pieces(dict[str, tuple[str, ...]]):
    """What stands between two blanks -> its words; no token and nothing that a token depends on spans a blank."""

    def __missing__(self, piece: str) -> tuple[str, ...]:
        if len(self) >= CACHE_LIMIT:
            self.clear()
        words = tuple(_fold(token) for token in _TOKEN.findall(piece) if token not in "-'\"&")
        self[piece] = words
        return words


_PIECES = _Pieces()


def words_of(sentence: str) -> list[str]:
    """Folded words and single punctuation marks of a cleaned sentence, hyphens separating words."""
    return [word for piece in sentence.split() for word in _PIECES[piece]]


class PhraseTable(Generic[RowT]):
    """Finds the phrases of many rows in a list of words: leftmost, then longest, never overlapping.

    Args:
        rows: phrase (with `~` for inflections) -> row; the first of two rows with one spelling wins.
    """

    def __init__(self, rows: Iterable[tuple[str, RowT]]) -> None:
        """Index every spelling by its first word."""
        spellings: dict[tuple[str, ...], RowT] = {}
        for phrase, row in rows:
            for spelling in expand(phrase):
                spellings.setdefault(spelling, row)
        by_length: dict[str, dict[int, dict[tuple[str, ...], RowT]]] = {}
        for spelling, row in spellings.items():
            by_length.setdefault(spelling[0], {}).setdefault(len(spelling), {})[spelling] = row
        # First word -> (length, spelling -> row), longest first.
        self._heads = {head: tuple(sorted(lengths.items(), reverse=True)) for head, lengths in by_length.items()}

    @property
    def beginnings(self) -> Set[tuple[str, ...]]:
        """The first two words of every phrase, or its only one."""
        return {spelling[:2] for lengths in self._heads.values() for _, rows in lengths for spelling in rows}

    def find(self, words: Sequence[str], starts: Iterable[int] | None = None) -> list[tuple[int, int, RowT]]:
        """(start, end, row) of every match in the order of the words; `end` is exclusive.

        `starts`: positions to look at, in order, when the caller knows which words begin a phrase.
        """
        heads = self._heads
        found: list[tuple[int, int, RowT]] = []
        free = 0
        for start in range(len(words)) if starts is None else starts:
            lengths = heads.get(words[start])
            if lengths is None or start < free:
                continue
            for length, rows in lengths:
                row = rows.get(tuple(words[start : start + length]))
                if row is not None:
                    free = start + length
                    found.append((start, free, row))
                    break
        return found


class Openings:
    """Finds where phrases of several tables may begin: most first words of a phrase are not followed by its second.

    Args:
        tables: the tables, known by their numbers from 0.
    """

    def __init__(self, tables: Sequence[PhraseTable[Any]]) -> None:
        """Index the tables by the first two words of their phrases."""
        alone: dict[str, set[int]] = {}
        followed: dict[str, dict[str, set[int]]] = {}
        for number, table in enumerate(tables):
            for word, *after in table.beginnings:
                numbers = alone.setdefault(word, set())
                (followed.setdefault(word, {}).setdefault(after[0], set()) if after else numbers).add(number)
        # First word -> the tables where it is a phrase, and by the second word those where it may be one.
        self._openings = {
            word: (
                tuple(sorted(numbers)),
                {after: tuple(sorted(numbers | more)) for after, more in followed.get(word, {}).items()},
            )
            for word, numbers in alone.items()
        }

    def find(self, words: Sequence[str], end: int) -> dict[int, list[int]]:
        """Table -> where in `words[:end]` one of its phrases may begin, in order; without tables that have none."""
        starts: dict[int, list[int]] = {}
        openings = self._openings
        for at in range(end):
            opening = openings.get(words[at])
            if opening is not None:
                alone, followed = opening
                for number in followed.get(words[at + 1], alone) if at + 1 < len(words) else alone:
                    starts.setdefault(number, []).append(at)
        return starts
