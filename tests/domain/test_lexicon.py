from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.domain import words as words_module
from tasks.domain.lexicon import ExposureRow, LexiconRow, expand, inflect, lexicon_hash
from tasks.domain.words import Openings, PhraseTable, words_of
from tasks.storage.seeds import Taxonomy


def row(**values: Any) -> LexiconRow:
    return LexiconRow.model_validate({"phrase": "truce", "kind": "state", "block": "peace", "valences": {}} | values)


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("attack", {"attacks", "attacked", "attacking"}),
        ("deny", {"denies", "denied", "denying"}),
        ("escalate", {"escalates", "escalated", "escalating"}),
        ("clash", {"clashes", "clashed", "clashing"}),
        ("ban", {"bans", "banned", "banning"}),
        ("tax", {"taxes", "taxed", "taxing"}),
    ],
)
def test_inflect_covers_the_regular_forms(word: str, forms: set[str]) -> None:
    assert forms | {word} <= set(inflect(word))


def test_expand_inflects_marked_words_only() -> None:
    assert set(expand("peace deal~")) >= {("peace", "deal"), ("peace", "deals")}
    assert ("peaces", "deal") not in expand("peace deal~")


@pytest.mark.parametrize(
    "values",
    [
        {"valences": {"geo": 4.5}},
        {"factor": 3},
        {"kind": "mood"},
        {"phrase": "Cease-Fire"},
        {"phrase": "cease-fire"},
        {"kind": "tone"},
        {"tone": 1.0},
        {"mood": 1},
    ],
)
def test_rows_out_of_range_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        row(**values)


def test_tone_rows_take_hyphens() -> None:
    assert row(phrase="cease-fire", kind="tone", tone=1.5).tone == 1.5


def test_hash_depends_on_rows_not_on_their_order() -> None:
    one, two = row(), row(phrase="pact")
    exposure = ExposureRow(phrase="rhine", kind="place", block="europe", relevances={})
    assert lexicon_hash([one, two], [exposure]) == lexicon_hash([two, one], [exposure])
    assert lexicon_hash([one, two], []) != lexicon_hash([one], [])


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The U.S. and US envoys", ["the", "usa", "and", "usa", "envoys"]),
        ("Tell us Europe's cease-fire", ["tell", "us", "europe", "cease", "fire"]),
        ("It isn't 3.5%, is it?", ["it", "isnt", "3.5", "%", ",", "is", "it", "?"]),
        ("'s 'S", ["s", "s"]),
        (
            "won 3-0, then 117-3; a 68-30 vote in 2021-2 of F-16s",
            [
                "won",
                "scoreline",
                ",",
                "then",
                "scoreline",
                ";",
                "a",
                "68",
                "30",
                "vote",
                "in",
                "2021",
                "2",
                "of",
                "f",
                "16",
                "s",
            ],
        ),
        ("S&P 500; radio & text", ["s", "p", "500", ";", "radio", "text"]),
        ("In 1990 or 1914, not 2021", ["in", "olden", "or", "olden", ",", "not", "2021"]),
    ],
)
def test_words_of(sentence: str, words: list[str]) -> None:
    assert words_of(sentence) == words


def test_full_word_cache_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_module, "CACHE_LIMIT", 0)
    assert words_of("Quinoa Farro") == ["quinoa", "farro"]


def test_matches_are_whole_words_leftmost_longest_and_disjoint() -> None:
    table = PhraseTable([("nato", 1), ("oil", 2), ("oil price~", 3), ("price~ war", 4), ("oil", 5)])
    assert table.find(words_of("A senator in turmoil")) == []
    assert table.find(words_of("Oil prices war, oil")) == [(0, 2, 3), (4, 5, 2)]
    assert table.find(words_of("oil")) == [(0, 1, 2)]


PAIRED = [
    PhraseTable([("oil price~", 1), ("nato", 2)]),
    PhraseTable([("oil", 3), ("price~ war", 4), ("oil price cap", 5)]),
]


@pytest.mark.parametrize(
    ("text", "end", "starts"),
    [
        ("Oil prices war, oil", 5, {0: [0], 1: [0, 1, 4]}),
        ("Price of oil", 3, {1: [2]}),  # "price" begins a phrase, but not before "of"
        ("Oil prices", 1, {0: [0], 1: [0]}),
        ("NATO meets", 2, {0: [0]}),
        ("Rain", 1, {}),
    ],
)
def test_openings_look_a_word_ahead(text: str, end: int, starts: dict[int, list[int]]) -> None:
    assert Openings(PAIRED).find(words_of(text), end) == starts


@given(st.lists(st.sampled_from(["oil", "price", "prices", "war", "nato", "cap", ","]), max_size=12))
def test_openings_miss_no_phrase(words: list[str]) -> None:
    starts = Openings(PAIRED).find(words, len(words))
    for number, table in enumerate(PAIRED):
        assert table.find(words, starts.get(number, [])) == table.find(words)


def test_only_idioms_say_nothing(taxonomy: Taxonomy) -> None:
    silent = {row.block for row in taxonomy.lexicon if row.kind == "event" and not any(row.valences.values())}
    assert silent == {"idiom", "war_compounds"}


def test_every_other_subject_mutes(taxonomy: Taxonomy) -> None:
    assert [row.phrase for row in taxonomy.lexicon if row.kind == "mute" and row.factor == 1.0] == []


def test_every_block_says_why(taxonomy: Taxonomy) -> None:
    for rows in (taxonomy.lexicon, taxonomy.exposures):
        explained = {row.block for row in rows if row.rationale}
        assert explained == {row.block for row in rows}


def test_no_spelling_has_two_meanings(taxonomy: Taxonomy) -> None:
    phrases = [row.phrase for row in taxonomy.lexicon if row.kind != "tone"]
    assert [phrase for phrase, count in Counter(phrases).items() if count > 1] == []
