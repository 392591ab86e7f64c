"""VADER (Hutto & Gilbert 2014, MIT licence) as an engine that is linear in the text and takes any lexicon.

`vader_score` is defined by vaderSentiment 3.3.2, whose `polarity_scores` lower-cases the whole token list for
every lexicon word: quadratic, 285 s for 200 KB. This file states the same rules once per token, on a cache of
token records; a test holds it equal to the package, oddities included. The oddities carry the word "sic".
"""

from __future__ import annotations

import math
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

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
_NEGATED: float = N_SCALAR
_DAMPING = (1.0, 0.95, 0.9)
_ACTIVE = frozenset(word for gram in (*SPECIAL_CASES, *BOOSTER_DICT, *NEGATE) for word in gram.split()) | frozenset(
    ("no", "or", "nor", "so", "this", "doubt", "least", "at", "very", "kind", "of", "but")
)
"""Words that may change the valence of a neighbour."""


@dataclass(slots=True, eq=False)
class Token:
    """What the rules ask of a white-space token; made once for each spelling and read often.

    Not frozen: that would double the time of making one, and a large input makes hundreds of thousands.
    """

    lower: str
    valence: float | None
    booster: float | None
    negates: bool
    is_upper: bool
    is_valued: bool
    is_active: bool


class _Tokens(dict[str, Token]):
    """Spelling -> token under one lexicon."""

    def __init__(self, lexicon: Mapping[str, float]) -> None:
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, raw: str) -> Token:
        if len(self) >= CACHE_LIMIT:
            self.clear()
        stripped = raw.strip(string.punctuation)
        text = raw if len(stripped) <= 2 else stripped
        lower = text.lower()
        valence, booster = self._lexicon.get(lower), BOOSTER_DICT.get(lower)
        negates = lower in _NEGATE or "n't" in lower
        is_valued = valence is not None and booster is None
        is_active = negates or lower in _ACTIVE
        token = self[raw] = Token(lower, valence, booster, negates, text.isupper(), is_valued, is_active)
        return token


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
        """Keep the lexicon; tokens are made when first met."""
        self._emojis = emojis
        self._emoji_set = frozenset(emojis)
        self._has_ascii_emojis = any(character.isascii() for character in emojis)
        self._tokens = _Tokens(lexicon)

    def compound(self, text: str) -> float:
        """VADER's compound score in [-1, 1], rounded to 4 decimals; 0.0 for text without lexicon words."""
        if (self._has_ascii_emojis or not text.isascii()) and not self._emoji_set.isdisjoint(text):
            text = self._describe_emojis(text)
        tokens = list(map(self._tokens.__getitem__, text.split()))
        hits = [i for i, token in enumerate(tokens) if token.is_valued]
        if not hits:
            return 0.0
        uppers = [token.is_upper for token in tokens]
        differs = True in uppers and False in uppers
        if not differs and True not in [token.is_active for token in tokens]:
            return _compound([tokens[i].valence or 0.0 for i in hits], text)
        sentiments = [0.0] * len(tokens)
        for i in hits:
            sentiments[i] = _valence(tokens, i, differs)
        _weigh_but(tokens, sentiments)
        return _compound(sentiments, text)

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


def _valence(tokens: Sequence[Token], i: int, differs: bool) -> float:
    """Valence of token i after "no", capitals, boosters, negations, idioms and "least"."""
    token = tokens[i]
    if token.lower == "kind" and i + 1 < len(tokens) and tokens[i + 1].lower == "of":
        return 0.0
    valence = _base_valence(tokens, i)
    if token.is_upper and differs:
        valence += C_INCR if valence > 0 else -C_INCR
    for back in range(min(i, 3)):
        before = tokens[i - back - 1]
        if before.valence is None:
            valence += _boost(before, valence, differs) * _DAMPING[back]
            valence = _negate(tokens, i, back, valence)
            if back == 2:
                valence = _apply_idioms(tokens, i, valence)
    is_least = i > 0 and tokens[i - 1].lower == "least" and tokens[i - 1].valence is None
    if is_least and (i == 1 or tokens[i - 2].lower not in ("at", "very")):
        valence *= _NEGATED
    return valence


