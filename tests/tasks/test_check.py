from pathlib import Path

import pytest

from tasks.check import check, read_checks
from tasks.domain.errors import CheckFailedError, WarehouseError
from tests.pipeline import TALKS, Pipeline, exports, small, utc, write_article

NO_NEWS = "-- {}: a session has no energy news\nselect session_date, clock\nfrom daily.theme_clock_daily\n" + (
    "where session_date between $from_date and $to_date and theme = 'energy' and article_count = 0\n"
)


@pytest.fixture
def published(tmp_path: Path) -> Pipeline:
    """One article, published; a second one is waiting to be collected."""
    write_article(tmp_path / "articles", "first", "2025-08-05T10:00:00Z")
    pipeline = small(tmp_path, now="2025-08-08T06:00")
    pipeline.publish()
    write_article(tmp_path / "articles", "second", "2025-08-07T10:00:00Z", TALKS)
    return pipeline


def checks(folder: Path, text: str) -> Path:
    """A folder of one check."""
    folder.mkdir()
    (folder / "quiet_session.sql").write_text(text, encoding="utf-8")
    return folder


def test_a_failing_check_stops_publication_and_keeps_the_old_one(published: Pipeline, tmp_path: Path) -> None:
    old = published.home.published.resolve()
    before = exports(old, "*"), published.rows("from history.theme_clock_daily order by all")
    failing = checks(tmp_path / "checks", NO_NEWS.format("fail"))
    with pytest.raises(CheckFailedError, match="nothing was published, the last good publication stays") as raised:
        published.publish(failing, run_id="second", now=utc("2025-08-12T06:00"))
    assert "quiet_session: a session has no energy news (" in str(raised.value), "the check, its sentence, the rows"
    assert "rows): 2025-08-" in str(raised.value)
    assert published.home.published.resolve() == old
    assert (exports(old, "*"), published.rows("from history.theme_clock_daily order by all")) == before
    assert [path.name for path in published.home.publications.iterdir()] == ["first"]
    assert published.rows("select run_id from raw.publication") == [("first",)], "no vintage either"
    steps = published.rows("select step, status from raw.run_log where run_id = 'second' order by started_at")
    assert steps == [(step, "ok") for step in ("collect", "score", "price", "build")] + [("check", "failed")]


def test_the_next_good_run_publishes_what_was_held_back(published: Pipeline, tmp_path: Path) -> None:
    failing = checks(tmp_path / "checks", NO_NEWS.format("fail"))
    with pytest.raises(CheckFailedError):
        published.publish(failing, run_id="second", now=utc("2025-08-12T06:00"))
    published.publish(run_id="third", now=utc("2025-08-13T06:00"))
    seen = published.rows(
        "select article_count, backfilled_share, run_id from signal.theme_daily "
        "where theme = 'energy' and session_date = '2025-08-07'"
    )
    assert seen == [(1, 1.0, "third")], "the session of 7 August was published on the 8th without it"


def test_a_warning_is_counted_and_stops_nothing(published: Pipeline, tmp_path: Path) -> None:
    warning = checks(tmp_path / "checks", NO_NEWS.format("warn"))
    published.publish(warning, run_id="second", now=utc("2025-08-12T06:00"))
    assert published.reports["check"].counts == {"checks": 1, "warnings": 1}
    assert published.home.published.resolve().name == "second"


def test_a_check_without_its_line_is_an_error(tmp_path: Path) -> None:
    folder = checks(tmp_path / "checks", "select 1\n")
    with pytest.raises(WarehouseError, match=r"quiet_session\.sql: the first line must be"):
        read_checks(folder)


def test_an_empty_folder_checks_nothing(published: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    window = published.build()
    assert check(published.run, window, tmp_path / "none").counts == {"checks": 0, "warnings": 0}
