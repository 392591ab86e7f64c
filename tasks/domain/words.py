"""Words of a sentence and whole-word phrase matching: one pass, linear in the words.

"senator" never matches "nato" and "turmoil" never matches "oil", because phrases are compared word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from typing import Generic, TypeVar

from tasks.domain.lexicon import expand

RowT = TypeVar("RowT")

CACHE_LIMIT = 200_000
"""Folded words kept; a full cache is emptied, so that memory stays bounded."""

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


class _Folded(dict[str, str]):
    """Token -> word to match: lower case, no possessive, no apostrophe; "US" is a country, "us" is not."""

    def __missing__(self, token: str) -> str:
        if len(self) >= CACHE_LIMIT:
            self.clear()
        word = _ACRONYMS.get(token)
        if token[0].isdigit() and "-" in token:
            word = SCORELINE
        elif _YEAR.fullmatch(token):
            word = OLDEN
        elif word is None:
            word = token.lower().removesuffix("'s").replace("'", "").rstrip(".,") or token
        self[token] = word
        return word


_FOLDED = _Folded()


def words_of(sentence: str) -> list[str]:
    """Folded words and single punctuation marks of a cleaned sentence, hyphens separating words."""
    fold = _FOLDED.__getitem__
    return [fold(token) for token in _TOKEN.findall(sentence) if token not in "-'\"&"]


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
    def heads(self) -> Set[str]:
        """Words that a phrase may begin with."""
        return self._heads.keys()

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
