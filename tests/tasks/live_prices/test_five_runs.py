"""Live news and live prices together, run after run: what fails at one source, and that the tables stay true.

Monday to Thursday evening, two days off, and the Tuesday after. Two feeds, GDELT, and the price servers, all here.
"""

from __future__ import annotations

import gzip
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tasks.domain.fetching import FetchPolicy
from tests.feed_cases import item, rss
from tests.gdelt import gkg_row, gkg_zip, listing
from tests.live_home import add, make_home, shown, value
from tests.markets import Bar, Market
from tests.pipeline import STRIKE, TALKS, Pipeline, utc
from tests.servers import LOOPBACK, Served, answer, serving

ENTRY = """{name}:
  kind: live
  publisher: {name}
  language: en
  terms: https://wire.example/terms
  feed: {url}/{name}
  format: {format}
  tier: 1
  cadence_minutes: 60
"""
POLICY = FetchPolicy(
    allowed_networks=(LOOPBACK,), host_gap_seconds=0.0, retry_seconds=0.0, attempts=2, read_seconds=0.5,
    deadline_seconds=3.0, max_bytes=1_000_000,
)  # fmt: skip
GOOD, LABEL = "application/rss+xml", "20250818203000"
Answers = bytes | list[bytes] | Callable[[socket.socket], object]


@dataclass
class News:
    """What the paths of the news server answer: bytes, several in turn, or whatever a function does."""

    paths: dict[str, Answers] = field(default_factory=dict)

    def script(self, connection: socket.socket, request: str) -> None:
        given = self.paths[request.split()[1]]
        if callable(given):
            given(connection)
        else:
            connection.sendall(given if isinstance(given, bytes) else given.pop(0) if len(given) > 1 else given[0])

    def items(self, name: str, *items: tuple[str, str, str]) -> None:
        """The feed holds these (title, date, text)."""
        body = rss(*(item(title, f"https://{name}.example/{title}", day, text) for title, day, text in items))
        self.paths[f"/{name}"] = answer(body.encode(), content_type=GOOD)


def hang(connection: socket.socket) -> None:
    connection.recv(1)  # until the other side has had enough


MONDAY = ("Pipeline struck", "Mon, 18 Aug 2025 15:00:00 GMT", STRIKE)
WEDNESDAY = ("Ceasefire signed", "Wed, 20 Aug 2025 15:00:00 GMT", TALKS)
TUESDAY = ("Tankers attacked", "Tue, 26 Aug 2025 15:00:00 GMT", "Iran attacked oil tankers off Kuwait.")


def make(root: Path, live_seeds: Path, server: Served, market: Market) -> Pipeline:
    seeds = root / "seeds"
    shutil.copytree(live_seeds, seeds)
    feeds = {"wire": "rss", "paper": "rss", "gdelt": "gdelt"}
    entries = [ENTRY.format(name=name, url=server.url, format=kind) for name, kind in feeds.items()]
    (seeds / "sources.yaml").write_text("".join(entries), encoding="utf-8")
    instruments = seeds / "instruments.csv"
    order = instruments.read_text(encoding="utf-8").replace("files;cboe;fred;yahoo", "files;yahoo;fred;cboe")
    instruments.write_text(order, encoding="utf-8")
    pipeline = make_home(root / "run", seeds)
    pipeline.run = replace(pipeline.run, articles=("feeds",), fetching=POLICY)
    pipeline.providers = market.providers(root / "cache")
    return pipeline


def evening(pipeline: Pipeline, day: date, market: Market) -> None:
    """Run at 23:30Z, when every price of the day but the slow ones is out."""
    add(market, day)
    pipeline.publish(run_id=f"{day:%m-%d}", now=utc(f"{day}T23:30"))


def outcomes(pipeline: Pipeline) -> dict[str, Any]:
    """Source -> outcome of the run's fetches."""
    return dict(
        pipeline.rows("select source, outcome from raw.source_fetch where run_id = $id order by seen_at",
                      {"id": pipeline.run.run_id})
    )  # fmt: skip


def last_status(pipeline: Pipeline) -> dict[str, Any]:
    """Provider -> how many of its asks in this run were not answered."""
    return dict(
        pipeline.rows("select provider, count_if(outcome != 'answered') from raw.price_ask where run_id = $id "
                      "group by provider having count_if(outcome != 'answered') > 0", {"id": pipeline.run.run_id})
    )  # fmt: skip


