"""Operators on a two-row lexicon, where every number can be checked by hand."""

from typing import Any

import pytest

from tasks.domain.clauses import ASKED, CONCEDED, DATING, KEPT, ORDERED, VENUE, read_clauses
from tasks.domain.lexicon import LexiconRow
from tasks.domain.operators import ASKED_GOOD, NEGATED_BAD, NEGATED_GOOD, REVERSED, THREATENED, Item
from tasks.domain.words import PhraseTable, words_of


def row(phrase: str, kind: str, geo: float = 0.0, **values: Any) -> LexiconRow:
    return LexiconRow.model_validate({"phrase": phrase, "kind": kind, "block": "b", "valences": {"geo": geo}} | values)


ROWS = [
    row("raid~", "event", 2.0),
    row("truce~", "state", -2.0, factor=0.5),
    row("oil", "price", factor=0.0),
    row("collapse~", "reverse", scope="left"),
    row("reject~", "reverse", 1.0, scope="right"),
    row("lift~", "reverse", scope="both"),
    row("sign~", "realise", scope="right"),
    row("jump~", "rise", scope="near"),
    row("hoist~", "lift", scope="both"),
    row("limits on", "fall", 1.0),
    LexiconRow(phrase="arms", kind="state", block="b", factor=0.5, valences={"demand": 2.0}),
    row("strike~", "event", 2.0),
    row("struck", "event", 2.0),
    row("shelled", "event", 2.0),
    row("bomb~", "event", 2.0),
    row("urge~", "ask", 0.5, factor=0.3),
    row("must", "ask", factor=0.3),
    row("denounce~", "oppose", 1.0),
    row("not", "negate"),
    row("threaten~", "threat", 1.5, level="threat"),
    row("imperil~", "endanger", 1.5, level="threat"),
    row("may", "damp", factor=0.6),
    row("unlikely", "damp", factor=0.5, scope="both"),
    row("unless", "damp", factor=0.2),
    row("settle~", "realise", -1.0),
    row("duty", "state", 2.0, factor=0.5, gate="themes"),
    row("amid", "link", factor=0.4),
    row("since", "link", factor=DATING),
    row("but", "link", factor=1.2),
    row("yet", "link", factor=1.0),
    row("chess", "mute", factor=0.0),
    row("school", "mute", factor=0.5),
]
TABLE = PhraseTable((r.phrase, r) for r in ROWS)


