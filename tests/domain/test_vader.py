import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, SentimentIntensityAnalyzer

from tasks.domain import vader as module
from tasks.domain.vader import Vader, package_emojis, package_lexicon

PACKAGE = SentimentIntensityAnalyzer()
OURS = Vader(package_lexicon(), package_emojis())
PHRASES = (
    "but BUT not never so this no NO nor or least at very without doubt kind of sort just enough the shit bomb",
    "bad ass yeah right to die for beating heart kiss of death isn't can't ain't despite rarely bus stop only",
    "a US Nato :) :( :D !! ?? ? !!!!! ... 💘 😁 x💋y e.g. 143 86 aml 'no' (no)",
)
TRAPS = [token for phrase in PHRASES for token in phrase.split()]


def theirs(text: str) -> float:
    return float(PACKAGE.polarity_scores(text)["compound"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Nothing here",
        "The mood is GOOD, not bad!",
        "at least good",
        "least good",
        "the very least good",
        "no good",
        "no good or bad",
        "kind of good",
        "kind good",
        "this is so very good",
        "never so good as this",
        "never this bad",
        "without a doubt good",
        "without doubt good",
        "without doubt very good",
        "good but bad but good",
        "good good but bad bad",
        "the bomb is bad ass",
        "the bus stop is bad",
        "Good???? Good?? Good? Good!!!!!",
        "sad 😁😁 day💘",
        "WAR AND PEACE",
        "WAR and peace 25%",
        "so good",
        "\u2028good\u00a0bad",
        "ß VERY good ẞ",
    ],
)
def test_equals_the_package_on_its_oddities(text: str) -> None:
    assert OURS.compound(text) == theirs(text)


def test_equals_the_package_on_generated_adversarial_texts() -> None:
    rng = random.Random(20250817)
    words = [*PACKAGE.lexicon, *TRAPS * 60, *list(BOOSTER_DICT) * 8]
    for _ in range(30_000):
        tokens = [rng.choice(words) for _ in range(rng.randint(0, 12))]
        tokens = [token.upper() if rng.random() < 0.15 else token for token in tokens]
        tokens = [token + rng.choice([".", ",", "!", "?", '"']) if rng.random() < 0.15 else token for token in tokens]
        text = rng.choice([" ", "  ", "\n", "\t"]).join(tokens)
        assert OURS.compound(text) == theirs(text), text


@given(st.text(max_size=80))
def test_equals_the_package_on_any_text(text: str) -> None:
    assert OURS.compound(text) == theirs(text)


def test_other_lexicon_and_full_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE_LIMIT", 2)
    engine = Vader({"truce": 2.0}, {})
    assert engine.compound("a truce at last") > 0
    assert engine.compound("no good bad ugly words here") == 0.0


@pytest.mark.parametrize("unit", ["good ", "a bad but good ", "not very ", "NO "])
def test_time_grows_with_length_only(unit: str) -> None:
    start = time.process_time()
    OURS.compound(unit * (400_000 // len(unit)))
    assert time.process_time() - start < 3.0
