"""Stories: items that tell the same event once more. Looks only backwards, so a later copy changes nothing.

Two tellings are of one story when their words are the same, or when the beginnings of their texts share enough
telling words: a Jaccard index in which a word weighs the more the rarer it was so far (inverse document frequency,
Spärck Jones 1972). Copies share nearly all, rewrites by another desk still share the names, numbers and places.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

MEMORY = timedelta(days=7)
"""A text that comes back after a longer silence is a new story (docs/methodology.md: novelty looks back 7 days)."""

WINDOW = timedelta(hours=48)
"""How long a rewrite may follow the telling that it rewrites."""

HORIZON_DAYS = 30
"""Days over which it is counted how rare a word is. What was told earlier plays no part, so a run over new items needs
to read no more than this, in a home of any size; over six months of 23,446 real titles it parts 0.9 % of the stories
that counting from the beginning gives otherwise."""

LEAD_WORDS = 60
"""Telling words that are compared: title and lead name the event, what follows is background."""

LONG, SHORT = 0.20, 0.55
"""Least similarity of two leads of at least `LONG_WORDS` telling words, and of shorter ones (bare headlines).

Set on the embedded rewrites: the farthest rewrite has 0.21, the nearest other event 0.17 (docs/scoring.md)."""

LONG_WORDS = 25

_NOT_WORD = re.compile(r"\W+")
_WORD = re.compile(r"[a-z0-9]+(?:[.,][0-9]+)*")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s")
_STOP = frozenset(
    """a an the of to in on at by for from with and or but nor as is are was were be been being has have had that which
    who whom this these those it its his her their they he she not no than then there said say says will would could
    should may might can do did does after before over under into out up down off about more most new also only just
    still we you our your i""".split()
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What decides an item's story: identity, when it was available, the hash of its words, and its beginning.

    `story_id` is None for an item that is to be judged; one that was judged before is only remembered.
    """

    article_id: str
    available_at: datetime
    fingerprint: str
    lead: str = ""
    story_id: str | None = None


def fingerprint(text: str) -> str:
    """A hash of the words alone, so that case, spacing, quotes and punctuation do not part two copies."""
    words = _NOT_WORD.sub(" ", text.casefold()).strip()
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def telling_words(text: str) -> frozenset[str]:
    """The first `LEAD_WORDS` words that tell something, cut to their stems."""
    found = _WORD.findall(text.lower().replace("’", "'").replace("'s", ""))
    kept = [_stem(word) for word in found if len(word) > 1 and word not in _STOP]
    return frozenset(kept[:LEAD_WORDS])


def _stem(word: str) -> str:
    """The word without an ending, and without a last e, so that "strike" meets "strikes" and "striking"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word[:-1] if word.endswith("e") and len(word) >= 5 else word


def story_ids(tellings: Iterable[Telling]) -> Iterator[tuple[str, str]]:
    """Pairs of `article_id` and `story_id`, the article_id of the story's first telling, in the order of the input.

    An item joins the story of an equal text told at most `MEMORY` before it, or of the most similar telling of the
    last `WINDOW`. What lies further back than `HORIZON_DAYS` is forgotten, so memory does not grow with the number of
    tellings, and time grows with it linearly for a given number of tellings a day.

    Args:
        tellings: ordered by `available_at`, then `article_id`. Those with a story of their own have no pair; when they
            begin `needed_from` the first one to judge, the pairs are those of a run over everything.

    Raises:
        ValueError: they are not in this order.
    """
    last_told = _LastTold()
    recent = _Recent()
    before = None
    for telling in tellings:
        place = (telling.available_at, telling.article_id)
        if before is not None and place <= before:
            raise ValueError(f"tellings must come ordered by (available_at, article_id): {place} after {before}")
        before = place
        words = telling_words(telling.lead)
        last_told.forget(telling.available_at - MEMORY)
        recent.forget(telling.available_at)
        story_id = telling.story_id
        if story_id is None:
            story_id = last_told.story(telling.fingerprint) or recent.most_similar(words) or telling.article_id
            yield telling.article_id, story_id
        last_told.add(telling.available_at, telling.fingerprint, story_id)
        recent.add(telling.available_at, words, story_id)


def needed_from(at: datetime) -> datetime:
    """The instant of the first telling that plays a part in the story of one at `at`."""
    return datetime.combine(at.date() - timedelta(days=HORIZON_DAYS), time(0), tzinfo=at.tzinfo)


class _LastTold:
    """The texts of the last `MEMORY`: when each was told last, and in which story."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    def add(self, at: datetime, text: str, story_id: str) -> None:
        """Remember a telling; the latest stand last."""
        self._told[text] = (at, story_id)
        self._told.move_to_end(text)

    def forget(self, until: datetime) -> None:
        """Drop the texts that were last told before `until`."""
        while self._told and next(iter(self._told.values()))[0] < until:
            self._told.popitem(last=False)

    def story(self, text: str) -> str | None:
        """The story of the text, if it is remembered."""
        found = self._told.get(text)
        return found[1] if found else None


