"""What a sentence says happened: its clauses, the items in them and how much each clause counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from tasks.domain.lexicon import GEO, LexiconRow
from tasks.domain.operators import ASKED_GOOD, CONDITIONAL, Hit, Item, act, targets_of
from tasks.domain.words import word_set

WEIGHTY = 0.6
"""Force from which a main clause counts as the news."""
DATING = 0.3
"""Links of this weight or less only date or describe the news: "since", "which"."""
CONCEDED = 0.6
"""What stands before a "but" with news of its own behind it."""
KEPT = 0.7
"""What "does not stop" says of a thing, as a share of its beginning."""
VENUE = 0.4
"""What talks are worth whose outcome, in the same clause, failed."""
ORDERED = 0.3
"""What an order to do a bad thing is worth: it is wanted and not done."""
ASKED = 0.1
"""What a question asks about has not happened."""
_HITTING = frozenset({"hit~", "hits"})
_EXTREMES = word_set("high highs highest low lows lowest record peak")
REACH_EXTREME = 5
"""Words in which "hits" finds its height: "oil hits a 13-year high" is no blow."""
_STRIKING = frozenset({"strike~", "strikes", "struck"})
_BARGAINS = word_set("deal deals agreement agreements accord accords pact pacts bargain compromise")
_AFFECTING = frozenset({"reverse", "fall", "oppose", "endanger", "threat", "damp"})
_APART = word_set(
    "on in at as for from by with against near after before over amid despite while and or but , . ; : ! ?"
)
REACH_BARGAIN = 5
"""Words in which "strikes" finds its deal."""
_AREAS = word_set(
    "city cities town towns village villages region regions territory territories area areas land lands port enclave "
    "peninsula province provinces capital district districts north south east west"
)
_INTO = word_set("in of from near across inside outside around into over for")
_HOW_MANY = word_set(
    "the its their two three four several many some all key major newly partly heavily long illegally temporarily"
)
_QUESTION_WORDS = word_set("how why what who where when which will could can is are does did do has have should")
_BREAKS = frozenset(";:()!?")
_ANNOUNCING = frozenset({"threat", "endanger", "ask"})
_UNDOING = frozenset({"reverse", "fall", "lift"})
_ITEMS = frozenset({"event", "state", "price"})


def mute_factor(hits: Sequence[Hit]) -> float:
    """What is left of a sentence about another subject, 0 ... 1; two such subjects leave less than one."""
    return math.prod(row.factor for _, _, row in hits if row.kind == "mute")


def read_clauses(words: Sequence[str], hits: Sequence[Hit]) -> list[Item]:
    """Items of a sentence with signs and weights; empty when nothing is said to happen.

    Args:
        words: folded words and punctuation of the sentence.
        hits: lexicon matches in order, as `PhraseTable.find` gives them.
    """
    # Most sentences hold operators at best: nothing for them to act on, nothing that they say by themselves.
    if not any(row.kind in _ITEMS or any(row.valences.values()) for _, _, row in hits):
        return []
    mute = mute_factor(hits)
    if mute == 0.0:
        return []
    hits = _without_modifiers(words, hits)
    numbers = clause_numbers(words, hits)
    ranks = {start: numbers[start] for start, _, _ in hits}
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


def _without_modifiers(words: Sequence[str], hits: Sequence[Hit]) -> list[Hit]:
    """Drop blows that are none ("hits a record high", "strikes a deal") and what only qualifies the next noun.

    Such as the price in "oil sanctions", the tariff in "tariff concessions", the siege in "in besieged cities".
    """
    hits = [
        hit
        for hit in hits
        if not (hit[2].phrase in _HITTING and not _EXTREMES.isdisjoint(words[hit[1] : hit[1] + REACH_EXTREME]))
        and not (hit[2].phrase in _STRIKING and _is_bargain(words, hit, hits))
        and not (hit[2].kind == "event" and _is_description(words, hit[0], hit[1]))
    ]
    followers = {start: row for start, _, row in hits if row.kind in _ITEMS}
    return [hit for hit in hits if not _qualifies(hit[2], followers.get(hit[1]))]


def _qualifies(row: LexiconRow, head: LexiconRow | None) -> bool:
    """Whether `row`, right before `head`, is its modifier: the head of a compound decides ("truce violations")."""
    if head is None or row.kind not in ("price", "state") or " on " in row.phrase:
        return False
    return row.kind == "price" or (head.kind == "state" and not head.phrase.startswith(("for ", "on ")))


def _is_bargain(words: Sequence[str], blow: Hit, hits: Sequence[Hit]) -> bool:
    """Whether what is struck is a deal: "strikes a digital trade deal", not "strikes test the truce deal"."""
    start, end, _ = blow
    if words[start] == "struck" and not _BARGAINS.isdisjoint(words[max(0, start - REACH_BARGAIN) : start]):
        return True
    for at, word in enumerate(words[end : end + REACH_BARGAIN], start=end):
        if word in _BARGAINS:
            return not any(end <= verb < at and row.kind in _AFFECTING for verb, _, row in hits)
        if word in _APART:
            break
    return False


def _is_description(words: Sequence[str], start: int, end: int) -> bool:
    """Whether one word in -ed only says which one is meant: "in occupied Syldavia", "from two besieged cities"."""
    if not start or end - start > 1 or end == len(words) or not words[start].endswith("ed"):
        return False
    if words[start - 1] in _INTO:
        return True
    return start > 1 and words[end] in _AREAS and words[start - 1] in _HOW_MANY and words[start - 2] in _INTO


def _is_question(words: Sequence[str]) -> bool:
    """Ends in a question mark, or the sentence or what follows a colon opens with a question word.

    A question mark inside ends the question that opens the sentence: "Is it war?": Bombs fall on Kyiv.
    """
    openers = [
        *(() if "?" in words[:-1] else words[:1]),
        *(after for before, after in pairwise(words) if before == ":"),
    ]
    return words[-1] == "?" or not _QUESTION_WORDS.isdisjoint(openers)


def clause_numbers(words: Sequence[str], hits: Sequence[Hit]) -> list[int]:
    """The number of the clause that each word stands in; a link belongs to the clause it opens."""
    links = {start for start, _, row in hits if row.kind == "link"}
    numbers: list[int] = []
    clause = 0
    fronted = False
    for at, word in enumerate(words):
        if at in links:
            fronted = not any(w.isalnum() for w in words[:at])
            clause += 1
        elif word in _BREAKS or (fronted and word == ","):
            fronted = False
            clause += 1
        numbers.append(clause)
    return numbers


def _read_clause(words: Sequence[str], hits: Sequence[Hit]) -> list[Item]:
    """Apply the operators of one clause from the right, so that inner ones act first ("fails to end war").

    An operator with valences of its own becomes an item on the axes that its targets say nothing about.
    """
    items = [Item(start, end, row, row.level) for start, end, row in hits if row.kind in _ITEMS]
    operators = [hit for hit in hits if hit[2].kind not in _ITEMS and hit[2].kind not in ("link", "mute")]
    starts = [start for start, _, _ in operators]
    # "Does not stop": the negation belongs to the verb that follows and is spent on it.
    denials = {end for _, end, row in operators if row.kind == "negate"}
    denied = {start for start, _, row in operators if start in denials and row.kind in _UNDOING}
    inner: tuple[int, Sequence[Item]] = (-1, ())
    for start, end, row in reversed(operators):
        if row.kind == "negate" and end in denied:
            continue
        targets = targets_of((start, end, row), words, items, starts)
        if row.kind == "ask" and not targets and inner[0] == end:
            # "The war must end": what must be done to a thing is wanted of it.
            targets = list(inner[1])
        inner = start, targets
        # A threat or an order keeps its own weight beside something good ("or else", "make peace") and beside the
        # condition under which it holds ("vows a response if attacked").
        is_against = row.kind == "oppose" or (
            row.kind in _ANNOUNCING
            and all(item.is_good or (row.kind != "ask" and item.weight <= CONDITIONAL) for item in targets)
        )
        # Whoever lifts the limits on a thing lets the thing go on, too.
        objects = [thing for item in targets for thing in item.objects if thing not in targets]
        is_undone = row.kind in ("reverse", "fall") or (row.kind == "lift" and any(item.geo > 0 for item in targets))
        is_kept = is_undone and start in denied
        is_pact = row.kind == "realise" and row.valences.get(GEO, 0.0) < 0
        for item in (*targets, *objects):
            # An agreement on sanctions makes them, one on tariffs or a war ends the quarrel of those who agree.
            is_settled = is_pact and item.row.gate == "themes" and not item.is_good
            act(row, item, is_settled or (is_undone and not is_kept), gap=max(item.start - end, start - item.end))
            if is_kept:
                item.weight *= KEPT
                item.notes.append("not undone")
            if _is_order(words, start, end, row):
                item.sign *= ASKED_GOOD if item.is_good else ORDERED
                item.notes.append("ordered")
        said = frozenset() if is_against else frozenset(axis for item in targets for axis in item.row.valences)
        if not is_kept and any(value and axis not in said for axis, value in row.valences.items()):
            items.append(Item(start, end, row, row.level, said_elsewhere=said, objects=targets))
            items.sort(key=lambda item: item.start)
    if any(item.has_failed for item in items):
        for item in items:
            if item.row.kind == "state" and item.is_good and not item.is_touched:
                item.weight *= VENUE
                item.notes.append("venue")
    return items


def _is_order(words: Sequence[str], start: int, end: int, row: LexiconRow) -> bool:
    """Whether a verb opens the sentence, or what is said behind a colon, in its base form: "End the war, UN says"."""
    if row.kind not in ("reverse", "lift") or (start and words[start - 1] != ":") or words[end : end + 1] == ["of"]:
        return False
    return row.phrase.endswith("~") and words[start] == row.phrase[:-1]


def _weigh_links(items: Sequence[Item], hits: Sequence[Hit], ranks: dict[int, int]) -> None:
    """Weigh subordinate clauses down, unless the main clause says nothing or only what prices did.

    What merely dates or describes ("since the war began", "which ...") is weighed down in any case.
    """
    opened = {ranks[start]: row.factor for start, _, row in hits if row.kind == "link" and row.factor < 1.0}
    main = [item for item in items if ranks[item.start] not in opened]
    turned = [ranks[start] for start, _, row in hits if row.kind == "link" and row.factor > 1.0]
    if turned and any(ranks[item.start] >= turned[-1] for item in items):
        opened |= dict.fromkeys(range(turned[-1]), CONCEDED)
    has_news = any(item.row.kind != "price" and item.force >= WEIGHTY for item in main)
    for item in items:
        factor = opened.get(ranks[item.start], 1.0)
        if factor <= DATING or factor == CONCEDED or (factor < 1.0 and has_news):
            item.weight *= factor
            item.notes.append("subordinate")
