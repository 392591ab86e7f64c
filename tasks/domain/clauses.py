"""What a sentence says happened: lexicon hits, the operators that act on them, and the weight of their clause.

Deterministic rules in the manner of event coders (PLOVER, PETRARCH): an *item* (event, state or price) is
flipped, realised, damped or announced by the *operators* near it in its own clause. Every change is noted, so
that a score can be explained span by span.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tasks.domain.lexicon import GEO, Level, LexiconRow
from tasks.domain.words import word_set

REACH_RIGHT = 6
REACH_LEFT = 5
"""Words between an operator and what it acts on; longer gaps are usually another clause."""
REACH_ANNOUNCED = 9
"""Words over which "may" or "threatens to" hold."""
WEIGHTY = 0.6
"""Force from which a main clause counts as the news."""
REACH_TOUCH = 2
"""Words over which "fears of" makes a state the subject instead of the backdrop."""
REVERSED = -0.8
"""A failed truce is a little less than a war, an averted strike a little less than peace."""
NEGATED_GOOD, NEGATED_BAD = -0.7, -0.3
"""No truce is bad news; no attack is hardly news."""
THREATENED = 0.65
"""A threat weighs about two thirds of the deed (PLOVER: THREATEN -3.5 against -5 ... -10 of deeds)."""
ASKED_GOOD = -0.15
"""Who must be asked for peace does not keep it (PLOVER: REQUEST is verbal conflict, at its mildest)."""
ASKED = 0.1
"""What a question asks about has not happened."""
_QUESTION_WORDS = word_set("how why what who where when which will could can is are does did do has have should")
_BE = word_set("be been being is are was were")
_CLOSERS = word_set(
    "in on at after as for by over amid until from with because due again but and while before since to of into than "
    "now today this next within despite following during between ahead under without , . ; : ! ? ) -"
)
_BREAKS = frozenset(";:()!?")
_ITEMS = frozenset({"event", "state", "price"})


@dataclass(slots=True, eq=False)
class Item:
    """One thing a sentence says, with all that its clause does to it."""

    start: int
    end: int
    row: LexiconRow
    level: Level
    weight: float = 1.0
    sign: float = 1.0
    is_touched: bool = False
    said_elsewhere: frozenset[str] = frozenset()
    objects: Sequence[Item] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def strength(self) -> float:
        """What the row's valences are multiplied by; an untouched state or price counts only by its factor."""
        bare = self.row.factor if self.row.kind in ("state", "price") and not self.is_touched else 1.0
        return self.weight * self.sign * bare

    @property
    def is_price_move(self) -> bool:
        """A price that something was said about."""
        return self.row.kind == "price" and self.is_touched

    @property
    def geo(self) -> float:
        """The item on the axis of escalation, before gates."""
        return self.value(GEO)

    @property
    def is_good(self) -> bool:
        """Whether it lowers escalation or, where it is no matter of that, the risk of its themes."""
        values = {axis: value for axis, value in self.row.valences.items() if axis not in self.said_elsewhere}
        return (values.get(GEO) or sum(values.values())) * self.sign < 0

    @property
    def force(self) -> float:
        """Its largest absolute value on any axis, before gates."""
        return max((abs(self.value(axis)) for axis in self.row.valences), default=0.0)

    def value(self, axis: str) -> float:
        """The item on an axis, before gates."""
        if axis in self.said_elsewhere:
            return 0.0
        return self.row.valences.get(axis, 0.0) * self.strength


Hit = tuple[int, int, LexiconRow]


def mute_factor(hits: Sequence[Hit]) -> float:
    """What is left of a sentence about another subject, 0 ... 1; two such subjects leave less than one."""
    return math.prod(row.factor for _, _, row in hits if row.kind == "mute")


def read_clauses(words: Sequence[str], hits: Sequence[Hit]) -> list[Item]:
    """Items of a sentence with signs and weights; empty when nothing is said to happen.

    Args:
        words: folded words and punctuation of the sentence.
        hits: lexicon matches in order, as `PhraseTable.find` gives them.
    """
    mute = mute_factor(hits)
    if mute == 0.0:
        return []
    hits = _without_modifiers(hits)
    ranks = _clause_ranks(words, hits)
    items: list[Item] = []
    for clause in sorted(set(ranks.values())):
        inside = [hit for hit in hits if ranks[hit[0]] == clause]
        items.extend(_read_clause(words, inside))
    _weigh_links(items, hits, ranks)
    asked = ASKED if _is_question(words) else 1.0
    for item in items:
        item.weight *= mute * asked
        if asked != 1.0:
            item.notes.append("asked")
    return [item for item in items if item.strength]


def _without_modifiers(hits: Sequence[Hit]) -> list[Hit]:
    """Drop what only qualifies the next noun: the price in "oil sanctions", the tariff in "tariff concessions"."""
    followers = {start: row for start, _, row in hits if row.kind in _ITEMS}
    return [hit for hit in hits if not _qualifies(hit[2], followers.get(hit[1]))]


def _qualifies(row: LexiconRow, head: LexiconRow | None) -> bool:
    """Whether `row`, right before `head`, is its modifier: the head of a compound decides ("truce violations")."""
    if head is None or row.kind not in ("price", "state"):
        return False
    return row.kind == "price" or (head.kind == "state" and not head.phrase.startswith(("for ", "on ")))


def _is_question(words: Sequence[str]) -> bool:
    """Ends in a question mark, or the sentence or what follows a colon opens with a question word."""
    openers = [words[0], *(after for before, after in pairwise(words) if before == ":")]
    return words[-1] == "?" or not _QUESTION_WORDS.isdisjoint(openers)