@dataclass
class _Day:
    """How often each word was told on one day; a counter of words takes less than the tellings do."""

    date: date
    told: int = 0
    count: Counter[str] = field(default_factory=Counter)


class _Frequency:
    """How often each word was told in the last `HORIZON_DAYS` and today."""

    def __init__(self) -> None:
        self._days: deque[_Day] = deque()
        self.told = 0
        self.count: Counter[str] = Counter()

    def add(self, at: datetime, words: frozenset[str]) -> None:
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
            for word, count in day.count.items():
                self.count[word] -= count
                if not self.count[word]:
                    del self.count[word]

    def weight(self, word: str) -> float:
        """Inverse document frequency, at least 0.1."""
        return max(math.log((self.told + 1) / (self.count[word] + 0.5)), 0.1)


class _Recent:
    """The tellings of the last `WINDOW`, by word, and how rare each word is."""

    def __init__(self) -> None:
        self._number = 0
        self._frequency = _Frequency()
        self._queue: deque[tuple[datetime, int]] = deque()
        self._words: dict[int, frozenset[str]] = {}
        self._story: dict[int, str] = {}
        self._postings: defaultdict[str, deque[int]] = defaultdict(deque)

    def add(self, at: datetime, words: frozenset[str], story_id: str) -> None:
        """Remember a telling."""
        number = self._number
        self._number += 1
        self._frequency.add(at, words)
        self._queue.append((at, number))
        self._words[number], self._story[number] = words, story_id
        for word in words:
            self._postings[word].append(number)

    def forget(self, now: datetime) -> None:
        """Drop what plays no part in a telling at `now`."""
        self._frequency.forget(needed_from(now).date())
        while self._queue and self._queue[0][0] < now - WINDOW:
            _, number = self._queue.popleft()
            for word in self._words.pop(number):
                # Numbers were added in order and leave in order, so this one is the first.
                postings = self._postings[word]
                postings.popleft()
                if not postings:
                    del self._postings[word]
            del self._story[number]

    def most_similar(self, words: frozenset[str]) -> str | None:
        """The story of the most similar recent telling that is similar enough; the earliest of equals."""
        weight = {word: self._frequency.weight(word) for word in words}
        own = sum(weight[word] for word in sorted(words))
        shared: defaultdict[int, float] = defaultdict(float)
        for word in sorted(words):
            for number in self._postings.get(word, ()):
                shared[number] += weight[word]
        best, best_similarity = None, 0.0
        for number in sorted(number for number, common in shared.items() if common >= LONG * own):
            other = self._words[number]
            union = own + sum(self._frequency.weight(word) for word in sorted(other - words))
            similarity = shared[number] / union
            least = LONG if min(len(words), len(other)) >= LONG_WORDS else SHORT
            if similarity >= least and similarity > best_similarity:
                best, best_similarity = self._story[number], similarity
        return best
