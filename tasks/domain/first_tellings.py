"""The first tellings that an item may tell once more, by word, and how rare each word is."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

Words = frozenset[str]


@dataclass
class _Day:
    """How often each word was told on one day; a counter of words takes less than the tellings do."""

    date: date
    told: int = 0
    count: Counter[str] = field(default_factory=Counter)


class Frequency:
    """How often each word was told since a day, by adding tellings in order of time and forgetting days."""

    def __init__(self) -> None:
        """Nothing was told."""
        self._days: deque[_Day] = deque()
        self.told = 0
        self.count: Counter[str] = Counter()

    def add(self, at: datetime, words: Words) -> None:
        """Count a telling."""
        if not self._days or self._days[-1].date != at.date():
            self._days.append(_Day(at.date()))
        for told in (self._days[-1], self):
            told.told += 1
            told.count.update(words)

    def forget(self, until: date) -> None:
        """Drop the days before `until`."""
        while self._days and self._days[0].date < until:
            day = self._days.popleft()
            self.told -= day.told
            for word, number in day.count.items():
                self.count[word] -= number
                if not self.count[word]:
                    del self.count[word]

    def weight(self, word: str) -> float:
        """Inverse document frequency, at least 0.1."""
        return max(math.log((self.told + 1) / (self.count[word] + 0.5)), 0.1)


@dataclass(slots=True)
class _First:
    """A first telling: its place in time, its instant, and its words by what they are of (`lead`, `title`)."""

    number: int
    at: datetime
    words: Mapping[str, Words]


class FirstTellings:
    """The first tellings that may be told again: told at most `memory` ago, and again or first at most `window` ago.

    Args:
        memory: from the first telling on.
        window: from the story's last telling on.
        kinds: what words are compared of: those of an item's lead with those of other leads, and so on.
    """

    def __init__(self, memory: timedelta, window: timedelta, kinds: tuple[str, ...]) -> None:
        """Remember nothing yet."""
        self._memory, self._window = memory, window
        self._numbers = count()
        self._first: OrderedDict[str, _First] = OrderedDict()
        self._open: OrderedDict[str, datetime] = OrderedDict()
        self._telling: dict[str, defaultdict[str, dict[str, None]]] = {kind: defaultdict(dict) for kind in kinds}

    def add(self, story_id: str, at: datetime, words: Mapping[str, Words]) -> None:
        """Remember the first telling of a story."""
        self._first[story_id] = _First(next(self._numbers), at, words)
        self.tell_again(story_id, at)

    def tell_again(self, story_id: str, at: datetime) -> None:
        """Keep a story open for another `window`; one whose first telling is forgotten stays so."""
        first = self._first.get(story_id)
        if first is None:
            return
        if story_id not in self._open:
            for kind, words in first.words.items():
                for word in words:
                    self._telling[kind][word][story_id] = None
        self._open[story_id] = at
        self._open.move_to_end(story_id)

    def forget(self, now: datetime) -> None:
        """Close the stories that were not told for the window, and forget those that began too long ago."""
        while self._open and next(iter(self._open.values())) < now - self._window:
            self._close(next(iter(self._open)))
        while self._first and next(iter(self._first.values())).at < now - self._memory:
            story_id = next(iter(self._first))
            self._close(story_id)
            del self._first[story_id]

    def _close(self, story_id: str) -> None:
        if self._open.pop(story_id, None) is None:
            return
        for kind, words in self._first[story_id].words.items():
            for word in words:
                stories = self._telling[kind][word]
                del stories[story_id]
                if not stories:
                    del self._telling[kind][word]

    def similar(self, kind: str, words: Words, frequency: Frequency, least: float) -> dict[str, float]:
        """Story -> similarity, for the open stories of at least `least`: weight of the shared words over that of all.

        Words are taken from the rarest to the commonest. A story that shares none of the rare ones cannot reach `least`
        by the common ones that are left, so long lists of common words are not read.
        """
        weight = {word: frequency.weight(word) for word in words}
        own = rest = sum(weight[word] for word in sorted(words))
        shared: defaultdict[str, float] = defaultdict(float)
        for word in sorted(words, key=lambda word: (-weight[word], word)):
            told = self._telling[kind].get(word, {})
            if rest >= least * own - 1e-9:
                for story_id in told:
                    shared[story_id] += weight[word]
            else:
                for story_id in shared:
                    if story_id in told:
                        shared[story_id] += weight[word]
            rest -= weight[word]
        found = {}
        for story_id, common in shared.items():
            if common >= least * own - 1e-9:
                others = self._first[story_id].words[kind] - words
                similarity = common / (own + sum(frequency.weight(word) for word in sorted(others)))
                if similarity >= least:
                    found[story_id] = similarity
        return found

    def words(self, story_id: str, kind: str) -> Words:
        """The words of a first telling."""
        return self._first[story_id].words[kind]

    def number(self, story_id: str) -> int:
        """The place of a first telling in time."""
        return self._first[story_id].number