def _base_valence(tokens: Sequence[Token], i: int) -> float:
    """The lexicon's value; "no" before another valued word is a mere negation."""
    value = tokens[i].valence or 0.0
    if (
        (i > 0 and tokens[i - 1].lower == "no")
        or (i > 1 and tokens[i - 2].lower == "no")
        or (i > 2 and tokens[i - 3].lower == "no" and tokens[i - 1].lower in ("or", "nor"))
    ):
        return value * _NEGATED
    is_mere_no = tokens[i].lower == "no" and i != len(tokens) - 1 and tokens[i + 1].valence is not None
    return 0.0 if is_mere_no else value


def _boost(token: Token, valence: float, differs: bool) -> float:
    scalar: float | None = token.booster
    if scalar is None:
        return 0.0
    if valence < 0:
        scalar = -scalar
    if token.is_upper and differs:
        scalar += C_INCR if valence > 0 else -C_INCR
    return scalar


def _negate(tokens: Sequence[Token], i: int, back: int, valence: float) -> float:
    """Negation by the word `back + 1` places before token i."""
    before = tokens[i - back - 1]
    one = tokens[i - 1].lower
    two = tokens[i - 2].lower if back else ""
    if back == 1:
        if before.lower == "never" and one in ("so", "this"):
            return valence * 1.25
        if before.lower == "without" and one == "doubt":
            return valence
    elif back == 2:
        # sic: "and" binds before "or", so any "so" or "this" right before a word strengthens it.
        if (before.lower == "never" and two in ("so", "this")) or one in ("so", "this"):
            return valence * 1.25
        if before.lower == "without" and "doubt" in (two, one):
            return valence
    return valence * _NEGATED if before.negates else valence


def _apply_idioms(tokens: Sequence[Token], i: int, valence: float) -> float:
    three, two, one, zero = (tokens[j].lower for j in (i - 3, i - 2, i - 1, i))
    for idiom in (f"{one} {zero}", f"{two} {one} {zero}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}"):
        if idiom in SPECIAL_CASES:
            valence = SPECIAL_CASES[idiom]
            break
    if i + 1 < len(tokens):
        valence = SPECIAL_CASES.get(f"{zero} {tokens[i + 1].lower}", valence)
    if i + 2 < len(tokens):
        valence = SPECIAL_CASES.get(f"{zero} {tokens[i + 1].lower} {tokens[i + 2].lower}", valence)
    for gram in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
        valence += BOOSTER_DICT.get(gram, 0.0)
    return valence


def _weigh_but(tokens: Sequence[Token], sentiments: list[float]) -> None:
    """Halve what stands before the first "but", raise by half what stands behind it.

    sic: for each place in turn the package looks the value up again and changes its first occurrence, which may
    stand elsewhere. A heap of places per value finds that occurrence without a search.
    """
    but = next((i for i, token in enumerate(tokens) if token.lower == "but"), None)
    if but is None:
        return
    places: dict[float, list[int]] = defaultdict(list)
    for i, sentiment in enumerate(sentiments):
        places[sentiment].append(i)
    for k in range(len(sentiments)):
        value = sentiments[k]
        at = places[value][0]
        changed = value * (0.5 if at < but else 1.5 if at > but else 1.0)
        if changed != value:
            heappop(places[value])
            heappush(places[changed], at)
            sentiments[at] = changed


def _compound(sentiments: list[float], text: str) -> float:
    total = float(sum(sentiments))
    if total:
        exclamations, questions = min(text.count("!"), 4) * 0.292, text.count("?")
        emphasis = exclamations + (0.0 if questions < 2 else questions * 0.18 if questions <= 3 else 0.96)
        total += emphasis if total > 0 else -emphasis
    return round(total / math.sqrt(total * total + 15), 4)
