"""Score an article: each sentence on every axis, then one row per axis. Definitions: METHOD in docs/scoring.md."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tasks.domain.articles import Section, SectionName
from tasks.domain.clauses import Item, mute_factor, read_clauses
from tasks.domain.lexicon import GEO, ExposureRow, Level, LexiconRow, lexicon_hash
from tasks.domain.sentences import split_sentences
from tasks.domain.vader import Vader, package_emojis, package_lexicon
from tasks.domain.words import PhraseTable, words_of

MODEL_VERSION = "rules-1"
"""Changes whenever the same lexicon would give another number."""

SECTION_WEIGHTS: Mapping[SectionName, float] = {
    "title": 1.5,
    "summary": 1.0,
    "body": 1.0,
    "analysis": 0.5,
    "background": 0.25,
}
INHERITED = 0.5
"""What a sentence keeps of the title's and summary's subject when it names none itself."""
EVIDENT = 1.0
"""Sum of absolute valences that makes a sentence fully relevant at a place; less is proportionally less."""
RELEVANT_FROM = 0.3
"""Least article relevance that counts as being about a theme."""
DIRECTION_FROM = 0.1
"""Least mean score that is read as a direction, for one sentence; n sentences need 1/sqrt(n) of it."""
AGREEMENT_FROM = 0.15
"""Least |sum| / sum of absolute values: below it an article is mixed and has no direction."""
CACHE_LIMIT = 100_000
"""Sentence readings kept per scorer; a full cache is emptied."""


@dataclass(frozen=True, slots=True)
class Span:
    """One matched phrase and what it adds to an axis before normalisation, with all that acted on it."""

    phrase: str
    kind: str
    value: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AxisScore:
    """A sentence on one axis: relevance in [0, 1], score in [-1, 1], both 4 decimals, and the receipt.

    `price`: score of the price move that the sentence reports; 0 when it reports none. It is `score` only when
    the sentence names no event at all.
    """

    relevance: float
    score: float
    spans: tuple[Span, ...]
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class SentenceScore:
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


@dataclass(frozen=True, slots=True)
class ArticleAxis:
    """An article on one axis. Scores in [-1, 1], 4 decimals; `risk_score` is 0.0 when nothing is relevant.

    `direction`: -1, 0, 1; 0 when irrelevant, neutral, mixed or too weak.
    """

    relevance: float
    is_relevant: bool
    vader_score: float
    tone_score: float
    risk_score: float
    direction: Literal[-1, 0, 1]
    is_price_move: bool


@dataclass(frozen=True, slots=True)
class ArticleScore:
    """All sentences of an article and its row per axis (the themes, then `geo`)."""

    sentences: tuple[SentenceScore, ...]
    axes: Mapping[str, ArticleAxis]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a sentence says, independent of the article around it; cached by text.

    `topic`, `place`, `context`: axis -> strongest exposure of that kind, 0 ... 1.
    """

    vader_score: float
    tone_score: float
    items: tuple[Item, ...]
    is_price_move: bool
    topic: Mapping[str, float]
    place: Mapping[str, float]
    context: Mapping[str, float]


class Scorer:
    """Scores articles under one taxonomy; safe to reuse, caches readings by sentence text.

    Args:
        themes: names of the theme axes.
        lexicon: phrases that say something; their valences name the themes and `geo`.
        exposures: phrases that say what a sentence is about.
    """

    def __init__(self, themes: Sequence[str], lexicon: Sequence[LexiconRow], exposures: Sequence[ExposureRow]) -> None:
        """Build the phrase tables and the two VADER engines."""
        self.axes = (*themes, GEO)
        self.lexicon_version = lexicon_hash(lexicon, exposures)
        self._phrases = PhraseTable((row.phrase, row) for row in lexicon if row.kind != "tone")
        # One table a group: "russian oil" is a topic and "russian" in it still a place.
        self._exposures = [
            PhraseTable((row.phrase, row) for row in exposures if row.kind in kinds)
            for kinds in (("topic", "asset"), ("place",), ("context",))
        ]
        base, emojis = package_lexicon(), package_emojis()
        tones = {row.phrase: row.tone for row in lexicon if row.tone is not None}
        self._vader = Vader(base, emojis)
        self._tone = Vader({**base, **tones}, emojis)
        self._readings: dict[str, _Reading] = {}

    def score(self, sections: Sequence[Section]) -> ArticleScore:
        """Score every sentence of `sections` and the article as a whole.

        The scores of a sentence depend on its own text and on the subject of title and summary, not on the order
        of the sections. Text without a sentence gives an article without sentences and neutral axes.
        """
        texts = [(section.name, text) for section in sections for text in split_sentences(section.text)]
        readings = [self._read(text) for _, text in texts]
        inherited = self._inherited(
            [r for (name, _), r in zip(texts, readings, strict=True) if name in ("title", "summary")]
        )
        sentences = tuple(
            self._sentence(number, name, text, reading, inherited)
            for number, ((name, text), reading) in enumerate(zip(texts, readings, strict=True), start=1)
        )
        return ArticleScore(sentences, {axis: _article_axis(axis, sentences) for axis in self.axes})

    def _read(self, text: str) -> _Reading:
        reading = self._readings.get(text)
        if reading is None:
            if len(self._readings) >= CACHE_LIMIT:
                self._readings.clear()
            reading = self._readings[text] = self._new_reading(text)
        return reading

    def _new_reading(self, text: str) -> _Reading:
        words = words_of(text)
        hits = self._phrases.find(words)
        items = read_clauses(words, hits) if hits else []
        topic, place, context = (dict.fromkeys(self.axes, 0.0) for _ in range(3))
        for row in (row for table in self._exposures for _, _, row in table.find(words)):
            groups = {"topic": (topic,), "place": (place,), "context": (context,), "asset": (topic, place)}[row.kind]
            for group in groups:
                for axis in self.axes:
                    strength = row.geo if axis == GEO else row.relevances.get(axis, 0.0)
                    group[axis] = max(group[axis], strength)
        mute = mute_factor(hits)
        if mute < 1.0:
            topic, context = ({axis: value * mute for axis, value in group.items()} for group in (topic, context))
        moves = [item for item in items if item.row.kind == "price" and item.is_touched]
        is_price_move = bool(moves) and not any(item.row.kind != "price" for item in items)
        vader_score, tone_score = self._vader.compound(text), self._tone.compound(text)
        return _Reading(vader_score, tone_score, tuple(items), is_price_move, topic, place, context)

    def _inherited(self, readings: Sequence[_Reading]) -> Mapping[str, float]:
        """Axis -> strongest place of the title and summary, damped."""
        return {axis: INHERITED * max((r.place[axis] for r in readings), default=0.0) for axis in self.axes}

    def _sentence(
        self, number: int, section: SectionName, text: str, reading: _Reading, inherited: Mapping[str, float]
    ) -> SentenceScore:
        axes = {axis: _axis_score(axis, reading, inherited[axis]) for axis in self.axes}
        strongest = max(reading.items, key=lambda item: abs(item.geo), default=None)
        return SentenceScore(
            sentence_no=number,
            section=section,
            section_weight=SECTION_WEIGHTS[section],
            text=text,
            vader_score=reading.vader_score,
            tone_score=reading.tone_score,
            is_price_move=reading.is_price_move,
            level=strongest.level if strongest else "word",
            axes=axes,
        )


