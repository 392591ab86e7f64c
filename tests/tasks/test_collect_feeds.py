"""collect over live sources on local servers: what is stored, remembered, told and refused."""

import logging
import shutil
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import duckdb
import pytest

from flows.commands import Command
from tasks.collect import collect
from tasks.domain.errors import ConfigError, SourceError
from tasks.domain.fetching import FetchPolicy
from tasks.storage.web import Fetcher
from tests.feed_cases import item, rss
from tests.pipeline import SEEDS, STRIKE, TALKS, Pipeline, small, utc, without, write_article
from tests.servers import LOOPBACK, Script, Served, always, answer, serving

NOW = utc("2025-08-14T12:00")
ENTRY = """{name}:
  kind: live
  publisher: {name}
  language: en
  terms: https://wire.example/terms
  feed: {feed}
  format: rss
  tier: 1
  cadence_minutes: 60
"""


def write_sources(seeds: Path, feeds: dict[str, str], more: str = "") -> None:
    """The taxonomy of the checkout with these live sources alone."""
    if not seeds.exists():
        shutil.copytree(SEEDS, seeds, ignore=shutil.ignore_patterns("articles", "prices"))
    text = "".join(ENTRY.format(name=name, feed=feed) for name, feed in feeds.items())
    (seeds / "sources.yaml").write_text(text + more, encoding="utf-8")


def live(root: Path, feeds: dict[str, str], **changes: object) -> Pipeline:
    write_sources(root / "seeds", feeds)
    return small(root, **{"articles": ("feeds",), "seeds": root / "seeds", "now": "2025-08-14T12:00", **changes})


def fetcher(**changes: object) -> Fetcher:
    policy = FetchPolicy(allowed_networks=(LOOPBACK,), host_gap_seconds=0, attempts=1)
    return Fetcher(policy, **changes)  # type: ignore[arg-type]


def gather(pipeline: Pipeline, **changes: object) -> dict[str, int]:
    """One run of collect; its counts."""
    pipeline.run = replace(pipeline.run, **changes)  # type: ignore[arg-type]
    return collect(pipeline.run, fetcher()).counts


def told(title: str, text: str = STRIKE, hours: float = 1, now: datetime = NOW, **parts: str) -> str:
    """An item published some hours before the run."""
    return item(title, f"https://wire.example/{title}", format_datetime(now - timedelta(hours=hours)), text, **parts)


def feed(*items: str, **headers: str) -> bytes:
    return answer(rss(*items).encode(), content_type="application/rss+xml", **headers)


def conditional(body: bytes) -> Script:
    """Answers 304 to whoever knows the tag of the body."""

    def script(connection: socket.socket, request: str) -> None:
        connection.sendall(answer(status="304 Not Modified") if 'If-None-Match: "v1"' in request else body)

    return script


FETCHES = (
    "select source, outcome, http_status, item_count, new_count, quarantined_count, newest_item_at::varchar "
    "from raw.source_fetch order by run_id, source"
)


def test_what_a_feed_brings_is_stored_once_and_each_fetch_remembered(tmp_path: Path) -> None:
    body = feed(
        told("a", hours=2), told("b", TALKS), told("old", hours=24 * 800), item("undated", date=""), etag='"v1"'
    )
    with serving(conditional(body)) as server:
        pipeline = live(tmp_path, {"wire": f"{server.url}/feed"})
        first, second, third = (gather(pipeline, run_id=run_id) for run_id in ("first", "second", "third"))
    assert first == {"read": 4, "new": 2, "unchanged": 0, "quarantined": 2, "feeds": 1, "feeds_failed": 0}
    assert second == third == {"read": 0, "new": 0, "unchanged": 0, "quarantined": 0, "feeds": 1, "feeds_failed": 0}
    assert pipeline.rows(FETCHES) == [
        ("wire", "ok", 200, 4, 2, 2, "2025-08-14 11:00:00"),
        ("wire", "not_modified", 304, 0, 0, 0, "2025-08-14 11:00:00"),
        ("wire", "not_modified", 304, 0, 0, 0, "2025-08-14 11:00:00"),
    ]
    assert pipeline.rows("select source, source_kind, collection, title from raw.article order by title") == [
        ("wire", "live", "feeds", "a"),
        ("wire", "live", "feeds", "b"),
    ]
    assert pipeline.rows("select reason from raw.quarantine order by all") == [("stale_item",), ("undated",)]
    assert pipeline.rows("select source, kind, is_declared, cadence_minutes from raw.source") == [
        ("wire", "live", True, 60)
    ]


