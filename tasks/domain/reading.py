"""What one sentence says and is about, whatever article it stands in: the part of scoring that is cached by text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tasks.domain.clauses import clause_numbers, mute_factor, read_clauses
from tasks.domain.lexicon import GEO, ExposureRow, Level, LexiconRow
from tasks.domain.operators import Hit, Item
from tasks.domain.sides import NO_SHARES, PlaceHit, Sides, is_beside
from tasks.domain.vader import Vader, package_emojis, package_lexicon
from tasks.domain.words import Openings, PhraseTable, words_of

CACHE_LIMIT = 20_000
"""Readings kept per reader; a full cache is emptied, so that memory stays bounded."""

FAR = 0.2
"""What other places are worth to a deed with parties of its own: the EU in "Iran is hit as the EU meets"."""
ATTRIBUTION = 9
"""Longest closing attribution, in words with its comma."""
_SAYING = frozenset({"say", "says", "said", "reports", "reported"})
_BY_PLACE = frozenset({"place", "themes", "guard", "opponents"})
_GROUPS = (("topic", "asset"), ("place", "body", "asset"), ("context",))


class Exposure(NamedTuple):
    """Axis -> strongest exposure of a kind in a sentence, 0 ... 1; axes that are missing are 0.

    `is_guarded`: a guarantor and an ally of it are named. `is_friendly`: no place but friends is named.
    """

    topic: Mapping[str, float]
    place: Mapping[str, float]
    context: Mapping[str, float]
    is_guarded: bool = False
    is_friendly: bool = False


NO_EXPOSURE = Exposure({}, {}, {})


class Reading(NamedTuple):
    """A sentence read: VADER and tone in [-1, 1], the items it reports, and what it is about.

    `said`: each item with its values per axis, before gates.
    `is_price_move`: it reports a price move and no event at all. `level`: of the weightiest item.

    A tuple, as what scoring returns: a frozen dataclass takes four times as long to make, and one is made a sentence.
    """

    vader_score: float
    tone_score: float
    said: tuple[tuple[Item, Mapping[str, float]], ...]
    exposure: Exposure
    is_price_move: bool
    level: Level

    @property
    def is_silent(self) -> bool:
        """Says nothing and is about nothing, on every axis."""
        return not self.said and self.exposure is NO_EXPOSURE


class Reader:
    """Reads sentences under one taxonomy.

    Args:
        axes: the themes and `geo`.
        lexicon: phrases that say something, and tone rows.
        exposures: phrases that say what a sentence is about.
    """

    def __init__(self, axes: Sequence[str], lexicon: Sequence[LexiconRow], exposures: Sequence[ExposureRow]) -> None:
        """Build the phrase tables and the two VADER engines."""
        self._phrases = PhraseTable((row.phrase, row) for row in lexicon if row.kind != "tone")
        # One table a group: "russian oil" is a topic and "russian" in it still a place.
        self._exposures = tuple(
            PhraseTable((row.phrase, _strengths(row, axes)) for row in exposures if row.kind in kinds)
            for kinds in _GROUPS
        )
        self._guards = tuple(
            PhraseTable((row.phrase, row.kind) for row in exposures if row.kind == kind)
            for kind in ("guarantor", "ally")
        )
        self._sides = Sides(exposures)
        self._openings = Openings((self._phrases, *self._exposures, *self._guards))
        base, emojis = package_lexicon(), package_emojis()
        tones = {row.phrase: row.tone for row in lexicon if row.tone is not None}
        self._vader = Vader(base, emojis)
        self._tone = Vader({**base, **tones}, emojis)
        self._tone_words = frozenset(word for token in tones for word in words_of(token))
        self._readings: dict[str, Reading] = {}

    def read(self, text: str) -> Reading:
        """The reading of a cleaned sentence; the same text is read once."""
        reading = self._readings.get(text)
        if reading is None:
            if len(self._readings) >= CACHE_LIMIT:
                self._readings.clear()
            reading = self._readings[text] = self._read(text)
        return reading

    def tones(self, text: str) -> tuple[float, float]:
        """VADER's compound and our tone of a cleaned text, each in [-1, 1]."""
        return self._vader.compound(text), self._tone.compound(text)

    def _read(self, text: str) -> Reading:
        words = words_of(text)
        vader_score = self._vader.compound(text)
        # Where no re-valued word occurs the two lexicons agree, and one pass is enough.
        tone_score = vader_score if self._tone_words.isdisjoint(words) else self._tone.compound(text)
        starts = self._openings.find(words, _attribution(words))
        hits = self._phrases.find(words, starts[0]) if 0 in starts else []
        items = tuple(read_clauses(words, hits)) if hits else ()
        exposure, places = self._expose(words, starts, hits, bool(items))
        if not items:
            return Reading(vader_score, tone_score, (), exposure, is_price_move=False, level="word")
        return Reading(
            vader_score=vader_score,
            tone_score=tone_score,
            said=self._said(words, hits, items, exposure, places),
            exposure=exposure,
            is_price_move=any(item.is_price_move for item in items) and all(item.row.kind == "price" for item in items),
            level=max(items, key=lambda item: abs(item.geo)).level,
        )

    def _said(
        self,
        words: Sequence[str],
        hits: Sequence[Hit],
        items: Sequence[Item],
        exposure: Exposure,
        places: Sequence[PlaceHit],
    ) -> tuple[tuple[Item, Mapping[str, float]], ...]:
        """Each item with its values, less on the themes that only places far from it are exposed to."""
        if not places:
            return tuple((item, item.values()) for item in items)
        is_assailed = self._sides.name_assailant(words, places)
        said = tuple((item, self._values(words, places, item) if is_assailed else item.values()) for item in items)
        if len(places) < 2:
            return said
        parties = self._sides.parties(words, places)
        if len(parties) < 2:
            return said
        numbers = clause_numbers(words, hits)
        clauses = {
            clause: _strongest([hit for hit in places if numbers[hit[0]] == clause])
            for clause in {numbers[hit[0]] for hit in parties}
        }
        near = [
            _strongest([hit for hit in parties if item.row.gate == "themes" and is_beside(words, hit, item)])
            or clauses.get(numbers[item.start], {})
            for item, _ in said
        ]
        return tuple(
            (item, _nearby(item, values, by, exposure.place)) for (item, values), by in zip(said, near, strict=True)
        )

    def _values(self, words: Sequence[str], places: Sequence[PlaceHit], item: Item) -> Mapping[str, float]:
        """The item on every axis, before gates; less where a bad thing strikes whoever began it."""
        values = item.values()
        shares = self._sides.shares(words, places, item) if values else NO_SHARES
        if not shares:
            return values
        item.notes.append("turned on the assailant")
        return {axis: value * (1.0 - shares.get(axis, 0.0)) for axis, value in values.items()}

    def _expose(
        self, words: Sequence[str], starts: Mapping[int, Sequence[int]], hits: Sequence[Hit], is_said: bool
    ) -> tuple[Exposure, Sequence[PlaceHit]]:
        """What the sentence is about; another subject (sport, history) mutes topics and contexts, not places."""
        found = [
            table.find(words, starts[number]) if number in starts else []
            for number, table in enumerate(self._exposures, start=1)
        ]
        if not any(found):
            return NO_EXPOSURE, ()
        topic, place, context = (_strongest(hits) for hits in found)
        for axis, share in self._sides.elsewhere(words, found[1]).items():
            place[axis] = place.get(axis, 0.0) * (1.0 - share)
        mute = mute_factor(hits)
        if mute < 1.0:
            topic, context = ({axis: value * mute for axis, value in group.items()} for group in (topic, context))
        if not is_said:  # Sides only weigh what is said.
            return Exposure(topic, place, context), found[1]
        is_guarded = all(
            number in starts and table.find(words, starts[number])
            for number, table in enumerate(self._guards, start=1 + len(self._exposures))
        )
        return Exposure(topic, place, context, is_guarded, self._sides.are_friends(words, found[1])), found[1]


