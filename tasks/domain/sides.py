"""Whose side the places of a sentence are on: talks among friends, and what is done to an assailant.

Who does what to whom is read from the order of the words: the place right before a deed does it, the nearest place
behind it suffers it, unless "by" or "from" says the opposite.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from tasks.domain.lexicon import GEO, ExposureRow, expand
from tasks.domain.operators import Item
from tasks.domain.words import word_set

REACH_SUFFERED = 6
"""Words between a deed and the place that suffers it."""
REACH_DONE = 2
"""Words between a place and the deed it does."""
REACH_BESIDE = 2
"""Words that may join a place to what happens there."""
SPECIFIC = 0.7
"""Geo exposure above which a place is a party: not a thing such as a refinery, nor who is in half of all headlines."""
EXPOSED = 0.5
"""Exposure from which a place is itself concerned."""
STANDING = 0.5
"""Factor from which a state is a measure in force: sanctions are, a threat is not."""
_SOURCES = word_set("by from")
_BREAKS = word_set("after as while amid despite since before but and over for , . ; : ! ? - with")
_JOINING = word_set("in on at near against into inside over off of across around the to with between")
_PARRIED = word_set(
    "drone drones missile missiles rocket rockets jet jets plane planes aircraft warplane warplanes bomber bombers "
    "fighter fighters balloon spy spies agent agents saboteurs hackers attack attacks strike strikes cyberattack "
    "ally allies backed led linked style friendly invader invaders proxy proxies cyberattacks offensive invasion "
    "assault advance aggression incursion plot threat threats"
)
"""What comes from the assailant: to stop it is no blow against it."""
PlaceHit = tuple[int, int, Mapping[str, float]]
"""Start and end of a place among the words, and its exposures."""
NO_SHARES: Mapping[str, float] = {}


class Sides:
    """The circles that places belong to, looked up where a place was found.

    Args:
        rows: exposures of the kinds `friend`, `victim`, `assailant` and `body`; others are ignored.
    """

    def __init__(self, rows: Iterable[ExposureRow]) -> None:
        """Index the spellings of each circle."""
        circles: dict[str, dict[tuple[str, ...], ExposureRow]] = {
            "friend": {},
            "victim": {},
            "assailant": {},
            "body": {},
        }
        for row in rows:
            if row.kind in circles:
                circles[row.kind] |= dict.fromkeys(expand(row.phrase), row)
        self._friends: Collection[tuple[str, ...]] = circles["friend"].keys()
        self._victims: Collection[tuple[str, ...]] = circles["victim"].keys()
        self._bodies: Collection[tuple[str, ...]] = circles["body"].keys()
        self._assailants = circles["assailant"]

    def name_assailant(self, words: Sequence[str], places: Sequence[PlaceHit]) -> bool:
        """Whether one of the places is an assailant."""
        return any(tuple(words[start:end]) in self._assailants for start, end, _ in places)

    def parties(self, words: Sequence[str], places: Sequence[PlaceHit]) -> list[PlaceHit]:
        """The places that are parties: neither things nor bodies nor who is in half of all headlines."""
        return [
            hit
            for hit in places
            if hit[2].get(GEO, 0.0) > SPECIFIC and tuple(words[hit[0] : hit[1]]) not in self._bodies
        ]

    def are_friends(self, words: Sequence[str], places: Sequence[PlaceHit]) -> bool:
        """Whether only friends are named, one of them at least; a victim counts as a friend in their company."""
        if not any(tuple(words[start:end]) in self._friends for start, end, _ in places):
            return False
        names = (tuple(words[start:end]) for start, end, _ in self.parties(words, places))
        return all(name in self._friends or name in self._victims for name in names)

    def elsewhere(self, words: Sequence[str], places: Sequence[PlaceHit]) -> Mapping[str, float]:
        """Axis -> share that a place loses because the assailant acts far away; empty when it does not.

        Far away: other parties are named, and none of them is itself exposed on the axes that the assailant shares.
        """
        attackers = [
            row for start, end, _ in places if (row := self._assailants.get(tuple(words[start:end]))) is not None
        ]
        if not attackers:
            return NO_SHARES
        others = [
            place
            for start, end, place in self.parties(words, places)
            if tuple(words[start:end]) not in self._assailants
        ]
        shares = {axis: share for axis, share in attackers[0].relevances.items() if share}
        if not others or any(place.get(axis, 0.0) >= EXPOSED for place in others for axis in shares):
            return NO_SHARES
        return shares

    def shares(self, words: Sequence[str], places: Sequence[PlaceHit], item: Item) -> Mapping[str, float]:
        """Axis -> share that a deed loses because it strikes the assailant; empty when it does not."""
        named = [(start, end, tuple(words[start:end])) for start, end, _ in places]
        attackers = [row for _, _, name in named if (row := self._assailants.get(name)) is not None]
        if not attackers or not _is_deed(item):
            return NO_SHARES
        if any(name in self._assailants and words[end : end + 1] and words[end] in _PARRIED for _, end, name in named):
            return NO_SHARES
        suffers = self._suffers(words, named, item)
        if suffers is not None:
            return suffers.relevances
        is_done_back = any(
            name in self._victims
            and 0 <= item.start - end <= REACH_DONE
            and _BREAKS.isdisjoint(words[end : item.start])
            for _, end, name in [place for place in named if place[1] <= item.start][-1:]
        ) or any(
            name in self._victims and start - item.end <= REACH_SUFFERED and words[start - 1] in _SOURCES
            for start, _, name in named
            if start > item.end
        )
        return attackers[0].relevances if is_done_back else NO_SHARES

    def _suffers(
        self, words: Sequence[str], named: Sequence[tuple[int, int, tuple[str, ...]]], item: Item
    ) -> ExposureRow | None:
        """The assailant that is the nearest place behind a deed, within its phrase."""
        for start, _, name in named:
            if start < item.end:
                continue
            between = words[item.end : start]
            is_near = len(between) <= REACH_SUFFERED and _BREAKS.isdisjoint(between)
            if not is_near or (between and between[-1] in _SOURCES):
                return None
            return self._assailants.get(name)
        return None


def _is_deed(item: Item) -> bool:
    """Whether it is a blow or a measure: neither words nor troops on their way, which move against somebody."""
    row = item.row
    is_done = row.kind == "event" or (row.kind == "state" and row.factor >= STANDING)
    return is_done and row.level == "act" and row.gate != "guard" and row.valences.get(GEO, 0.0) > 0


def is_beside(words: Sequence[str], hit: PlaceHit, item: Item) -> bool:
    """Whether a place stands right before an item or is joined to it: "Gaza war", "strike on Kyiv"."""
    start, end, _ = hit
    if end <= item.start:
        return item.start == end
    between = words[item.end : start]
    return start >= item.end and 0 < len(between) <= REACH_BESIDE and all(word in _JOINING for word in between)