def _axis_score(axis: str, reading: _Reading, inherited: float) -> AxisScore:
    """One sentence on one axis: gated valences, VADER's normalisation x / sqrt(x^2 + 15), and the relevance."""
    place = max(reading.place[axis], inherited if not any(reading.place.values()) else 0.0)
    gates = {"none": 1.0, "place": place, "themes": 1.0 if axis == GEO else place}
    gates["topic"] = place if axis == GEO else reading.topic[axis]
    spans: list[Span] = []
    cause = price = located = unlocated = 0.0
    for item in reading.items:
        value = item.value(axis) * gates[item.row.gate]
        if value:
            spans.append(Span(item.row.phrase, item.row.kind, round(value, 4), tuple(item.notes)))
        if item.row.kind == "price":
            price += value
        else:
            cause += value
        if gates[item.row.gate] == 1.0 and item.row.gate != "place":
            unlocated += abs(value)
        else:
            located += abs(value)
    evidence = max(min(1.0, located / EVIDENT), reading.context[axis])
    relevance = max(reading.topic[axis], place * evidence, min(1.0, unlocated / EVIDENT))
    score = _normalise(price if reading.is_price_move else cause)
    return AxisScore(round(relevance, 4), score, tuple(spans), _normalise(price))


def _normalise(total: float) -> float:
    """VADER's squashing (Hutto & Gilbert 2014) of a sum of valences into [-1, 1], 4 decimals, never -0.0."""
    return round(total / math.sqrt(total * total + 15.0), 4) + 0.0


def _article_axis(axis: str, sentences: Sequence[SentenceScore]) -> ArticleAxis:
    rows = [(s, s.axes[axis], s.axes[axis].relevance * s.section_weight) for s in sentences]
    relevance = min(1.0, max((weight for _, _, weight in rows), default=0.0))
    relevant = [row for row in rows if row[2] > 0.0]
    # An article about something else still has a tone: the plain mean over its sentences.
    voices = relevant or [(s, a, s.section_weight) for s, a, _ in rows]
    total = sum(weight for _, _, weight in voices)
    is_relevant = relevance >= RELEVANT_FROM
    return ArticleAxis(
        relevance=round(relevance, 4),
        is_relevant=is_relevant,
        vader_score=round(sum(w * s.vader_score for s, _, w in voices) / total, 4) + 0.0 if total else 0.0,
        tone_score=round(sum(w * s.tone_score for s, _, w in voices) / total, 4) + 0.0 if total else 0.0,
        risk_score=round(sum(w * a.score for _, a, w in relevant) / total, 4) + 0.0 if relevant else 0.0,
        direction=_direction(relevant) if is_relevant else 0,
        is_price_move=bool(relevant) and all(s.is_price_move for s, _, _ in relevant),
    )


def _direction(rows: Sequence[tuple[SentenceScore, AxisScore, float]]) -> Literal[-1, 0, 1]:
    """The call a desk would read, from the stated causes, else from the reported price moves."""
    for values in ([(w, a.score) for s, a, w in rows if not s.is_price_move], [(w, a.price) for _, a, w in rows]):
        said = [(weight, value) for weight, value in values if value]
        if not said:
            continue
        total = sum(weight * value for weight, value in said)
        mass = sum(weight * abs(value) for weight, value in said)
        weights = sum(weight for weight, _ in said)
        # A mean over n sentences is about sqrt(n) times surer than one; n is Kish's effective number.
        surer = weights / math.sqrt(sum(weight * weight for weight, _ in said))
        if abs(total) / weights * surer >= DIRECTION_FROM and abs(total) / mass >= AGREEMENT_FROM:
            return 1 if total > 0 else -1
    return 0