@pytest.mark.slow
def test_five_runs_with_everything_going_wrong_once(live_seeds: Path, market: Market, tmp_path: Path) -> None:
    news = News()
    with serving(news.script) as server:
        pipeline = make(tmp_path, live_seeds, server, market)
        batch = gkg_zip([gkg_row(LABEL, title="NATO allies raise defence spending | Reuters")], LABEL)
        news.paths["/gdelt"] = answer(listing({LABEL: batch}, server.url))
        news.paths[f"/{LABEL}.gkg.csv.zip"] = answer(batch)
        news.items("wire", MONDAY)
        news.items("paper", MONDAY)
        good = news.paths["/paper"]
        assert isinstance(good, bytes)

        # Monday: the paper fails, then works within the same run.
        news.paths["/paper"] = [answer(status="503 Service Unavailable"), good]
        evening(pipeline, date(2025, 8, 18), market)
        assert outcomes(pipeline) == {"wire": "ok", "paper": "ok", "gdelt": "ok"}
        assert last_status(pipeline) == {}
        assert pipeline.cell("select count(*) from raw.article") == 3

        # Tuesday: the wire hangs; Yahoo has had enough of us.
        news.paths["/wire"] = hang
        market.faults["yahoo"] = (429, "Too Many Requests")
        evening(pipeline, date(2025, 8, 19), market)
        assert outcomes(pipeline) == {"wire": "timeout", "paper": "ok", "gdelt": "not_modified"}
        assert last_status(pipeline) == {"yahoo": 1}
        assert pipeline.rows(
            "select symbol, provider, price_status from signal.price_daily where session_date = '2025-08-19' "
            "and symbol in ('SPY', 'ECB_EURUSD', 'VIX') order by symbol"
        ) == [("ECB_EURUSD", "ecb", "ok"), ("SPY", None, "missing"), ("VIX", "cboe", "ok")]

        # Wednesday: a zip bomb; Yahoo lacks the day's VIX.
        news.items("wire", MONDAY, WEDNESDAY)
        bomb = gzip.compress(bytes(50_000_000), mtime=0)
        news.paths["/paper"] = answer(bomb, content_type=GOOD, content_encoding="gzip")
        market.faults.clear()
        add(market, date(2025, 8, 20))
        lacking = market.bars["yahoo", "^VIX"].pop(date(2025, 8, 20))
        pipeline.publish(run_id="08-20", now=utc("2025-08-20T23:30"))
        assert outcomes(pipeline) == {"wire": "ok", "paper": "too_large", "gdelt": "not_modified"}
        assert lacking.close is not None
        assert shown(pipeline, "VIX") == [("2025-08-20", lacking.close, "cboe", "ok")], "FRED shows it tomorrow"

        # Thursday: 200 MB, a way into the network; the VIX has no return at Yahoo; a close is corrected.
        news.paths["/paper"] = answer(b"x", content_type=GOOD, content_length="200000000")
        news.paths["/wire"] = answer(status="302 Found", location="http://169.254.169.254/latest/meta-data/")
        market.bars["yahoo", "SPY"][date(2025, 8, 19)] = Bar(651.5, 651.5)
        evening(pipeline, date(2025, 8, 21), market)
        assert outcomes(pipeline) == {"wire": "refused_address", "paper": "too_large", "gdelt": "not_modified"}

        # Friday and Monday nothing runs. Tuesday all is well again.
        for day in (date(2025, 8, 22), date(2025, 8, 25)):
            add(market, day)
        news.items("wire", MONDAY, WEDNESDAY, TUESDAY)
        news.items("paper", TUESDAY)
        market.bars["yahoo", "SPY"][date(2025, 8, 19)] = Bar(652.0, 652.0)
        evening(pipeline, date(2025, 8, 26), market)
        assert outcomes(pipeline) == {"wire": "ok", "paper": "ok", "gdelt": "not_modified"}

    assert pipeline.rows(
        "select session_date::varchar, provider, price_status from signal.price_daily where symbol = 'VIX' "
        "and session_date >= '2025-08-19' order by session_date"
    ) == [
        ("2025-08-19", "yahoo", "ok"),  # asked for again when Yahoo answered again
        ("2025-08-20", "fred", "ok"),  # Yahoo never had it
        ("2025-08-21", "cboe", "ok"),  # Yahoo has the day and no return, FRED is a day late
        ("2025-08-22", "yahoo", "ok"),
        ("2025-08-25", "yahoo", "ok"),
        ("2025-08-26", "yahoo", "ok"),
    ]
    closes = pipeline.rows(
        "select close from raw.price where symbol = 'SPY' and price_date = '2025-08-19' order by vintage_no"
    )
    assert closes == [(value(640, date(2025, 8, 19)),), (651.5,), (652.0,)]
    causes = {row[0] for row in pipeline.rows("select distinct cause from signal.restatement where symbol = 'SPY'")}
    assert {"late price", "restated price"} <= causes
    # Every session has a row, those of the two days off as well, and says how much it could see.
    rows = pipeline.rows(
        "select session_date::varchar, status, article_count, coverage_share from signal.theme_clock_daily "
        "where theme = 'energy' and clock = 'XNYS' and not is_provisional order by session_date"
    )
    assert rows == [
        ("2025-08-18", "stale_source", 0, 0.0),  # nothing had been seen by its cut-off: the first run came after it
        ("2025-08-19", "ok", 2, 1.0),  # Monday's strike, told by wire and paper
        ("2025-08-20", "no_news", 0, pytest.approx(2 / 3)),  # the wire hung
        ("2025-08-21", "ok", 1, pytest.approx(2 / 3)),  # Wednesday's ceasefire; the paper was a zip bomb
        ("2025-08-22", "no_news", 0, pytest.approx(1 / 3)),  # of Thursday evening's asks GDELT alone was good
        ("2025-08-25", "stale_source", 0, 0.0),
        ("2025-08-26", "stale_source", 0, 0.0),  # nobody had asked since Thursday: blind, not calm
    ]
