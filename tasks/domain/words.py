"""Words of a sentence and whole-word phrase matching: one pass, linear in the words.

"senator" never matches "nato" and "turmoil" never matches "oil", because phrases are compared word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from tasks.domain.lexicon import expand

RowT = TypeVar("RowT")

CACHE_LIMIT = 200_000
"""Folded words kept; a full cache is emptied, so that memory stays bounded."""

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|(?<![\d-])\d{1,3}-\d(?![\d-])|\d[\d,.]*|[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
SCORELINE = "scoreline"
"""How "3-0" and "117-3" read: games are full of attacks and strikes."""
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
        elif word is None:
            word = token.lower().removesuffix("'s").replace("'", "").rstrip(".,") or token
        self[token] = word
        return word


_FOLDED = _Folded()


def words_of(sentence: str) -> list[str]:
    """Folded words and single punctuation marks of a cleaned sentence, hyphens separating words."""
    fold = _FOLDED.__getitem__
    return [fold(token) for token in _TOKEN.findall(sentence) if token not in "-'\""]


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
        heads: dict[str, list[tuple[tuple[str, ...], RowT]]] = {}
        for spelling in sorted(spellings, key=len, reverse=True):
            heads.setdefault(spelling[0], []).append((spelling, spellings[spelling]))
        self._heads: Mapping[str, list[tuple[tuple[str, ...], RowT]]] = heads

    def find(self, words: Sequence[str]) -> list[tuple[int, int, RowT]]:
        """(start, end, row) of every match in the order of the words; `end` is exclusive."""
        heads = self._heads
        found: list[tuple[int, int, RowT]] = []
        free = 0
        for start in [at for at, word in enumerate(words) if word in heads]:
            if start < free:
                continue
            for spelling, row in heads[words[start]]:
                end = start + len(spelling)
                if len(spelling) == 1 or tuple(words[start:end]) == spelling:
                    found.append((start, end, row))
                    free = end
                    break
        return found
