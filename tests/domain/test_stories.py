import math
import random
import tracemalloc
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain import stories
from tasks.domain.stories import (
    LONG,
    LONG_WORDS,
    MEMORY,
    SHORT,
    TITLE_WORDS,
    WINDOW,
    Telling,
    fingerprint,
    needed_from,
    story_ids,
    telling_words,
)

DOMAIN = str(Path(stories.__file__).with_name("*"))
START = datetime(2025, 8, 18, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
WORDS = [f"{first}{second}{third}" for first in "bdvghk" for second in "aio" for third in "lmnr"]


def telling(name: str, hours: float, text: str = "same", lead: str = "") -> Telling:
    return Telling(name, START + hours * HOUR, text, lead)


def rewrite(name: str, hours: float, lead: str) -> Telling:
    """A telling whose whole text is like no other."""
    return Telling(name, START + hours * HOUR, f"text of {name}", lead)


def stories_of(told: Iterable[Telling]) -> dict[str, str]:
    """Story of each telling, whatever order they are given in."""
    return dict(story_ids(sorted(told, key=lambda item: (item.available_at, item.article_id))))


@pytest.mark.parametrize(
    "copy",
    ["RUSSIA strikes Odesa", "Russia  strikes\nOdesa.", "“Russia strikes Odesa!”", " Russia—strikes—Odesa "],
)
def test_case_spacing_and_punctuation_do_not_part_two_copies(copy: str) -> None:
    assert fingerprint(copy) == fingerprint("Russia strikes Odesa")


@pytest.mark.parametrize(
    "other", ["Russia strikes", "Russia strikes Odesa again", "Odesa strikes Russia", "\ud83d", ""]
)
def test_other_words_are_another_text(other: str) -> None:
    assert fingerprint(other) != fingerprint("Russia strikes Odesa")


def test_a_copy_joins_the_story_of_the_first_telling() -> None:
    told = [telling("b", 5), telling("a", 9), telling("c", 2), telling("x", 3, "other")]
    assert stories_of(told) == {"a": "c", "b": "c", "c": "c", "x": "x"}


def test_a_story_is_kept_alive_by_each_copy_and_forgotten_after_a_longer_silence() -> None:
    week = MEMORY / HOUR
    told = [telling("a", 0), telling("b", week), telling("c", 2 * week), telling("d", 3 * week + 0.001)]
    assert stories_of(told) == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_ties_in_time_go_by_article_id() -> None:
    assert stories_of([telling("b", 0), telling("a", 0)]) == {"a": "a", "b": "a"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The strike on Odesa's port", {"strik", "odesa", "port"}),
        ("Strike: strikes, STRIKED; the striking price of prices", {"strik", "pric"}),
        ("Russia’s sanctions on nations", {"russia", "sanction", "nation"}),
        ("1,000 drones by 5 p.m. for 2.5bn", {"1,000", "dron", "2.5", "bn"}),
        ("It is as it was", set()),
        ("", set()),
    ],
)
def test_the_words_that_tell_something_are_stems_without_fillers(text: str, words: set[str]) -> None:
    assert telling_words(text) == words


def test_only_the_beginning_of_a_text_tells_its_story() -> None:
    numbers = [f"{number}" for number in range(100, 300)]
    assert telling_words(" ".join(numbers)) == {*numbers[:60]}


def leads(common: int, own: int, length: int) -> tuple[str, str]:
    """Two leads of `length` words, `common` of them shared."""
    shared, first, second = WORDS[:common], WORDS[common : common + own], WORDS[common + own : common + 2 * own]
    assert common + own == length == len({*shared, *first})
    return " ".join(shared + first), " ".join(shared + second)


@pytest.mark.parametrize(
    ("common", "own", "is_one_story"),
    [
        (10, 0, True),
        (9, 1, True),
        (5, 5, False),  # bare headlines need more in common
        (0, 10, False),
        (20, 10, True),
        (15, 15, False),
        (17, 8, True),  # from here on leads count as long
        (16, 8, False),
        (6, 24, False),
    ],
)
def test_rewrites_share_their_telling_words(common: int, own: int, is_one_story: bool) -> None:
    first, second = leads(common, own, common + own)
    told = [rewrite("first", 0, first), rewrite("second", 1, second)]
    assert (stories_of(told)["second"] == "first") is is_one_story


@pytest.mark.parametrize(("late", "story"), [(timedelta(0), "first"), (MICROSECOND, "second")])
def test_a_rewrite_follows_within_two_days(late: timedelta, story: str) -> None:
    lead = " ".join(WORDS[:10])
    told = [rewrite("first", 0, lead), Telling("second", START + WINDOW + late, "other text", lead)]
    assert stories_of(told)["second"] == story


def test_a_rewrite_of_a_rewrite_is_of_the_first_story() -> None:
    lead = " ".join(WORDS[:10])
    told = [rewrite("a", 0, lead), rewrite("b", 40, lead), rewrite("c", 80, lead)]
    assert set(stories_of(told).values()) == {"a"}


