"""Truncation: deleting everything that became available after an instant changes nothing that was fixed by then."""

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.pipeline import SEEDS, STRIKE, TALKS, Pipeline, seeded, small, write_article, write_prices

START = datetime(2025, 8, 4, 6, tzinfo=UTC)
TEXTS = (
    STRIKE,
    TALKS,
    "NATO allies agreed to raise defence spending, and Germany ordered air defence missiles.",
    "France's government fell after a lost confidence vote, and new tariffs on European cars were announced.",
    "It rained in Ghana.",
)

item = st.tuples(
    st.integers(0, 18 * 24), st.sampled_from(range(len(TEXTS))), st.sampled_from(("wire", "paper", "radio"))
)


def written(root: Path, items: list[tuple[int, int, str]]) -> Pipeline:
    """A home over one article an item: hours after the start, text, source."""
    for number, (hours, text, source) in enumerate(items):
        at = START + timedelta(hours=hours, minutes=number)
        write_article(
            root / "articles", f"a-{number}", f"{at:%Y-%m-%dT%H:%M:%SZ}", TEXTS[text],
            source=source, title=f"Report {number}",
        )  # fmt: skip
    return small(root, now="2025-08-30T06:00")


def fixed_by(pipeline: Pipeline, instant: datetime) -> list[tuple[Any, ...]]:
    """The theme rows and contributions of the sessions whose cut-off is not after the instant."""
    at = {"at": instant.replace(tzinfo=None)}
    return pipeline.rows(
        "from daily.theme_clock_daily where cutoff_at <= $at order by session_date, theme, clock", at
    ) + pipeline.rows(
        "select c.* from measure.sentence_contribution as c inner join raw.session as s using (clock, session_date) "
        "where s.cutoff_at <= $at order by all",
        at,
    )


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # an example takes seconds: a failing one is shown as it is
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    items=st.lists(item, min_size=4, max_size=12, unique_by=lambda parts: parts[0]),
    share=st.floats(0.2, 0.9),
)
def test_later_articles_change_no_earlier_row(items: list[tuple[int, int, str]], share: float) -> None:
    items = sorted(items)
    with tempfile.TemporaryDirectory() as folder:
        whole = written(Path(folder) / "whole", items)
        window = whole.build()
        kept = items[: max(1, round(len(items) * share))]
        instant = START + timedelta(hours=kept[-1][0], minutes=len(kept) - 1)
        cut = written(Path(folder) / "cut", kept)
        cut.run = replace(cut.run, from_date=window.from_date, to_date=window.to_date)
        cut.build()
        assert fixed_by(cut, instant) == fixed_by(whole, instant)


KNOWN = (
    "from daily.theme_clock_daily where cutoff_at <= $at order by session_date, theme, clock",
    "select session_date, theme, symbol, risk_score, pressure_fast, signal_z, signal_score, confidence, priced_in_z, "
    "directional_score, beta, realised_vol from asset.asset_daily where cutoff_at <= $at order by all",
    "select c.* from measure.sentence_contribution as c inner join raw.session as s using (clock, session_date) "
    "where s.cutoff_at <= $at order by all",
)


def cut_seeds(demo: Pipeline, target: Path, instant: datetime, dropped: set[int]) -> Path:
    """The seeds without what became available after the instant; a drawn part of it stays."""
    shutil.copytree(SEEDS, target)
    at = {"at": instant.replace(tzinfo=None)}
    later = demo.rows("select article_id from raw.article where available_at > $at order by all", at)
    for number, (article_id,) in enumerate(later):
        if number % 7 in dropped:
            (target / "articles" / f"{article_id}.md").unlink()
    shown = demo.rows("select symbol, session_date::varchar from daily.price_daily where price_available_at > $at", at)
    gone = {row for number, row in enumerate(sorted(shown)) if number % 7 in dropped}
    for path in (target / "prices").glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(x for x in lines if tuple(x.split(",")[:2]) not in gone), encoding="utf-8")
    return target


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(hours=st.integers(0, 90 * 24), dropped=st.sets(st.integers(0, 6), min_size=4))
def test_no_subset_of_later_articles_and_prices_changes_what_was_known(
    demo: Pipeline, hours: int, dropped: set[int]
) -> None:
    """On the embedded seeds, at a drawn instant, without a drawn part of what came after it."""
    instant = datetime(2025, 6, 20, 7, tzinfo=UTC) + timedelta(hours=hours)
    with tempfile.TemporaryDirectory() as folder:
        seeds = cut_seeds(demo, Path(folder) / "seeds", instant, dropped)
        cut = seeded(Path(folder) / "home", seeds=seeds)
        cut.build()
        for sql in KNOWN:
            at = {"at": instant.replace(tzinfo=None)}
            rows = demo.rows(sql, at)
            assert len(rows) > 1000 or "asset" in sql
            assert cut.rows(sql, at) == rows


def test_later_prices_change_no_earlier_statistic(demo: Pipeline, tmp_path: Path) -> None:
    """Prices struck after 15 August are deleted: beta and volatility of every earlier session stay."""
    shutil.copytree(SEEDS, tmp_path / "seeds", ignore=shutil.ignore_patterns("*-0[1-7]-*.md"))
    for path in (tmp_path / "seeds" / "prices").glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text(
            "".join(line for line in lines if not "2025-08-16" <= line.split(",")[1] < "2026"), encoding="utf-8"
        )
    cut = seeded(tmp_path / "home", seeds=tmp_path / "seeds")
    cut.build()
    sql = (
        "select session_date, symbol, beta, realised_vol, session_return, abnormal_return from daily.price_daily "
        "where session_date between '2025-08-04' and '2025-08-15' order by all"
    )
    assert cut.rows(sql) == demo.rows(sql)
    assert cut.cell("select count(*) from daily.price_daily where beta is not null and realised_vol is not null") > 0


@pytest.mark.parametrize(("changed", "is_known"), [("2025-08-11", True), ("2025-08-12", False)])
def test_a_late_published_price_enters_no_statistic_before_it_is_known(
    tmp_path: Path, changed: str, is_known: bool
) -> None:
    """BRENT appears 168 h after its strike: that of 12 August 15 minutes after the cut-off of the 19th, too late."""
    write_article(tmp_path / "articles", "only", "2025-08-04T10:00:00Z")
    days = [datetime(2025, 6, 2, tzinfo=UTC) + timedelta(days=n) for n in range(80)]
    rows = [("BRENT", f"{day:%Y-%m-%d}", 60 + day.day % 7) for day in days if day.weekday() < 5]
    found = []
    for name, other in (("one", 66), ("two", 99)):
        (tmp_path / name).mkdir()
        write_prices(
            tmp_path / name / "prices.csv",
            [(symbol, day, other if day == changed else close) for symbol, day, close in rows],
        )
        pipeline = small(tmp_path / name, articles=(str(tmp_path / "articles"),))
        pipeline.build()
        found.append(pipeline.cell("select realised_vol from daily.price_daily where session_date = '2025-08-19'"))
    assert found[0] is not None
    assert (found[0] != found[1]) == is_known
