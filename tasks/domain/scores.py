"""What scoring returns: a sentence and an article on every axis, with the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from tasks.domain.articles import SectionName
from tasks.domain.lexicon import Level

Direction = Literal[-1, 0, 1]


class Span(NamedTuple):
    """One matched phrase and what it adds to an axis before normalisation, with all that acted on it."""

    phrase: str
    kind: str
    value: float
    notes: tuple[str, ...]


class AxisScore(NamedTuple):
    """A sentence on one axis: relevance in [0, 1], score in [-1, 1], both 4 decimals, and the receipt.

    `price`: score of the price move that the sentence reports; 0 when it reports none. It is `score` only when
    the sentence names no event at all.
    """

    relevance: float
    score: float
    spans: tuple[Span, ...]
    price: float = 0.0


class SentenceScore(NamedTuple):
    """A sentence with its scores; `sentence_no` counts from 1 over the whole article, title first."""

    sentence_no: int
    section: SectionName
    section_weight: float
    text: str
    vader_score: float
    tone_score: float
    is_price_move: bool
    level: Level
    axes: Mapping[str, AxisScore]


class ArticleAxis(NamedTuple):
    """An article on one axis. Scores in [-1, 1], 4 decimals; `risk_score` is 0.0 when nothing is relevant.

    `direction`: -1, 0, 1; 0 when irrelevant, neutral, mixed or too weak.
    """

    relevance: float
    is_relevant: bool
    vader_score: float
    tone_score: float
    risk_score: float
    direction: Direction
    is_price_move: bool


class ArticleScore(NamedTuple):
    """All sentences of an article and its row per axis (the themes, then `geo`)."""

    sentences: tuple[SentenceScore, ...]
    axes: Mapping[str, ArticleAxis]
