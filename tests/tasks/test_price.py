from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tasks.collect import collect
from tasks.domain.errors import ConfigError, SourceError
from tasks.domain.run import Window
from tasks.price import price
from tests.pipeline import Pipeline, small, utc, write_article, write_prices

GOOD = [("BRENT", "2025-08-04", 67), ("BRENT", "2025-08-05", 66)]


def priced(root: Path, rows: Sequence[Sequence[object]], **changes: object) -> Pipeline:
    """A home with one article of 5 August and these prices, collected."""
    root.mkdir(exist_ok=True)
    write_article(root / "articles", "only", "2025-08-05T10:00:00Z")
    write_prices(root / "prices.csv", rows)
    pipeline = small(root, **changes)
    collect(pipeline.run)
    return pipeline


def test_every_refused_price_is_kept_with_its_reason(tmp_path: Path) -> None:
    bad = [
        ("NOPE", "2025-08-04", 1),
        ("", "2025-08-04", 1),
        ("BRENT", "4 August", 1),
        ("BRENT", "", 1),
        ("BRENT", "2025-08-06", ""),
        ("BRENT", "2025-08-07", "n/a"),
        ("BRENT", "2025-08-08", "1,067.5"),
        ("BRENT", "2025-08-11", 0),
        ("BRENT", "2025-08-12", 67),
        ("BRENT", "2025-08-12", 68),
    ]
    pipeline = priced(tmp_path, [*GOOD, *bad, ("BRENT", "2025-08-21", 70), GOOD[0]])
    counts = price(pipeline.run).counts
    assert counts["read"] == sum(count for name, count in counts.items() if name != "read") == 14
    assert counts == {
        "read": 14, "new": 2, "restated": 0, "rebased": 0, "unchanged": 1, "not_yet": 1, "quarantined": 10,
    }  # fmt: skip
    assert pipeline.rows(
        "select reason, count(*) from raw.quarantine where kind = 'price' group by all order by all"
    ) == [
        ("bad_date", 2),
        ("conflict", 2),
        ("missing_close", 1),
        ("nonpositive", 1),
        ("not_a_number", 2),
        ("unknown_symbol", 2),
    ]
    assert pipeline.rows(
        "select location, message from raw.quarantine where location like '%:4' or location like '%:9' order by all"
    ) == [
        ("prices.csv:4", "symbol NOPE is not in instruments.csv; add it there"),
        ("prices.csv:9", "close n/a is not a number; mend it"),
    ]


def test_a_second_reading_adds_nothing_and_a_changed_price_is_a_vintage(tmp_path: Path) -> None:
    pipeline = priced(tmp_path, GOOD)
    price(pipeline.run)
    stored = pipeline.rows("from raw.price order by all")
    assert price(replace(pipeline.run, run_id="second")).counts["unchanged"] == 2
    assert pipeline.rows("from raw.price order by all") == stored
    write_prices(tmp_path / "prices.csv", [GOOD[0], ("BRENT", "2025-08-05", 66.5)])
    later = replace(pipeline.run, run_id="third", now=utc("2025-08-21T06:00"))
    assert price(later).counts["restated"] == 1
    assert pipeline.rows(
        "select price_date, close, vintage_no, fetched_at::date from raw.price where run_id = 'third'"
    ) == [(date(2025, 8, 5), 66.5, 2, date(2025, 8, 21))]
    assert pipeline.cell("select count(*) from raw.price") == 3, "the first value stays"


def test_row_order_does_not_matter(tmp_path: Path) -> None:
    rows = [*GOOD, ("VIX", "2025-08-04", 17), ("BRENT", "2025-08-06", 68), ("BRENT", "2025-08-06", 69)]
    one, two = priced(tmp_path / "one", rows), priced(tmp_path / "two", rows[::-1])
    assert price(one.run).counts == price(two.run).counts
    assert one.rows("from raw.price order by all") == two.rows("from raw.price order by all")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("symbol,date\nBRENT,2025-08-04\n", "lacks column 'close'"),
        ("symbol,date,close\nNOPE,2025-08-04,1\n", "no usable price, 1 set aside"),
    ],
)
def test_a_file_without_usable_prices_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    pipeline = priced(tmp_path, GOOD)
    (tmp_path / "prices.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        price(pipeline.run)
    assert pipeline.cell("select count(*) from raw.price") == 0


def test_a_missing_price_file_is_an_error(tmp_path: Path) -> None:
    pipeline = priced(tmp_path, GOOD)
    with pytest.raises(SourceError, match="does not exist"):
        price(replace(pipeline.run, prices=(str(tmp_path / "nowhere.csv"),)))


def test_the_window_runs_from_the_first_article_to_the_last_closed_session(tmp_path: Path) -> None:
    pipeline = priced(tmp_path, GOOD)
    windows = {
        "2025-08-20T06:44": date(2025, 8, 19),
        "2025-08-20T06:45": date(2025, 8, 20),  # Frankfurt's opening is closed; the day's other clocks are provisional
        "2025-08-20T19:45": date(2025, 8, 20),
        "2025-08-24T12:00": date(2025, 8, 22),  # a Sunday
    }
    for now, last in windows.items():
        assert price(replace(pipeline.run, now=utc(now))).window == Window(date(2025, 8, 5), last)


def test_an_asked_window_is_cut_to_sessions(tmp_path: Path) -> None:
    asked = {"from_date": date(2025, 8, 9), "to_date": date(2025, 8, 17)}
    assert price(priced(tmp_path, GOOD, **asked).run).window == Window(date(2025, 8, 11), date(2025, 8, 15))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2025, 8, 16), date(2025, 8, 17)),
        (date(2025, 8, 20), date(2025, 8, 29)),
        (date(2025, 8, 6), date(2025, 8, 5)),
    ],
    ids=["weekend", "not closed yet", "turned round"],
)
def test_a_window_without_a_closed_session_is_an_error(tmp_path: Path, first: date, last: date) -> None:
    pipeline = priced(tmp_path, GOOD, from_date=first, to_date=last)
    with pytest.raises(ConfigError, match="mend --from, --to or --now"):
        price(pipeline.run)


def test_sessions_of_every_clock_reach_beyond_both_ends(tmp_path: Path) -> None:
    pipeline = priced(tmp_path, GOOD)
    price(pipeline.run)
    rows = pipeline.rows("select clock, min(session_date), max(session_date) from raw.session group by clock")
    assert len(rows) == 9
    assert all(first <= date(2025, 7, 22) and last >= date(2025, 9, 2) for _, first, last in rows)
    assert pipeline.cell("select count(*) from raw.session where not (previous_cutoff_at < cutoff_at)") == 0
