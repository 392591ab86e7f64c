"""Items and the operators that act on them: flipped, realised, damped, announced, each change noted.

Deterministic rules in the manner of event coders (PLOVER, PETRARCH). An *item* is an event, a state or a price
that a clause names; an *operator* is a verb or a function word near it.
"""

from __future__ import annotations

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
REACH_TOUCH = 2
"""Words over which "fears of" makes a state the subject instead of the backdrop."""
REVERSED = -0.8
"""A failed truce is a little less than a war, an averted strike a little less than peace."""
NEGATED_GOOD, NEGATED_BAD = -0.7, -0.15
"""No truce is bad news; no attack is hardly news."""
THREATENED = 0.65
"""A threat weighs about two thirds of the deed (PLOVER: THREATEN -3.5 against -5 ... -10 of deeds)."""
ASKED_GOOD = -0.15
"""Who must be asked for peace does not keep it (PLOVER: REQUEST is verbal conflict, at its mildest)."""
CONDITIONAL = 0.25
"""Factor up to which a hedge is a condition, under which prices have not moved either."""
Hit = tuple[int, int, LexiconRow]
"""Start and end of a match among the words of a sentence, and its row."""
_BE = word_set("be been being is are was were")
_SEEMING = word_set("appears appear seems seem set due expected about likely poised bound begins continues")
_CLOSERS = word_set(
    "in on at after as for by over amid until from with because due again but and while before since to of into than "
    "now today this next within despite following during between ahead under without , . ; : ! ? ) -"
)
_SIDEWAYS = word_set("by with at under into against on due")
_SIDEWAYS_LATER = word_set("in from")
"""What joins a bad thing to a verb without making it the verb's object: "block hit by missiles", "fails in battle"."""


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
    def has_failed(self) -> bool:
        """Whether it is a good state that was undone."""
        return self.row.kind == "state" and self.sign < 0 and not self.is_good

    @property
    def force(self) -> float:
        """Its largest absolute value on any axis, before gates."""
        return max((abs(self.value(axis)) for axis in self.row.valences), default=0.0)

    def values(self) -> dict[str, float]:
        """The item on every axis that it says something about, before gates."""
        strength = self.strength
        return {
            axis: value * strength
            for axis, value in self.row.valences.items()
            if value and strength and axis not in self.said_elsewhere
        }

    def value(self, axis: str) -> float:
        """The item on an axis, before gates."""
        if axis in self.said_elsewhere:
            return 0.0
        return self.row.valences.get(axis, 0.0) * self.strength


def targets_of(hit: Hit, words: Sequence[str], items: Sequence[Item], operators: Sequence[int]) -> list[Item]:
    """The items an operator acts on: all that follow for announcements, else the nearest on its side.

    `operators`: where the operators of the clause stand.
    """
    start, end, row = hit
    is_condition = row.kind == "damp" and row.factor <= CONDITIONAL
    if row.kind not in ("rise", "fall", "lift") and not is_condition:
        items = [item for item in items if item.row.kind != "price"]
    right = [item for item in items if item.start >= end and not _is_cut_off(words, end, item.start, operators)]
    # "to end the war" can only mean what follows, "appears to hold" and "bills to rise" only what stands before.
    is_open = words[start - 1 : start] != ["to"] or (
        _takes_subject(words, start, end)
        and (
            (row.scope == "near" and words[start - 2] in _SEEMING)
            or (row.scope in ("near", "both") and any(item.end == start - 1 for item in items))
        )
    )
    left = [item for item in items if item.end <= start] if is_open else []
    if row.kind in ("reverse", "fall"):
        right = [item for item in right if not _is_bad(item) or not _is_aside(words, end, item)]
        if left and _is_bad(left[-1]) and _is_spared(left[-1], row, words):
            left = []
    if row.kind in ("damp", "threat", "endanger", "ask"):
        after = [item for item in right if item.start - end <= REACH_ANNOUNCED]
        return after or [item for item in left if start - item.end <= REACH_LEFT] if row.scope == "both" else after
    # "sanctions to be lifted on oil", but not "is lifting sanctions"
    is_passive = words[start - 1] in _BE and not words[start].endswith("ing")
    if is_passive and row.scope in ("both", "near"):
        right = [item for item in right if "," not in words[end : item.start]]
    reach = REACH_TOUCH if row.scope == "next" else REACH_RIGHT
    near_right = _chain(right) if right and right[0].start - end <= reach else []
    near_left = [item for item in left[-1:] if start - item.end <= REACH_LEFT]
    if row.scope == "both" and not _takes_subject(words, start, end):
        near_left = []
    if row.scope in ("right", "next"):
        return near_right
    if row.scope == "left":
        return near_left
    if not (near_right and near_left):
        return near_right or near_left
    is_nearer_left = row.scope == "near" and start - near_left[0].end < near_right[0].start - end
    return near_left if is_passive or is_nearer_left else near_right


