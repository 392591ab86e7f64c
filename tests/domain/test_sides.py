"""Who does what to whom, on three made-up lands: Ruritania attacks Syldavia, whose friend is Borduria."""

import pytest

from tasks.domain.lexicon import ExposureRow, LexiconRow
from tasks.domain.reading import Reader
from tasks.domain.sides import Sides, is_beside
from tasks.domain.words import words_of


def exposure(phrase: str, kind: str, calm: float = 0.0, geo: float = 1.0) -> ExposureRow:
    values = {"phrase": phrase, "kind": kind, "block": "b", "geo": geo, "relevances": {"calm": calm}}
    return ExposureRow.model_validate(values)


PLACES = [
    exposure("ruritania", "place", 0.9),
    exposure("ruritanian", "place", 0.9),
    exposure("syldavia", "place", 1.0),
    exposure("syldavian", "place", 1.0),
    exposure("borduria", "place", 0.8),
    exposure("laputa", "place", 0.1),
    exposure("council", "body", 0.2),
    exposure("mill", "asset", 0.2, geo=0.5),
]
CIRCLES = [
    exposure("borduria", "friend"),
    exposure("syldavia", "victim"),
    exposure("syldavian", "victim"),
    exposure("ruritania", "assailant", 0.9),
    exposure("ruritanian", "assailant", 0.9),
]
LEXICON = [
    LexiconRow(phrase="raid~", kind="event", block="b", valences={"geo": 2.0, "calm": 2.0}),
    LexiconRow(phrase="ban", kind="state", block="b", factor=0.6, valences={"geo": 2.0, "calm": 2.0}),
    LexiconRow(phrase="peril", kind="state", block="b", factor=0.1, valences={"geo": 2.0, "calm": 2.0}),
    LexiconRow(phrase="praise~", kind="event", block="b", valences={"geo": -2.0, "calm": -2.0}),
    LexiconRow(phrase="warn~", kind="event", block="b", level="threat", valences={"geo": 2.0, "calm": 2.0}),
    LexiconRow(phrase="troops", kind="event", block="b", gate="guard", valences={"geo": 2.0, "calm": 2.0}),
    LexiconRow(phrase="fray", kind="event", block="b", gate="themes", valences={"geo": 2.0, "calm": 2.0}),
    LexiconRow(phrase="unrest", kind="event", block="b", gate="none", valences={"geo": 2.0, "calm": 2.0}),
    LexiconRow(phrase="as", kind="link", block="b", gate="none", valences={}),
]
READER = Reader(["calm", "geo"], LEXICON, [*PLACES, *CIRCLES])
FAR = 0.2


def calm(text: str) -> list[float]:
    """What each item of a sentence is worth on the theme."""
    return [round(values["calm"], 4) for _, values in READER.read(text).said]


@pytest.mark.parametrize(
    ("text", "is_friendly"),
    [
        ("raid in borduria", True),
        ("raid in borduria and syldavia", True),
        ("raid in borduria, the council and its mill", True),
        ("raid in syldavia", False),
        ("raid in borduria and ruritania", False),
        ("raid in a village", False),
        ("borduria", False),
    ],
)
def test_friends_are_among_themselves(text: str, is_friendly: bool) -> None:
    assert READER.read(text).exposure.is_friendly == is_friendly


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("ruritania raids syldavia", [2.0]),
        ("syldavia raids ruritania", [0.2]),
        ("a raid in the east of ruritania", [0.2]),
        ("a raid by ruritania", [2.0]),
        ("a raid in a very far and lonely corner of ruritania", [2.0]),
        ("a raid, says ruritania", [2.0]),
        ("a raid on laputa", [2.0]),
        ("ruritania hit in raid by syldavia", [0.2]),
        ("ruritania sees syldavian raid", [0.2]),
        ("syldavia sees a ruritanian raid", [2.0]),
        ("syldavia, ruritania: raids", [2.0]),
        ("syldavia raids ruritanian drones", [2.0]),
        ("ban on ruritania", [0.12]),
        ("peril for ruritania", [0.2]),
        ("praise of ruritania", [-2.0]),
        ("syldavia warns ruritania", [2.0]),
        ("troops in ruritania", [2.0]),
        ("raids", [2.0]),
    ],
)
def test_what_is_done_to_the_assailant_loses_its_share(text: str, worth: list[float]) -> None:
    assert calm(text) == worth


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ruritania", 0.9),
        ("ruritania and borduria", 0.9),
        ("ruritania and the council", 0.9),
        ("ruritania and laputa", 0.09),
        ("laputa", 0.1),
    ],
)
def test_the_assailant_far_away_is_of_little_concern(text: str, place: float) -> None:
    assert READER.read(text).exposure.place["calm"] == pytest.approx(place)


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("raid in laputa as syldavia sings", [2.0 * FAR]),
        ("raid in syldavia as laputa sings", [2.0]),
        ("a raid as laputa and syldavia sing", [2.0]),
        ("fray in laputa, syldavia sings", [2.0 * FAR]),
        ("laputa fray, syldavia sings", [2.0 * FAR]),
        ("fray of them all, laputa and syldavia sing", [2.0]),
        ("unrest in laputa as syldavia sings", [2.0]),
        ("raid in laputa as the council sings", [2.0]),
    ],
)
def test_the_places_near_a_deed_weigh_it(text: str, worth: list[float]) -> None:
    assert calm(text) == worth


def test_a_receipt_names_the_turn() -> None:
    ((item, _),) = READER.read("syldavia raids ruritania").said
    assert item.notes == ["turned on the assailant"]


def test_sides_ignore_other_kinds() -> None:
    sides = Sides(PLACES)
    words = words_of("ruritania and laputa")
    assert not sides.elsewhere(words, [(0, 1, {"geo": 1.0})])
    assert [hit[0] for hit in sides.parties(words, [(0, 1, {"geo": 1.0}), (2, 3, {"geo": 0.5})])] == [0]


def test_beside_needs_a_joining_word() -> None:
    ((item, _),) = READER.read("fray").said
    words = words_of("fray of laputa")
    assert is_beside(words, (2, 3, {}), item)
    assert not is_beside(words_of("fray laputa"), (1, 2, {}), item)