def test_the_same_words_count_before_similar_ones() -> None:
    lead = " ".join(WORDS[:10])
    told = [telling("copy", 0, "same", "another lead"), rewrite("near", 1, lead), telling("new", 2, "same", lead)]
    assert stories_of(told)["new"] == "copy"


def test_of_equally_similar_stories_the_earliest_is_joined() -> None:
    one, two = " ".join(WORDS[:30]), " ".join(WORDS[30:60])
    told = [rewrite("b", 0, one), rewrite("a", 1, two), rewrite("c", 2, f"{one} {two}")]
    assert stories_of(told) == {"a": "a", "b": "b", "c": "b"}


def test_a_title_meets_its_title_with_a_lead() -> None:
    title, lead = " ".join(WORDS[:5]), " ".join(WORDS[5:30])
    bare = Telling("bare", START, "text of bare", title, title)
    full = Telling("full", START + HOUR, "text of full", f"{title} {lead}", title)
    assert stories_of([bare, full])["full"] == "bare"
    other = replace(full, title=" ".join(WORDS[40:45]))
    assert stories_of([bare, other])["full"] == "full", "the lead alone shares too little"


@pytest.mark.parametrize(("size", "story"), [(TITLE_WORDS - 1, "second"), (TITLE_WORDS, "first")])
def test_a_title_of_few_words_is_the_name_of_a_column(size: int, story: str) -> None:
    title = " ".join(WORDS[:size])
    first = Telling("first", START, "one", f"{title} {' '.join(WORDS[10:30])}", title)
    second = Telling("second", START + HOUR, "two", f"{title} {' '.join(WORDS[30:50])}", title)
    assert stories_of([first, second])["second"] == story


def test_a_long_lead_and_a_headline_share_as_much_as_two_headlines() -> None:
    headline = rewrite("a", 0, " ".join(WORDS[:20]))
    assert stories_of([headline, rewrite("b", 1, " ".join(WORDS[:25]))])["b"] == "a"
    assert stories_of([headline, rewrite("b", 1, " ".join(WORDS[:30]))])["b"] == "b", "enough for two long leads"


def test_a_title_meets_no_title_of_few_words() -> None:
    told = [rewrite(f"a{number:02}", number / 100, f"z{number}") for number in range(50)]
    first = Telling("first", START + HOUR, "one", " ".join(WORDS[:2]), " ".join(WORDS[:2]))
    second = Telling("second", START + 2 * HOUR, "two", " ".join([*WORDS[:3], *WORDS[10:20]]), " ".join(WORDS[:3]))
    assert stories_of([*told, first, second])["second"] == "second"
    assert stories_of([*told, replace(first, title=second.title), second])["second"] == "first"


def test_a_story_does_not_drift_to_another_event() -> None:
    """Each telling shares most of its words with the one before, the last ones none with the first."""
    told = [rewrite(f"a{number}", number, " ".join(WORDS[number : number + 10])) for number in range(20)]
    stories = stories_of(told)
    assert stories["a1"] == "a0"
    assert stories["a12"] != "a0"
    assert stories["a19"] != "a0"


@pytest.mark.parametrize(("late", "story"), [(timedelta(0), "a"), (MICROSECOND, "last")])
def test_a_story_takes_no_rewrite_a_week_after_its_first_telling(late: timedelta, story: str) -> None:
    lead = " ".join(WORDS[:10])
    told = [rewrite("a", 0, lead), *(rewrite(f"b{day}", 24 * day, lead) for day in range(1, 7))]
    last = Telling("last", START + MEMORY + late, "text of last", lead)
    assert stories_of([*told, last])["last"] == story


def test_a_copy_opens_a_story_to_rewrites_again() -> None:
    lead, other = " ".join(WORDS[:10]), " ".join(WORDS[20:30])
    told = [Telling("a", START, "one", lead), rewrite("x", 60, other), Telling("copy", START + 70 * HOUR, "one", lead)]
    assert stories_of([*told, rewrite("b", 80, lead)])["b"] == "a"
    assert stories_of([*told[:2], rewrite("b", 80, lead)])["b"] == "b"


def test_words_that_everybody_tells_make_no_story() -> None:
    # The names of every day weigh little beside what is new.
    common = "president kremlin ukraine russia europe oil gas nato"
    told = [
        rewrite(f"a{number:02}", number / 100, f"{common} {WORDS[2 * number]} {WORDS[2 * number + 1]}")
        for number in range(30)
    ]
    first = stories_of([rewrite("a", 0, f"{common} {WORDS[0]}"), rewrite("b", 1, f"{common} {WORDS[2]}")])
    assert first["b"] == "a", "before the names were heard often"
    late = stories_of([*told, rewrite("z", 1, f"{common} {WORDS[70]} {WORDS[71]}")])
    assert late["z"] == "z"