def read(text: str) -> list[Item]:
    words = words_of(text)
    return read_clauses(words, TABLE.find(words))


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("a raid", [1.0]),
        ("a truce", [0.5]),
        ("they sign a truce", [1.0]),
        ("a truce collapses", [REVERSED]),
        ("collapse of nothing, a truce", [0.5]),
        ("they reject a truce", [REVERSED]),
        ("they reject all", [1.0]),
        ("they reject a thing that is far too long gone now, a raid", [1.0, 1.0]),
        ("they lift the truce", [REVERSED]),
        ("the truce is lifted", [REVERSED]),
        ("the truce was lifted, a raid", [REVERSED, 1.0]),
        ("the raid they lift a truce", [1.0, REVERSED]),
        ("the raid lifted there and then a truce", [1.0, REVERSED]),
        ("lift the raid, they say", [REVERSED * ASKED_GOOD]),
        ("all say: lift the truce", [REVERSED * ORDERED]),
        ("lifts the raid, they say", [REVERSED]),
        ("lift of the truce", [REVERSED]),
        ("the truce that was made so long ago is lifted, a raid", [0.5, 1.0]),
        ("they do not lift the truce", [KEPT]),
        ("they do not now lift the truce", [REVERSED * NEGATED_BAD]),
        ("they settle a duty", [REVERSED]),
        ("they settle a raid", [1.0]),
        ("unless oil jumps", [0.2]),
        ("may oil jump", [1.0]),
        ("not a truce", [NEGATED_GOOD]),
        ("not a raid", [NEGATED_BAD]),
        ("they threaten a raid", [THREATENED]),
        ("they threaten", [1.0]),
        ("it may be a raid", [0.6]),
        ("a raid is unlikely", [0.5]),
        ("unlikely a raid", [0.5]),
        ("a raid may", [1.0]),
        ("may may hold a truce", [0.6 * 0.6]),
        ("may there be no one at all who would now ever say truce", [0.5]),
        ("a raid amid a truce", [1.0, 0.5 * 0.4]),
        ("amid a truce, a raid", [0.5 * 0.4, 1.0]),
        ("all is well amid a truce", [0.5]),
        ("a raid yet a truce", [1.0, 0.5]),
        ("a raid but a truce", [CONCEDED, 0.5]),
        ("a raid but no more", [1.0]),
        ("a raid; not; a truce", [1.0, 0.5]),
        ("a raid?", [ASKED]),
        ("why a raid", [ASKED]),
        ("a raid in chess", []),
        ("a raid in school", [0.5]),
        ("a school school raid", [0.25]),
        ("oil", []),
        ("oil truce", [0.5]),
        ("they urge a truce", [1.0, ASKED_GOOD]),
        ("they urge a raid", [0.3]),
        ("they denounce a truce", [1.0, REVERSED]),
        ("they denounce a raid", [1.0, 1.0]),
        ("they threaten to lift a raid", [1.0, THREATENED * REVERSED]),
        ("not so: why a raid", [ASKED]),
        ("they hoist a raid", [REVERSED]),
        ("they threaten a truce", [1.0, THREATENED]),
        ("oil jumps since a truce", [1.0, 0.5 * DATING]),
        ("a truce where a truce is lifted", [0.5 * VENUE, REVERSED]),
        ("they hoist a truce", [1.0]),
        ("limits on arms", [1.0, REVERSED]),
        ("they hoist the limits on arms", [REVERSED, REVERSED * REVERSED]),
        ("a raid lifted people", [1.0]),
        ("a raid lifted in May", [REVERSED]),
        ("a raid lifted 3 times", [REVERSED]),
        ("they reject a truce or truce", [REVERSED, REVERSED]),
        ("they reject a truce then and there, a truce", [REVERSED, 0.5 * VENUE]),
        ("they lift a raid and truce", [REVERSED, 0.5]),
        ("they do not go, lift a truce", [REVERSED]),
        ("they do not want an old, worn truce", [NEGATED_GOOD]),
        ("they imperil a truce", [1.0, -THREATENED]),
        ("they imperil all by a raid", [THREATENED]),
        ("the raid they had to lift", [1.0]),
        ("oil jumps", [1.0]),
        ("they sign for oil", []),
        ("they strike a new good deal", []),
        ("they strike now that there is no good deal", [1.0]),
        ("they strike at the deal", [1.0]),
        ("strikes threaten deal", [1.0, 1.0]),
        ("strikes", [1.0]),
        ("a deal they had struck", []),
        ("they struck at the deal", [1.0]),
        ("in shelled places", []),
        ("in bombed places", []),
        ("they bombed places", [1.0]),
        ("in two bombed cities", []),
        ("in the bombed cities", []),
        ("they saw two bombed cities", [1.0]),
        ("in the bombed places", [1.0]),
        ("number of bombed", [1.0]),
        ("bombed", [1.0]),
        ("a truce must collapse", [REVERSED * 0.3]),
        ("the raid must be lifted", [REVERSED]),
        ("a raid must collapse", [REVERSED * ASKED_GOOD]),
        ("they must collapse", []),
        ("they lift all or reject a truce", [REVERSED]),
        ("oil jumps on a raid", [1.0, 1.0]),
    ],
)
def test_strengths(text: str, strengths: list[float]) -> None:
    assert [item.strength for item in read(text)] == pytest.approx(strengths)


def test_levels_and_notes() -> None:
    assert [(item.level, item.notes) for item in read("they threaten a raid amid what may be a truce")] == [
        ("threat", ["threat: threaten"]),
        ("word", ["damp: may", "subordinate"]),
    ]
    assert read("why a raid")[0].notes == ["asked"]
