"""Stories: items that tell the same event once more. Looks only backwards, so a later copy changes nothing.

An item is of a story when its words are those of an earlier telling, or when its title or the beginning of its text
shares enough telling words with the story's *first* telling: a Jaccard index in which a word weighs the more the rarer
it was so far (inverse document frequency, Spärck Jones 1972). Copies share nearly all, rewrites by another desk still
share the names, numbers and places. Comparing with the first telling alone keeps a story from drifting, from telling to
telling, to another event. Titles count by themselves because one source sends a lead and another none.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tasks.domain.first_tellings import FirstTellings, Frequency, Words

MEMORY = timedelta(days=7)
"""A text that comes back after a longer silence is a new story (docs/methodology.md: novelty looks back 7 days)."""

WINDOW = timedelta(hours=48)
"""How long a rewrite may follow the story's last telling. It also follows the first one within `MEMORY`."""

HORIZON_DAYS = 30
"""Days over which it is counted how rare a word is. What was told earlier plays no part, so a run over new items needs
to read no more than this, in a home of any size; over six months of 23,446 real titles it parts 0.9 % of the stories
that counting from the beginning gives otherwise."""

LEAD_WORDS = 60
"""Telling words that are compared: title and lead name the event, what follows is background."""

LONG, SHORT = 0.20, 0.35
"""Least similarity of two leads of at least `LONG_WORDS` telling words, and of shorter ones and titles.

The first is set on the embedded rewrites: the farthest has 0.21, the nearest other event 0.17 (docs/scoring.md); the
second on judged pairs of headlines (docs/sources.md)."""

LONG_WORDS = 25

TITLE_WORDS = 3
"""Telling words of a title that counts by itself; shorter ones are names of columns."""

KINDS = ("lead", "title")

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
    """What decides an item's story: identity, when it was available, the hash of its words, its beginning, its title.

    `story_id` is None for an item that is to be judged; one that was judged before is only remembered.
    """

    article_id: str
    available_at: datetime
    fingerprint: str
    lead: str = ""
    title: str = ""
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

    An item joins the story of an equal text told at most `MEMORY` before it, or the story with the most similar first
    telling among those that were told within `WINDOW` and began within `MEMORY`; the earliest of equals. What lies
    further back than `HORIZON_DAYS` is forgotten, so memory does not grow with the number of tellings, and time grows
    with it linearly for a given number of tellings a day.

    Args:
        tellings: ordered by `available_at`, then `article_id`. Those with a story of their own have no pair; when they
            begin `needed_from` the first one to judge, the pairs are those of a run over everything.

    Raises:
        ValueError: they are not in this order.
    """
    last_told = _LastTold()
    firsts = FirstTellings(MEMORY, WINDOW, KINDS)
    frequency = Frequency()
    before = None
    for telling in tellings:
        at, place = telling.available_at, (telling.available_at, telling.article_id)
        if before is not None and place <= before:
            raise ValueError(f"tellings must come ordered by (available_at, article_id): {place} after {before}")
        before = place
        words = {"lead": telling_words(telling.lead), "title": telling_words(telling.title)}
        last_told.forget(at - MEMORY)
        firsts.forget(at)
        frequency.forget(needed_from(at).date())
        story_id = telling.story_id
        if story_id is None:
            known = last_told.story(telling.fingerprint)
            story_id = known or _most_similar(firsts, words, frequency) or telling.article_id
            yield telling.article_id, story_id
        last_told.add(at, telling.fingerprint, story_id)
        frequency.add(at, words["lead"])
        if story_id == telling.article_id:
            firsts.add(story_id, at, words)
        else:
            firsts.tell_again(story_id, at)


def _most_similar(firsts: FirstTellings, words: Mapping[str, Words], frequency: Frequency) -> str | None:
    """The story whose first telling is the most similar, by lead or title, if it is similar enough."""
    lead, title = words["lead"], words["title"]
    found: dict[str, float] = {}
    least = LONG if len(lead) >= LONG_WORDS else SHORT
    for story_id, similarity in firsts.similar("lead", lead, frequency, least).items():
        if similarity >= SHORT or min(len(lead), len(firsts.words(story_id, "lead"))) >= LONG_WORDS:
            found[story_id] = similarity
    if len(title) >= TITLE_WORDS:
        for story_id, similarity in firsts.similar("title", title, frequency, SHORT).items():
            if len(firsts.words(story_id, "title")) >= TITLE_WORDS:
                found[story_id] = max(similarity, found.get(story_id, 0.0))
    return min(found, key=lambda story_id: (-found[story_id], firsts.number(story_id)), default=None)


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