def _clause_ranks(words: Sequence[str], hits: Sequence[Hit]) -> dict[int, int]:
    """Start of each hit -> number of its clause; a link belongs to the clause it opens."""
    links = {start for start, _, row in hits if row.kind == "link"}
    starts = {start for start, _, _ in hits}
    ranks: dict[int, int] = {}
    clause = 0
    fronted = False
    for at, word in enumerate(words):
        if at in links:
            fronted = not any(w.isalnum() for w in words[:at])
            clause += 1
        elif word in _BREAKS or (fronted and word == ","):
            fronted = False
            clause += 1
        if at in starts:
            ranks[at] = clause
    return ranks


def _read_clause(words: Sequence[str], hits: Sequence[Hit]) -> list[Item]:
    """Apply the operators of one clause from the right, so that inner ones act first ("fails to end war").

    An operator with valences of its own becomes an item on the axes that its targets say nothing about.
    """
    items = [Item(start, end, row, row.level) for start, end, row in hits if row.kind in _ITEMS]
    for start, end, row in reversed(hits):
        if row.kind in _ITEMS or row.kind in ("link", "mute"):
            continue
        targets = _targets(words, start, end, row, items)
        # A threat or an order keeps its own weight beside something good: "or else", "make peace".
        is_against = row.kind == "oppose" or (row.kind in ("threat", "ask") and all(item.is_good for item in targets))
        # Whoever lifts the limits on a thing lets the thing go on, too.
        objects = [thing for item in targets for thing in item.objects if thing not in targets]
        is_undone = row.kind in ("reverse", "fall") or (row.kind == "lift" and any(item.geo > 0 for item in targets))
        for item in (*targets, *objects):
            _act(row, item, is_undone, gap=max(item.start - end, start - item.end))
        said = frozenset() if is_against else frozenset(axis for item in targets for axis in item.row.valences)
        if any(value and axis not in said for axis, value in row.valences.items()):
            items.append(Item(start, end, row, row.level, said_elsewhere=said, objects=targets))
            items.sort(key=lambda item: item.start)
    return items


def _targets(words: Sequence[str], start: int, end: int, row: LexiconRow, items: Sequence[Item]) -> list[Item]:
    """The items an operator acts on: all that follow for announcements, else the nearest on its side."""
    if row.kind not in ("rise", "fall", "lift"):
        items = [item for item in items if item.row.kind != "price"]
    right = [item for item in items if item.start >= end]
    # "to end the war" can only mean what follows.
    left = [item for item in items if item.end <= start] if words[start - 1 : start] != ["to"] else []
    if row.kind in ("damp", "threat", "ask"):
        after = [item for item in right if item.start - end <= REACH_ANNOUNCED and "," not in words[end : item.start]]
        return after or [item for item in left if start - item.end <= REACH_LEFT] if row.scope == "both" else after
    if row.kind == "negate":
        right = [item for item in right if "," not in words[end : item.start]]
    near_right = _chain(right) if right and right[0].start - end <= REACH_RIGHT else []
    near_left = [item for item in left[-1:] if start - item.end <= REACH_LEFT]
    if row.scope == "both" and not _takes_subject(words, start, end):
        near_left = []
    if row.scope == "right":
        return near_right
    if row.scope == "left":
        return near_left
    if not (near_right and near_left):
        return near_right or near_left
    is_passive = words[start - 1] in _BE  # "sanctions to be lifted on oil"
    is_nearer_left = row.scope == "near" and start - near_left[0].end < near_right[0].start - end
    return near_left if is_passive or is_nearer_left else near_right


def _takes_subject(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a verb may act on its subject: "sanctions are lifted", "shelling stops", not "attack delays flights"."""
    return words[start - 1] in _BE or end >= len(words) or words[end] in _CLOSERS or words[end][0].isdigit()


def _chain(items: Sequence[Item]) -> list[Item]:
    """The first item and those that continue it: "agree to a peace plan" is refused as a whole."""
    chain = list(items[:1])
    for before, after in pairwise(items):
        if after.start - before.end > REACH_TOUCH or before.is_good != after.is_good:
            break
        chain.append(after)
    return chain


def _act(row: LexiconRow, item: Item, is_undone: bool, gap: int) -> None:
    """Apply one operator to one item, `gap` words away."""
    # "fears of war" is about a war to come; "might last while the war ..." is not, nor is "may attack the grid".
    is_asserting = row.kind not in ("damp", "ask", "oppose", "threat")
    item.is_touched |= is_asserting or (gap <= REACH_TOUCH and item.row.factor > 0)
    if is_undone:
        item.sign *= REVERSED
    elif row.kind == "negate":
        item.sign *= NEGATED_GOOD if item.is_good else NEGATED_BAD
    elif row.kind == "threat":
        item.weight *= THREATENED
        item.level = "threat"
    elif row.kind == "oppose" and item.is_good:
        item.sign *= REVERSED
        item.is_touched = True
    elif row.kind == "ask":
        item.sign *= ASKED_GOOD if item.is_good else row.factor
        item.level = "word"
    elif row.kind == "damp":
        item.weight *= row.factor
        item.level = "word"
    item.notes.append(f"{row.kind}: {row.phrase.replace('~', '')}")


def _weigh_links(items: Sequence[Item], hits: Sequence[Hit], ranks: dict[int, int]) -> None:
    """Weigh subordinate clauses down, unless the main clause says nothing or only what prices did."""
    opened = {ranks[start]: row.factor for start, _, row in hits if row.kind == "link" and row.factor < 1.0}
    main = [item for item in items if ranks[item.start] not in opened]
    if not any(item.row.kind != "price" and item.force >= WEIGHTY for item in main):
        return
    for item in items:
        factor = opened.get(ranks[item.start], 1.0)
        if factor != 1.0:
            item.weight *= factor
            item.notes.append("subordinate")