def oracle(told: list[Telling]) -> dict[str, str]:
    """The definition, word for word: the first telling of every story is looked at."""
    stories: dict[str, str] = {}
    ordered = sorted(told, key=lambda item: (item.available_at, item.article_id))
    for place, item in enumerate(ordered):
        before = ordered[:place]
        words = telling_words(item.lead)
        counted = [telling_words(b.lead) for b in before if b.available_at >= needed_from(item.available_at)]
        weight = {
            word: max(math.log((len(counted) + 1) / (sum(word in told for told in counted) + 0.5)), 0.1)
            for word in {*words, *telling_words(item.title)}.union(
                *(telling_words(f"{b.lead} {b.title}") for b in before)
            )
        }
        stories[item.article_id] = item.article_id
        copies = [b for b in before if b.fingerprint == item.fingerprint]
        if copies and item.available_at - copies[-1].available_at <= MEMORY:
            stories[item.article_id] = stories[copies[-1].article_id]
            continue
        best = 0.0
        for first in (b for b in before if stories[b.article_id] == b.article_id):
            last = max(b.available_at for b in before if stories[b.article_id] == first.article_id)
            if item.available_at - last > WINDOW or item.available_at - first.available_at > MEMORY:
                continue
            for own, other, least in (
                (words, telling_words(first.lead), None),
                (telling_words(item.title), telling_words(first.title), SHORT),
            ):
                if not own & other or (least and min(len(own), len(other)) < TITLE_WORDS):
                    continue
                similarity = sum(weight[w] for w in own & other) / sum(weight[w] for w in own | other)
                least = least or (LONG if min(len(own), len(other)) >= LONG_WORDS else SHORT)
                if similarity >= least and similarity > best + 1e-12:
                    best, stories[item.article_id] = similarity, first.article_id
    return stories


words = st.lists(st.sampled_from(WORDS[:12]), max_size=6, unique=True)
texts = st.tuples(words, words).map(lambda parts: (" ".join(parts[0]), " ".join(parts[0] + parts[1])))


@st.composite
def some_tellings(draw: st.DrawFn) -> list[Telling]:
    """Tellings with titles and leads; some texts are told several times."""
    repeated = draw(st.lists(texts, min_size=1, max_size=3))
    rows = draw(st.lists(st.tuples(st.integers(0, 1200), st.integers(-8, 2), texts), min_size=1, max_size=10))
    told = []
    for number, (hours, place, own) in enumerate(rows):
        is_copy = 0 <= place < len(repeated)
        title, lead = repeated[place] if is_copy else own
        text = f"text {place}" if is_copy else f"own {number}"
        told.append(Telling(f"a{number:02}", START + hours * HOUR, text, lead, title))
    return told


tellings = some_tellings()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(tellings)
def test_the_index_finds_what_a_search_through_all_finds(told: list[Telling]) -> None:
    assert stories_of(told) == oracle(told)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tellings, st.integers(0, 1000))
def test_another_order_of_the_input_is_refused(told: list[Telling], seed: int) -> None:
    mixed = random.Random(seed).sample(told, len(told))
    if mixed == sorted(told, key=lambda item: (item.available_at, item.article_id)):
        assert dict(story_ids(mixed)) == stories_of(told)
        return
    with pytest.raises(ValueError, match="must come ordered"):
        list(story_ids(mixed))


def test_a_story_is_told_as_soon_as_its_telling_is_read() -> None:
    """The caller may write each pair before it reads the next telling: nothing waits for the end."""
    endless = (rewrite(f"a{number:09}", number, WORDS[number % 7]) for number in count())
    assert [story for _, story in islice(story_ids(endless), 3)] == ["a000000000", "a000000001", "a000000002"]


def test_memory_does_not_grow_with_the_number_of_tellings() -> None:
    """A year of an article an hour, each a text of its own: what is beyond the windows is forgotten.

    Only what the domain's own lines hold is counted, at the end of each month: another thread of the process that runs
    the tests may take memory meanwhile.
    """
    year = (rewrite(f"a{number}", number, f"{WORDS[number % 71]} n{number} m{number}") for number in range(8_760))
    pairs = story_ids(year)
    tracemalloc.start()
    try:
        held = []
        while deque(islice(pairs, 730), maxlen=1):
            traces = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, DOMAIN)])
            held.append(sum(trace.size for trace in traces.traces))
    finally:
        tracemalloc.stop()
    assert len(held) == 12
    assert max(held) < 1.2 * held[0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tellings, st.integers(0, 1200))
def test_what_comes_later_never_changes_a_story(told: list[Telling], hours: int) -> None:
    known = [item for item in told if item.available_at <= START + hours * HOUR]
    stories = stories_of(told)
    assert stories_of(known) == {item.article_id: stories[item.article_id] for item in known}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(tellings, st.integers(0, 1200))
def test_judging_only_what_is_new_gives_the_stories_of_a_run_over_everything(told: list[Telling], hours: int) -> None:
    """What was judged before is only remembered, and only as far back as it plays a part."""
    everything = stories_of(told)
    since = START + hours * HOUR
    kept = [
        replace(item, story_id=everything[item.article_id] if item.available_at < since else None)
        for item in told
        if item.available_at >= needed_from(since)
    ]
    fresh = {item.article_id for item in told if item.available_at >= since}
    assert stories_of(kept) == {name: story for name, story in everything.items() if name in fresh}
