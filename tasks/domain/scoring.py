"""Score an article: each sentence on every axis, then one row per axis. Definitions: METHOD in docs/scoring.md."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tasks.domain.articles import Section, SectionName
from tasks.domain.lexicon import GEO, ExposureRow, Gate, LexiconRow, lexicon_hash
from tasks.domain.reading import CACHE_LIMIT, Reader, Reading
from tasks.domain.scores import ArticleAxis, ArticleScore, AxisScore, Direction, SentenceScore, Span
from tasks.domain.sentences import clean_text, split_sentences

__all__ = ["MODEL_VERSION", "ArticleAxis", "ArticleScore", "AxisScore", "Scorer", "SentenceScore", "Span"]

MODEL_VERSION = "rules-4"
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
FRIENDLY = 0.35
"""What talks and favours are worth where only friends are named: they lower a tension that hardly was."""
EVIDENT = 1.0
"""Sum of absolute valences that makes a sentence fully relevant at a place; less is proportionally less."""
RELEVANT_FROM = 0.5
"""Least article relevance that counts as being about a theme."""
DIRECTION_FROM = 0.17
"""Least mean score that is read as a direction, for one sentence; n sentences need 1/sqrt(n) of it."""
AGREEMENT_FROM = 0.15
"""Least |sum| / sum of absolute values: below it an article is mixed and has no direction."""


_SILENT = AxisScore(0.0, 0.0, ())


class Scorer:
    """Scores articles under one taxonomy; safe to reuse, caches readings by sentence text.

    Args:
        themes: names of the theme axes.
        lexicon: phrases that say something; their valences name the themes and `geo`.
        exposures: phrases that say what a sentence is about.
    """

    def __init__(self, themes: Sequence[str], lexicon: Sequence[LexiconRow], exposures: Sequence[ExposureRow]) -> None:
        """Build the reader; nothing is scored yet."""
        self.axes = (*themes, GEO)
        self.lexicon_version = lexicon_hash(lexicon, exposures)
        self._reader = Reader(self.axes, lexicon, exposures)
        self._silent = dict.fromkeys(self.axes, _SILENT)
        self._placed: dict[str, Mapping[str, AxisScore]] = {}

    def score(self, sections: Sequence[Section]) -> ArticleScore:
        """Score every sentence of `sections` and the article as a whole.

        The scores of a sentence depend on its own text and on the subject of title and summary, not on the order
        of the sections. Text without a sentence gives an article without sentences and neutral axes.
        """
        texts = [(section.name, text) for section in sections for text in split_sentences(section.text)]
        readings = [self._reader.read(text) for _, text in texts]
        # A lone sentence could inherit from itself only.
        inherited = self._inherited([name for name, _ in texts], readings) if len(texts) > 1 else {}
        sentences = tuple(
            self._sentence(number, name, text, reading, inherited)
            for number, ((name, text), reading) in enumerate(zip(texts, readings, strict=True), start=1)
        )
        silent = _silent_axis(_plain_means(sentences))
        told = [sentence for sentence in sentences if sentence.axes is not self._silent]
        if not told:
            return ArticleScore(sentences, dict.fromkeys(self.axes, silent))
        return ArticleScore(sentences, {axis: _article_axis(axis, told, silent) for axis in self.axes})

    def tones(self, text: str) -> tuple[float, float]:
        """`vader_score` and `tone_score` of a text read as one sentence, each in [-1, 1]."""
        return self._reader.tones(clean_text(text).replace("\n", " "))

    def _inherited(self, names: Sequence[SectionName], readings: Sequence[Reading]) -> Mapping[str, float]:
        """Axis -> strongest place of the title and summary, damped."""
        heads = [r.exposure.place for name, r in zip(names, readings, strict=True) if name in ("title", "summary")]
        return (
            {axis: INHERITED * max(place.get(axis, 0.0) for place in heads) for axis in self.axes} if any(heads) else {}
        )

    def _sentence(
        self, number: int, section: SectionName, text: str, reading: Reading, inherited: Mapping[str, float]
    ) -> SentenceScore:
        if reading.is_silent:
            axes: Mapping[str, AxisScore] = self._silent
        elif reading.exposure.place or not inherited:
            axes = self._placed_axes(text, reading)
        else:
            axes = {axis: _axis_score(axis, reading, inherited.get(axis, 0.0)) for axis in self.axes}
        vader, tone, _, _, is_price_move, level = reading
        return SentenceScore(number, section, SECTION_WEIGHTS[section], text, vader, tone, is_price_move, level, axes)

    def _placed_axes(self, text: str, reading: Reading) -> Mapping[str, AxisScore]:
        """The axes of a sentence that inherits nothing: the same in every article, so kept by text."""
        axes = self._placed.get(text)
        if axes is None:
            if len(self._placed) >= CACHE_LIMIT:
                self._placed.clear()
            place = reading.exposure.place
            axes = {axis: _axis_score(axis, reading, place.get(axis, 0.0)) for axis in self.axes}
            self._placed[text] = axes
        return axes


def _axis_score(axis: str, reading: Reading, place: float) -> AxisScore:
    """One sentence on one axis: gated valences, VADER's normalisation x / sqrt(x^2 + 15), and the relevance."""
    topics = reading.exposure.topic
    topic = topics.get(axis, 0.0)
    if not reading.said:
        relevance = max(topic, place * reading.exposure.context.get(axis, 0.0))
        return AxisScore(round(relevance, 4), 0.0, ()) if relevance else _SILENT
    # "Gas supplies to Poland" are about energy; that they also concern Europe is up to the place.
    supply = topic or place * max(topics.values(), default=0.0)
    spans: list[Span] = []
    cause = price = located = unlocated = 0.0
    for item, values in reading.said:
        value = values.get(axis, 0.0)
        if value:
            value *= _gate(item.row.gate, axis, place, supply)
            if item.row.gate == "guard" and reading.exposure.is_guarded and item.sign < 0:
                value = -value
            elif item.row.gate == "opponents" and reading.exposure.is_friendly and (axis == GEO or value < 0):
                value *= FRIENDLY
        if not value:
            continue
        spans.append(Span(item.row.phrase, item.row.kind, round(value, 4), tuple(item.notes)))
        if item.row.kind == "price":
            price += value
        else:
            cause += value
        if item.row.gate == "none" or (item.row.gate == "themes" and axis == GEO):
            unlocated += abs(value)
        else:
            located += abs(value)
    evidence = max(min(1.0, located / EVIDENT), reading.exposure.context.get(axis, 0.0))
    relevance = max(topic, place * evidence, min(1.0, unlocated / EVIDENT))
    score = _normalise(price if reading.is_price_move else cause)
    return AxisScore(round(relevance, 4), score, tuple(spans), _normalise(price))