def test_without_a_tag_what_is_known_is_unchanged(tmp_path: Path) -> None:
    with serving(always(feed(told("a")), feed(told("a"), told("b", TALKS)))) as server:
        pipeline = live(tmp_path, {"wire": server.url})
        gather(pipeline)
        counts = gather(pipeline, run_id="second")
    assert (counts["read"], counts["new"]) == (2, 1)


def test_a_text_that_the_publisher_changes_stays_as_it_was_known(tmp_path: Path) -> None:
    with serving(always(feed(told("a", STRIKE)), feed(told("a", TALKS)))) as server:
        pipeline = live(tmp_path, {"wire": server.url})
        gather(pipeline)
        counts = gather(pipeline, run_id="second", now=NOW + timedelta(hours=1))
    assert counts["quarantined"] == 1
    ((reason, message),) = pipeline.rows("select reason, message from raw.quarantine")
    assert reason == "revised"
    assert "what was known first stays" in message
    assert pipeline.cell("select text from raw.article_section where section = 'summary'") == STRIKE


def test_an_item_was_seen_when_its_answer_came(tmp_path: Path) -> None:
    seconds = iter(range(1_000, 100_000, 7))
    with serving(always(feed(told("early", hours=1), told("fast", TALKS, hours=-0.05)))) as server:
        pipeline = live(tmp_path, {"wire": server.url})
        collect(pipeline.run, fetcher(clock=lambda: float(next(seconds))))
    rows = pipeline.rows("select title, first_seen_at - $now, available_at - $now from raw.article order by 1",
                         {"now": NOW.replace(tzinfo=None)})  # fmt: skip
    (_, seen, available), (_, also_seen, published) = rows
    assert seen == also_seen == available
    assert timedelta(seconds=14) <= seen <= timedelta(seconds=7 * 60)
    assert published == max(timedelta(minutes=3), seen), "a publisher's clock runs ahead"


def test_one_feed_that_fails_costs_the_others_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    scripts: dict[str, Script] = {
        "gone": always(answer(status="404 Not Found")),
        "page": always(answer(b"<html>Are you a robot?</html>", content_type="text/html", etag='"v1"')),
        "hollow": always(feed()),
        "wire": always(feed(told("a"))),
    }
    with caplog.at_level(logging.WARNING, "tasks"):
        pipeline = served_by(tmp_path, scripts, lambda line: gather(line))
    assert pipeline.rows("select source, outcome, http_status, message is null from raw.source_fetch order by 1") == [
        ("gone", "http_status", 404, False),
        ("hollow", "unreadable", 200, False),
        ("page", "unreadable", 200, False),
        ("wire", "ok", 200, True),
    ]
    assert pipeline.cell("select count(*) from raw.article") == 1
    assert pipeline.rows("select source, reason from raw.quarantine order by 1") == [
        ("hollow", "unreadable_feed"),
        ("page", "unreadable_feed"),
    ]
    assert pipeline.cell("select count(*) from raw.source_fetch where etag is not null") == 0, "asked anew next time"
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(": ")[0] for line in lines] == ["gone", "page", "hollow"]
    assert all("\n" not in line and ";" in line for line in lines)
    assert "HTTP status 404" in lines[0]
    assert pipeline.rows("select status from raw.run_log") == [("ok",)]


def served_by(root: Path, scripts: dict[str, Script], act: Callable[[Pipeline], object]) -> Pipeline:
    """A home whose sources are served by these scripts while `act` runs."""
    names = list(scripts)

    def nested(left: Sequence[str], servers: dict[str, Served]) -> Pipeline:
        if not left:
            pipeline = live(root, {name: f"{servers[name].url}/feed" for name in names})
            act(pipeline)
            return pipeline
        with serving(scripts[left[0]]) as server:
            return nested(left[1:], {**servers, left[0]: server})

    return nested(names, {})


