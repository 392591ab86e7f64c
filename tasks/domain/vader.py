"""VADER (Hutto & Gilbert 2014, MIT licence) as an engine that is linear in the text and takes any lexicon.

`vader_score` is defined by vaderSentiment 3.3.2, whose `polarity_scores` lower-cases the whole token list for
every lexicon word: quadratic, 285 s for 200 KB. This file states the same rules once per token, on a cache of
token records; a test holds it equal to the package, oddities included. The oddities carry the word "sic".
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from itertools import compress

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

CACHE_LIMIT = 200_000
"""Token records kept; a full cache is emptied, so that memory stays bounded on endless vocabularies."""

_NEGATE = frozenset(NEGATE)
_DAMPING = (1.0, 0.95, 0.9)

TokenRecord = tuple[str, str, float | None, float | None, bool, bool]
"""Token without punctuation, lower case, valence, booster, negates, is upper case."""


def package_lexicon() -> dict[str, float]:
    """The 7,500 valences (-4 ... 4) of vaderSentiment 3.3.2."""
    return dict(SentimentIntensityAnalyzer().lexicon)


def package_emojis() -> dict[str, str]:
    """Emoji -> its description in words, of vaderSentiment 3.3.2."""
    return dict(SentimentIntensityAnalyzer().emojis)


class Vader:
    """Compound score of a sentence under one lexicon.

    Args:
        lexicon: lower-case token -> valence, -4 ... 4.
        emojis: character -> description.
    """

    def __init__(self, lexicon: Mapping[str, float], emojis: Mapping[str, str]) -> None:
        """Keep the lexicon; token records are made when first met."""
        self._lexicon = lexicon
        self._emojis = emojis
        self._no_emoji = frozenset(emojis)
        self._records: dict[str, TokenRecord] = {}

    def compound(self, text: str) -> float:
        """VADER's compound score in [-1, 1], rounded to 4 decimals; 0.0 for text without lexicon words."""
        if not self._no_emoji.isdisjoint(text):
            text = self._describe_emojis(text)
        text = text.strip()
        tokens = [self._record(raw) for raw in text.split()]
        valued = [token[2] is not None and token[3] is None for token in tokens]
        if not any(valued):
            return 0.0
        differs = 0 < sum(token[5] for token in tokens) < len(tokens)
        sentiments = [0.0] * len(tokens)
        for i in compress(range(len(tokens)), valued):
            if tokens[i][1] == "kind" and i + 1 < len(tokens) and tokens[i + 1][1] == "of":
                continue
            sentiments[i] = self._valence(tokens, i, differs)
        _weigh_but(tokens, sentiments)
        return _compound(sentiments, text)

    def _record(self, raw: str) -> TokenRecord:
        record = self._records.get(raw)
        if record is None:
            if len(self._records) >= CACHE_LIMIT:
                self._records.clear()
            stripped = raw.strip(string.punctuation)
            token = raw if len(stripped) <= 2 else stripped
            lower = token.lower()
            negates = lower in _NEGATE or "n't" in lower
            record = (token, lower, self._lexicon.get(lower), BOOSTER_DICT.get(lower), negates, token.isupper())
            self._records[raw] = record
        return record

    def _describe_emojis(self, text: str) -> str:
        parts: list[str] = []
        after_space = True
        for character in text:
            description = self._emojis.get(character)
            if description is None:
                parts.append(character)
                after_space = character == " "
            else:
                parts.append(description if after_space else " " + description)
                after_space = False
        return "".join(parts)

    def _valence(self, tokens: list[TokenRecord], i: int, differs: bool) -> float:
        """Valence of token i after "no", capitals, boosters, negations, idioms and "least"."""
        valence = self._base_valence(tokens, i)
        if tokens[i][5] and differs:
            valence += C_INCR if valence > 0 else -C_INCR
        for back in range(3):
            if i > back and tokens[i - back - 1][2] is None:
                valence += _boost(tokens[i - back - 1], valence, differs) * _DAMPING[back]
                valence = _negate(tokens, i, back, valence)
                if back == 2:
                    valence = _apply_idioms(tokens, i, valence)
        is_least = i > 0 and tokens[i - 1][1] == "least" and tokens[i - 1][2] is None
        if is_least and (i == 1 or tokens[i - 2][1] not in ("at", "very")):
            valence *= N_SCALAR
        return valence

    def _base_valence(self, tokens: list[TokenRecord], i: int) -> float:
        lower, value = tokens[i][1], tokens[i][2]
        assert value is not None  # only valued tokens come here
        valence = value
        if lower == "no" and i != len(tokens) - 1 and tokens[i + 1][2] is not None:
            valence = 0.0
        if (
            (i > 0 and tokens[i - 1][1] == "no")
            or (i > 1 and tokens[i - 2][1] == "no")
            or (i > 2 and tokens[i - 3][1] == "no" and tokens[i - 1][1] in ("or", "nor"))
        ):
            valence = value * N_SCALAR
        return valence