def _gate(gate: Gate, axis: str, place: float, supply: float) -> float:
    """What a row's valence on `axis` is multiplied by, 0 ... 1."""
    if gate == "none" or (gate == "themes" and axis == GEO):
        return 1.0
    return supply if gate == "topic" and axis != GEO else place


def _normalise(total: float) -> float:
    """VADER's squashing (Hutto & Gilbert 2014) of a sum of valences into [-1, 1], 4 decimals, never -0.0."""
    return round(total / math.sqrt(total * total + 15.0), 4) + 0.0


def _plain_means(sentences: Sequence[SentenceScore]) -> tuple[float, float]:
    """Section-weighted mean of VADER and tone over all sentences; (0, 0) for none."""
    if len(sentences) == 1:
        return sentences[0].vader_score + 0.0, sentences[0].tone_score + 0.0
    total = sum(s.section_weight for s in sentences)
    if not total:
        return 0.0, 0.0
    vader = sum(s.section_weight * s.vader_score for s in sentences) / total
    return round(vader, 4) + 0.0, round(sum(s.section_weight * s.tone_score for s in sentences) / total, 4) + 0.0


def _silent_axis(tone: tuple[float, float]) -> ArticleAxis:
    """An article that is about something else still has a tone."""
    return ArticleAxis(0.0, False, *tone, risk_score=0.0, direction=0, is_price_move=False)


def _article_axis(axis: str, sentences: Sequence[SentenceScore], silent: ArticleAxis) -> ArticleAxis:
    rows = [(s, on, on.relevance * s.section_weight) for s in sentences if (on := s.axes[axis]).relevance]
    if not rows:
        return silent
    if len(rows) == 1:
        return _lone_axis(*rows[0])
    relevance = min(1.0, max(weight for _, _, weight in rows))
    total = sum(weight for _, _, weight in rows)
    is_relevant = relevance >= RELEVANT_FROM
    risk_score = round(sum(w * a.score for _, a, w in rows) / total, 4) + 0.0
    direction = _direction(rows) if is_relevant else 0
    return ArticleAxis(
        relevance=round(relevance, 4),
        is_relevant=is_relevant,
        vader_score=round(sum(w * s.vader_score for s, _, w in rows) / total, 4) + 0.0,
        tone_score=round(sum(w * s.tone_score for s, _, w in rows) / total, 4) + 0.0,
        risk_score=risk_score,
        # A lead that the rest of the article outweighs is no call.
        direction=direction if direction * risk_score >= 0 else 0,
        is_price_move=all(s.is_price_move for s, _, _ in rows),
    )


def _lone_axis(sentence: SentenceScore, axis: AxisScore, weight: float) -> ArticleAxis:
    """An article with one relevant sentence; the means of `_article_axis` without the sums."""
    is_relevant = weight >= RELEVANT_FROM
    return ArticleAxis(
        relevance=round(min(1.0, weight), 4),
        is_relevant=is_relevant,
        vader_score=sentence.vader_score,
        tone_score=sentence.tone_score,
        risk_score=axis.score,
        direction=_direction([(sentence, axis, weight)]) if is_relevant and (axis.score or axis.price) else 0,
        is_price_move=sentence.is_price_move,
    )


def _direction(rows: Sequence[tuple[SentenceScore, AxisScore, float]]) -> Direction:
    """The call a desk would read, from the stated causes, else from the reported price moves.

    News puts first what is new and ends with what came before, so sentence n counts 1/sqrt(n) here.
    """
    rows = [(s, a, w / math.sqrt(s.sentence_no)) for s, a, w in rows]
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
