import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.sentences import MAX_TOKENS, clean_text, split_sentences


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("It isn’t “safe”", 'It isn\'t "safe"'),
        ("oil\u00a0and\u202fgas", "oil and gas"),
        ("cease\u200bfire", "ceasefire"),
        ("talks—then silence", "talks - then silence"),
        ("Rhine &amp; Ruhr &#8217;s", "Rhine & Ruhr 's"),
        ("<p>One</p><p>Two <b>three</b></p>", "One\nTwo three"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("a\r\n\r\n  b", "a\nb"),
        ("bell\x07 rings", "bell rings"),
        ("so…", "so..."),
    ],
)
def test_clean_text(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The port is shut. Ships wait.", ["The port is shut.", "Ships wait."]),
        ("The U.S. Special Envoy left.", ["The U.S. Special Envoy left."]),
        ("They left the U.S. The mood was sour.", ["They left the U.S.", "The mood was sour."]),
        (
            "Acme Corp. Ltd. and Sen. J. Doe met. Nobody spoke.",
            ["Acme Corp. Ltd. and Sen. J. Doe met.", "Nobody spoke."],
        ),
        ("Prices rose 3.5 percent. Why? Fear!", ["Prices rose 3.5 percent.", "Why?", "Fear!"]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("A title\nA first line", ["A title", "A first line"]),
        ("What next? - One view holds. - Another does not.", ["What next?", "One view holds.", "Another does not."]),
        ("- first\n- second", ["first", "second"]),
        ("• first • second", ["first", "second"]),
        ("a well - known case", ["a well - known case"]),
        ("", []),
        (" \n ", []),
        ("...", ["..."]),
    ],
)
def test_split_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_text_without_punctuation_is_cut() -> None:
    pieces = split_sentences("word " * (3 * MAX_TOKENS + 1))
    assert [len(piece.split()) for piece in pieces] == [MAX_TOKENS] * 3 + [1]


@given(st.text(max_size=300))
def test_any_text_is_split_into_bounded_sentences(text: str) -> None:
    for sentence in split_sentences(text):
        assert sentence.strip() == sentence != ""
        assert "\n" not in sentence
        assert len(sentence.split()) <= MAX_TOKENS


@pytest.mark.parametrize("unit", ["a. ", "x ", "<b", "(", "U.S. ", "&amp;", "- ", '" ', "é" * 50, "<p " + "y" * 30])
def test_time_grows_with_length_only(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        split_sentences(text)
        return time.process_time() - start

    seconds(1_000)
    assert seconds(200_000) < 2.0
