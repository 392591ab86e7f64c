from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.stories import MEMORY, Telling, fingerprint, story_ids

START = datetime(2025, 8, 18, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def telling(name: str, hours: float, text: str = "same") -> Telling:
    return Telling(name, START + hours * HOUR, text)


@pytest.mark.parametrize(
    "copy",
    ["RUSSIA strikes Odesa", "Russia  strikes\nOdesa.", "“Russia strikes Odesa!”", " Russia—strikes—Odesa "],
)
def test_case_spacing_and_punctuation_do_not_part_two_copies(copy: str) -> None:
    assert fingerprint(copy) == fingerprint("Russia strikes Odesa")


@pytest.mark.parametrize("other", ["Russia strikes", "Russia strikes Odesa again", "Odesa strikes Russia", ""])
def test_other_words_are_another_text(other: str) -> None:
    assert fingerprint(other) != fingerprint("Russia strikes Odesa")


def test_a_copy_joins_the_story_of_the_first_telling() -> None:
    told = [telling("b", 5), telling("a", 9), telling("c", 2), telling("x", 3, "other")]
    assert story_ids(told) == {"a": "c", "b": "c", "c": "c", "x": "x"}


def test_a_story_is_kept_alive_by_each_telling_and_forgotten_after_a_longer_silence() -> None:
    week = MEMORY / HOUR
    told = [telling("a", 0), telling("b", week), telling("c", 2 * week), telling("d", 3 * week + 0.001)]
    assert story_ids(told) == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_ties_in_time_go_by_article_id() -> None:
    assert story_ids([telling("b", 0), telling("a", 0)]) == {"a": "a", "b": "a"}


tellings = st.lists(
    st.tuples(st.integers(0, 600), st.sampled_from(["one", "two", "three"])), min_size=1, max_size=12
).map(lambda rows: [telling(f"a{number:02}", hours, text) for number, (hours, text) in enumerate(rows)])


@settings(max_examples=80, deadline=None, derandomize=True)
@given(tellings, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(told: list[Telling], random: object) -> None:
    mixed = list(told)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert story_ids(mixed) == story_ids(told)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(tellings, st.integers(0, 600))
def test_what_comes_later_never_changes_a_story(told: list[Telling], hours: int) -> None:
    known = [item for item in told if item.available_at <= START + hours * HOUR]
    stories = story_ids(told)
    assert story_ids(known) == {item.article_id: stories[item.article_id] for item in known}