def _is_cut_off(words: Sequence[str], end: int, start: int, operators: Sequence[int]) -> bool:
    """Whether a comma, "and" or "or" and a verb of its own lie between: "bans the coin, raising tensions"."""
    between = words[end:start]
    return any(
        mark in between and any(end + between.index(mark) <= operator < start for operator in operators)
        for mark in (",", "and", "or")
    )


def _is_bad(item: Item) -> bool:
    """A deed or a state that raises risk; prices are neither good nor bad."""
    return item.row.kind != "price" and not item.is_good


def _is_spared(item: Item, row: LexiconRow, words: Sequence[str]) -> bool:
    """Whether a bad thing before a verb is not what ends: "ship under sanctions sinks"; sizes fall, deeds do not."""
    is_deed = row.kind == "fall" and row.scope == "near" and item.row.kind == "event"
    return is_deed or not _SIDEWAYS.isdisjoint(words[max(0, item.start - 2) : item.start])


def _is_aside(words: Sequence[str], end: int, item: Item) -> bool:
    """Whether an item only stands beside the verb that ends at `end`; "from attacking" does not.

    A comma parts a verb from the next ("resigns, threatening ..."), but not two adjectives ("a long, costly war").
    """
    between = words[end : item.start]
    if not _SIDEWAYS.isdisjoint(between) or ("," in between and item.row.kind not in ("event", "state")):
        return True
    return not _SIDEWAYS_LATER.isdisjoint(between[1:]) and not words[item.start].endswith("ing")


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


def act(row: LexiconRow, item: Item, is_undone: bool, gap: int) -> None:
    """Apply one operator to one item, `gap` words away."""
    # "fears of war" is about a war to come; "might last while the war ..." is not, nor is "may attack the grid".
    is_asserting = row.kind not in ("damp", "ask", "oppose", "threat", "endanger")
    item.is_touched |= is_asserting or (gap <= REACH_TOUCH and item.row.factor > 0)
    if is_undone:
        item.sign *= REVERSED
    elif row.kind == "negate":
        item.sign *= NEGATED_GOOD if item.is_good else NEGATED_BAD
    elif row.kind in ("threat", "endanger"):
        # A threatened strike is less than a strike; a threatened truce is in danger.
        item.weight *= THREATENED
        item.sign *= -1.0 if row.kind == "endanger" and item.is_good else 1.0
        item.is_touched |= row.kind == "endanger"
        item.level = "threat"
    elif row.kind == "oppose" and item.is_good:
        item.sign *= REVERSED
        item.is_touched = True
    elif row.kind == "oppose":
        item.weight *= row.factor
    elif row.kind == "ask":
        item.sign *= ASKED_GOOD if item.is_good else row.factor
        item.level = "word"
    elif row.kind == "damp":
        item.weight *= row.factor
        item.level = "word"
    item.notes.append(f"{row.kind}: {row.phrase.replace('~', '')}")