def _boost(token: TokenRecord, valence: float, differs: bool) -> float:
    scalar = token[3]
    if scalar is None:
        return 0.0
    if valence < 0:
        scalar = -scalar
    if token[5] and differs:
        scalar += C_INCR if valence > 0 else -C_INCR
    return scalar


def _negate(tokens: list[TokenRecord], i: int, back: int, valence: float) -> float:
    """Negation by the word `back + 1` places before token i."""
    before = tokens[i - back - 1]
    one = tokens[i - 1][1]
    two = tokens[i - 2][1] if back else ""
    if back == 1:
        if before[1] == "never" and one in ("so", "this"):
            return valence * 1.25
        if before[1] == "without" and one == "doubt":
            return valence
    elif back == 2:
        # sic: "and" binds before "or", so any "so" or "this" right before a word strengthens it.
        if (before[1] == "never" and two in ("so", "this")) or one in ("so", "this"):
            return valence * 1.25
        if before[1] == "without" and "doubt" in (two, one):
            return valence
    return valence * N_SCALAR if before[4] else valence


def _apply_idioms(tokens: list[TokenRecord], i: int, valence: float) -> float:
    three, two, one, zero = (tokens[j][1] for j in (i - 3, i - 2, i - 1, i))
    for idiom in (f"{one} {zero}", f"{two} {one} {zero}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}"):
        if idiom in SPECIAL_CASES:
            valence = SPECIAL_CASES[idiom]
            break
    if i + 1 < len(tokens):
        valence = SPECIAL_CASES.get(f"{zero} {tokens[i + 1][1]}", valence)
    if i + 2 < len(tokens):
        valence = SPECIAL_CASES.get(f"{zero} {tokens[i + 1][1]} {tokens[i + 2][1]}", valence)
    for gram in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
        valence += BOOSTER_DICT.get(gram, 0.0)
    return valence


def _weigh_but(tokens: list[TokenRecord], sentiments: list[float]) -> None:
    """Halve what stands before the first "but", raise by half what stands behind it."""
    words = [token[1] for token in tokens]
    if "but" not in words:
        return
    but = words.index("but")
    for k in range(len(sentiments)):
        # sic: the package looks the value up again and changes its first occurrence.
        at = sentiments.index(sentiments[k])
        if at < but:
            sentiments[at] *= 0.5
        elif at > but:
            sentiments[at] *= 1.5


def _compound(sentiments: list[float], text: str) -> float:
    total = float(sum(sentiments))
    if total:
        exclamations, questions = min(text.count("!"), 4) * 0.292, text.count("?")
        emphasis = exclamations + (0.0 if questions < 2 else questions * 0.18 if questions <= 3 else 0.96)
        total += emphasis if total > 0 else -emphasis
    return round(total / math.sqrt(total * total + 15), 4)