def no_network(host: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def test_without_network_each_source_has_its_line_and_nothing_else_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(always(feed(told("a")))) as server:
        pipeline = live(tmp_path, {"wire": server.url, "paper": f"{server.url}/2"})
        pipeline.run = replace(pipeline.run, fetching=FetchPolicy(allowed_networks=(LOOPBACK,), host_gap_seconds=0))
        pipeline.publish(now=utc("2025-08-14T22:00"))
    before = pipeline.home.published.resolve()
    offline = replace(pipeline.run, run_id="offline", now=utc("2025-08-15T22:00"))
    with pytest.raises(SystemExit) as caught:
        Command("collect", callback=lambda: collect(offline, fetcher(resolve=no_network))).main([])
    assert caught.value.code == 1
    head, *lines = capsys.readouterr().err.splitlines()
    assert head == "error: not one of 2 live sources answered; the last publication stays"
    assert [line.split(": ")[0] for line in lines] == ["  wire", "  paper"]
    assert all("Temporary failure in name resolution" in line and ";" in line for line in lines)
    assert pipeline.home.published.resolve() == before
    assert pipeline.rows("select source, outcome from raw.source_fetch where run_id = 'offline' order by 1") == [
        ("paper", "network"),
        ("wire", "network"),
    ]
    assert pipeline.rows("select status from raw.run_log where run_id = 'offline'") == [("failed",)]


def test_files_beside_feeds_stay_archives(tmp_path: Path) -> None:
    write_article(tmp_path / "news", "filed", "2025-08-01T10:00:00Z", TALKS)
    with serving(always(feed(told("a")))) as server:
        pipeline = live(tmp_path, {"wire": server.url}, articles=("feeds", str(tmp_path / "news")))
        counts = gather(pipeline)
    assert counts["new"] == 2
    assert pipeline.rows("select source, source_kind, collection from raw.article order by source_kind") == [
        ("wire", "archive", "files"),
        ("wire", "live", "feeds"),
    ]


def test_what_feeds_brought_is_stored_with_their_fetches_or_not_at_all(tmp_path: Path) -> None:
    """An archive beside them is stored in parts, and dies in the last one."""
    for number in range(5):
        text = f"{TALKS} Number {number}."
        write_article(tmp_path / "news", f"filed-{number}", f"2025-08-0{number + 1}T10:00:00Z", text)
    with serving(always(feed(told("a"), told("b", TALKS)))) as server:
        pipeline = live(tmp_path, {"wire": server.url}, articles=("feeds", str(tmp_path / "news")))
        with without(pipeline.run, "quarantine"), pytest.raises(duckdb.CatalogException, match="quarantine"):
            collect(pipeline.run, fetcher(), together=2)
        kinds = "select source_kind, count(*) from raw.article group by all order by all"
        assert pipeline.rows(kinds) == [("archive", 4)]
        assert pipeline.rows("from raw.source_fetch") == pipeline.rows("from raw.incoming_article") == []
        assert collect(pipeline.run, fetcher(), together=2).counts["new"] == 3
    assert pipeline.rows(kinds) == [("archive", 5), ("live", 2)]
    assert pipeline.rows(FETCHES)[0][:5] == ("wire", "ok", 200, 2, 2)


def test_all_feeds_failing_is_an_error_also_beside_files(tmp_path: Path) -> None:
    write_article(tmp_path / "news", "filed", "2025-08-01T10:00:00Z", TALKS)
    with serving(always(answer(status="500 No"))) as server:
        pipeline = live(tmp_path, {"wire": server.url}, articles=("feeds", str(tmp_path / "news")))
        with pytest.raises(SourceError, match="not one of 1 live sources answered"):
            gather(pipeline)
    assert pipeline.cell("select count(*) from raw.article") == 1, "what was read is kept"


def test_feeds_and_the_demonstration_need_a_home_each(tmp_path: Path) -> None:
    pipeline = live(tmp_path, {"wire": "https://wire.example/feed"}, articles=("seeds", "feeds"))
    with pytest.raises(ConfigError, match="--home each"):
        gather(pipeline)
    assert not pipeline.home.warehouse.exists()


def test_feeds_without_a_live_source_are_refused(tmp_path: Path) -> None:
    pipeline = live(tmp_path, {})
    write_sources(
        tmp_path / "seeds", {}, ENTRY.format(name="asleep", feed="https://wire.example/") + "  enabled: false\n"
    )
    with pytest.raises(ConfigError, match="has no enabled live source; add one or leave feeds out"):
        gather(pipeline)
    assert not pipeline.home.warehouse.exists()


def test_a_source_that_is_switched_off_or_gone_is_said_to_be_so_once(tmp_path: Path) -> None:
    with serving(always(feed(told("a")))) as server, serving(always(feed(told("b", TALKS)))) as other:
        pipeline = live(tmp_path, {"wire": server.url, "paper": other.url})
        gather(pipeline)
        write_sources(tmp_path / "seeds", {"wire": server.url})
        for run_id in ("second", "third"):
            gather(pipeline, run_id=run_id, now=NOW + timedelta(hours=1))
    assert pipeline.rows("select run_id, source, outcome from raw.source_fetch order by 1, 2") == [
        ("first", "paper", "ok"),
        ("first", "wire", "ok"),
        ("second", "paper", "disabled"),
        ("second", "wire", "ok"),
        ("third", "wire", "ok"),
    ]
    assert pipeline.rows("select source, kind, is_declared, terms from raw.source order by 1") == [
        ("paper", "live", True, "no longer in sources.yaml"),
        ("wire", "live", True, "https://wire.example/terms"),
    ]


def test_another_address_is_asked_without_the_tags_of_the_old_one(tmp_path: Path) -> None:
    with serving(conditional(feed(told("a"), etag='"v1"'))) as server:
        pipeline = live(tmp_path, {"wire": f"{server.url}/old"})
        gather(pipeline)
        write_sources(tmp_path / "seeds", {"wire": f"{server.url}/new"})
        counts = gather(pipeline, run_id="second")
    assert counts["unchanged"] == 1
    assert "If-None-Match" not in server.requests[1]


@pytest.mark.parametrize("catch_up", [False, True], ids=["everything anew", "what is new"])
def test_an_outage_is_not_calm(tmp_path: Path, catch_up: bool) -> None:
    """Two days without a run: their sessions are blind, the items of these days belong to the session that saw them."""
    days = {name: utc(f"2025-08-{name}T12:00") for name in ("14", "15", "20")}
    items = {"14": told("a"), "15": told("b", TALKS, now=days["15"]), "20": told("c", STRIKE, 40, days["20"])}
    with serving(always(*(feed(text) for text in items.values()))) as server:
        pipeline = live(tmp_path, {"wire": server.url})
        pipeline.run = replace(pipeline.run, fetching=FetchPolicy(allowed_networks=(LOOPBACK,), host_gap_seconds=0))
        for name, now in days.items():
            pipeline.publish(run_id=name, now=now, catch_up=catch_up)
        pipeline.publish(run_id="21", now=utc("2025-08-21T06:00"))
    rows = pipeline.rows(
        "select session_date::varchar, status, coverage_share, story_count from signal.theme_clock_daily "
        "where theme = 'defense' and clock = 'XNYS' order by 1"
    )
    assert rows == [
        ("2025-08-14", "ok", 1.0, 1),
        ("2025-08-15", "ok", 1.0, 1),
        ("2025-08-18", "stale_source", 0.0, 0),
        ("2025-08-19", "stale_source", 0.0, 0),
        ("2025-08-20", "ok", 1.0, 1),
    ]
    assert pipeline.rows("select session_date::varchar, expected_count, seen_count from signal.coverage "
                         "where clock = 'XNYS' and is_expected and not is_covered order by 1") == [
        ("2025-08-18", None, 0), ("2025-08-19", None, 0),
    ]  # fmt: skip


def test_a_first_run_on_a_weekend_has_a_window(tmp_path: Path) -> None:
    saturday = utc("2025-08-16T12:00")
    with serving(always(feed(told("a", now=saturday)))) as server:
        pipeline = live(tmp_path, {"wire": server.url}, now="2025-08-16T12:00")
        pipeline.run = replace(pipeline.run, fetching=FetchPolicy(allowed_networks=(LOOPBACK,), host_gap_seconds=0))
        pipeline.publish()
    assert pipeline.rows(
        "select session_date::varchar, status, is_provisional, story_count from signal.theme_daily "
        "where theme = 'energy' order by 1"
    ) == [("2025-08-15", "stale_source", False, 0)]