def _nearby(
    item: Item, values: Mapping[str, float], near: Mapping[str, float], place: Mapping[str, float]
) -> Mapping[str, float]:
    """Values weighed by the parties beside the item, else by those of its clause, where there are any."""
    if not near or item.row.gate not in _BY_PLACE:
        return values
    return {
        axis: value
        if axis == GEO or not place.get(axis)
        else value * max(FAR, min(1.0, near.get(axis, 0.0) / place[axis]))
        for axis, value in values.items()
    }


def _attribution(words: Sequence[str]) -> int:
    """Where ", officials in Europe say" begins at the end of a sentence: who says it is not what it is about."""
    if not words or words[-1] not in _SAYING or "," not in words[-ATTRIBUTION:]:
        return len(words)
    return len(words) - 1 - words[::-1].index(",")


def _strengths(row: ExposureRow, axes: Sequence[str]) -> dict[str, float]:
    values = {**row.relevances, GEO: row.geo}
    return {axis: values[axis] for axis in axes if values.get(axis)}


def _strongest(hits: Sequence[PlaceHit]) -> dict[str, float]:
    found: dict[str, float] = {}
    for _, _, strengths in hits:
        for axis, value in strengths.items():
            if value > found.get(axis, 0.0):
                found[axis] = value
    return found
