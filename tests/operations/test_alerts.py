"""Alerts: what is told, once in a cooldown, to a real receiver on this machine; and what is never said."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tasks.alert import Outlet, late_alerts, publication_alerts
from tasks.domain.alerts import Alert, AlertRules, Crossing, of_crash, of_crossings, of_failure, of_stale
from tasks.domain.errors import CheckFailedError, SeedError, SourceError
from tasks.storage.alert_book import AlertBook
from tasks.storage.alert_rules import load_alert_rules
from tests.pipeline import SEEDS, TALKS, Pipeline, query, small, utc, write_article
from tests.tasks.test_vintages_stateful import small_seeds

RULES = load_alert_rules(SEEDS / "alerts.yaml")
NOW = datetime(2025, 8, 18, 22, 45, tzinfo=UTC)
TOKEN = "T0KEN-that-nobody-may-read"
ALERT = Alert("run_failed", "SourceError", "feeds.csv does not exist", {"run_id": "r1"})


@pytest.fixture
def outlet(httpserver: HTTPServer, tmp_path: Path) -> Outlet:
    """An outlet to a receiver that takes everything."""
    httpserver.expect_request(f"/hooks/{TOKEN}", method="POST").respond_with_data("ok")
    return Outlet(tmp_path, RULES, httpserver.url_for(f"/hooks/{TOKEN}"))


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Whatever any library logs while a test runs."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


def received(server: HTTPServer) -> list[dict[str, object]]:
    return [json.loads(request.get_data()) for request, _ in server.log]


def test_an_alert_arrives_as_one_json_document(outlet: Outlet, httpserver: HTTPServer) -> None:
    assert outlet.tell([ALERT], NOW) == 1
    (request, _), *more = httpserver.log
    assert not more
    assert request.content_type == "application/json"
    assert received(httpserver) == [
        {
            "kind": "run_failed",
            "subject": "SourceError",
            "key": "run_failed:SourceError",
            "text": "georisk-signals run_failed: feeds.csv does not exist",
            "details": {"run_id": "r1"},
            "home": str(outlet.home),
            "at": "2025-08-18T22:45:00+00:00",
        }
    ]


def test_the_same_thing_is_told_once_in_a_cooldown(outlet: Outlet, httpserver: HTTPServer) -> None:
    other = replace(ALERT, subject="WarehouseError")
    hours = [0.0, 0.1, 5.9, 6.0, 6.1, 12.1]
    told = [outlet.tell([ALERT, other], NOW + timedelta(hours=hour)) for hour in hours]
    assert told == [2, 0, 0, 2, 0, 2]
    assert len(received(httpserver)) == 6


def test_a_clock_that_was_ahead_does_not_silence_anything(outlet: Outlet) -> None:
    assert outlet.tell([ALERT], NOW + timedelta(days=300)) == 1
    assert outlet.tell([ALERT], NOW) == 1
    assert outlet.tell([ALERT], NOW) == 0


def test_a_broken_book_does_not_silence_anything(outlet: Outlet) -> None:
    (outlet.home / "alerts.json").write_text("[1, 2", encoding="utf-8")
    assert [outlet.tell([ALERT], NOW), outlet.tell([ALERT], NOW)] == [1, 0]


def test_a_held_book_does_not_silence_anything(outlet: Outlet, tmp_path: Path) -> None:
    book = AlertBook(tmp_path)
    with book.turn("a", NOW, timedelta(hours=1)) as is_due:
        assert is_due
    with book.turn("a", NOW, timedelta(hours=1)) as is_due:
        assert not is_due


def test_the_book_forgets_what_is_long_past(outlet: Outlet) -> None:
    outlet.tell([ALERT], NOW)
    outlet.tell([replace(ALERT, subject="x")], NOW + timedelta(days=91))
    assert list(json.loads((outlet.home / "alerts.json").read_text(encoding="utf-8"))) == ["run_failed:x"]


@pytest.mark.parametrize("answer", [Response(status=500), Response(status=404), Response(status=302)])
def test_what_was_not_taken_is_told_again(
    httpserver: HTTPServer, tmp_path: Path, everything_logged: pytest.LogCaptureFixture, answer: Response
) -> None:
    answer.headers["Location"] = httpserver.url_for("/elsewhere")
    httpserver.expect_request(f"/{TOKEN}").respond_with_response(answer)
    outlet = Outlet(tmp_path, RULES, httpserver.url_for(f"/{TOKEN}"))
    assert [outlet.tell([ALERT], NOW), outlet.tell([ALERT], NOW)] == [0, 0]
    assert [request.path for request, _ in httpserver.log] == [f"/{TOKEN}"] * 2
    assert f"was not sent: the webhook answered status {answer.status_code}" in everything_logged.text


@pytest.mark.parametrize("url", [f"http://127.0.0.1:9/{TOKEN}", f"nonsense-{TOKEN}", f"ftp://{TOKEN}/", "http://["])
def test_a_receiver_that_is_none_fails_nobody(
    tmp_path: Path, everything_logged: pytest.LogCaptureFixture, url: str
) -> None:
    assert Outlet(tmp_path, RULES, url).tell([ALERT], NOW) == 0
    assert "was not sent: the webhook answered" in everything_logged.text
    assert TOKEN not in everything_logged.text


def test_the_address_is_neither_logged_nor_kept(
    outlet: Outlet, httpserver: HTTPServer, everything_logged: pytest.LogCaptureFixture
) -> None:
    outlet.tell([ALERT], NOW)
    assert received(httpserver)
    ours = [record for record in everything_logged.records if record.name != "werkzeug"]  # that is the receiver
    assert len(ours) > 1
    assert all(TOKEN not in record.getMessage() for record in ours)
    assert all(TOKEN not in path.read_text(encoding="utf-8") for path in outlet.home.iterdir())


def test_without_a_webhook_an_alert_is_a_line_in_the_log(
    tmp_path: Path, everything_logged: pytest.LogCaptureFixture
) -> None:
    assert Outlet(tmp_path, RULES).tell([ALERT], NOW) == 1
    assert "alert run_failed:SourceError: feeds.csv does not exist" in everything_logged.text


def test_a_home_that_cannot_keep_the_book_fails_nobody(
    tmp_path: Path, everything_logged: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert Outlet(tmp_path / "file", RULES).tell([ALERT], NOW) == 0
    assert "the cooldown cannot be kept" in everything_logged.text


# --- what is told


def test_a_failed_check_is_told_apart_from_a_failed_run() -> None:
    assert of_failure("r1", CheckFailedError("stopped")).key == "check_failed:checks"
    assert of_failure("r1", SourceError("news does not exist")).key == "run_failed:SourceError"


def test_words_of_other_programs_are_not_sent() -> None:
    told = of_failure("r1", OSError("cannot connect to https://user:secret@feeds.example/"))
    assert told.text == "run r1: OSError; see the log of the run; the last publication stays"


def test_a_text_is_cut_where_chats_would_cut_it() -> None:
    told = of_failure("r1", CheckFailedError("x" * 5_000)).payload("home", NOW)
    assert len(str(told["text"])) == 1_500


def test_a_crash_is_told_once_for_all_runs() -> None:
    assert of_crash("signals-2025-08-18").key == of_crash("signals-2025-08-19").key


def test_crossings_of_one_theme_are_one_alert() -> None:
    rows = [
        Crossing(date(2025, 8, 15), "energy", "LON_BRENT", -3.2, -0.1, None),
        Crossing(date(2025, 8, 18), "energy", "LON_BRENT", 3.14, 0.2, 2.9),
        Crossing(date(2025, 8, 18), "defense", "XNYS", 4.0, 0.2, 1.0),
    ]
    defense, energy = of_crossings(rows, 3.0)
    assert energy.text == (
        "energy on LON_BRENT, session 2025-08-18: signal_z +3.1 (before +2.9, limit 3), "
        "and 1 earlier sessions of this run"
    )
    assert defense.details["signal_z"] == 4.0


def test_a_source_that_never_came_is_stale_too() -> None:
    never, old = of_stale([("a", date(2025, 8, 18), None), ("b", date(2025, 8, 18), 200.4)])
    assert "it never brought anything" in never.text
    assert "its newest item is 200 hours old" in old.text


def crossing(demo: Pipeline) -> tuple[datetime, AlertRules, str]:
    """A session in which |signal_z| of energy rises, an instant two days later, and rules with a limit in between."""
    rows = query(
        demo.home.published / "signals.duckdb",
        "select session_date, cutoff_at, abs(signal_z), lag(abs(signal_z)) over (order by session_date) "
        "from signal.theme_daily where theme = 'energy' and signal_z is not null order by session_date",
    )
    day, cutoff_at, new, old = next(row for row in reversed(rows) if row[3] is not None and row[2] > row[3] + 0.1)
    limit = (new + old) / 2
    return cutoff_at.replace(tzinfo=UTC) + timedelta(days=2), RULES.model_copy(update={"signal_z": limit}), str(day)


def test_a_threshold_that_a_new_session_crosses_is_told(demo: Pipeline) -> None:
    """In the days after it; a week later nobody asks any more."""
    soon, rules, day = crossing(demo)
    told = {alert.key: alert for alert in publication_alerts(replace(demo.run, now=soon), rules)}
    assert f"session {day}: signal_z" in told["threshold_crossed:energy"].text
    much_later = replace(demo.run, now=soon + timedelta(days=300))
    assert publication_alerts(much_later, rules) == []
    higher = rules.model_copy(update={"signal_z": 1e6})
    assert publication_alerts(replace(demo.run, now=soon), higher) == []


def test_a_session_that_an_earlier_run_published_is_not_told_again(demo: Pipeline) -> None:
    soon, rules, _ = crossing(demo)
    assert publication_alerts(replace(demo.run, run_id="another", now=soon), rules) == []


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Two sources; `radio` falls silent after the 5th, `wire` goes on to the 18th."""
    root = tmp_path_factory.mktemp("outage")
    write_article(root / "articles", "radio", "2025-08-05T10:00:00Z", source="radio")
    for day in (5, 12, 18):
        write_article(root / "articles", f"wire-{day}", f"2025-08-{day:02}T10:00:00Z", TALKS, title=f"Report {day}")
    seeds = small_seeds(root / "seeds")
    sources = "{}:\n  kind: archive\n  publisher: {}\n  language: en\n  terms: test\n  latency_minutes: 0\n"
    (seeds / "sources.yaml").write_text("".join(sources.format(n, n) for n in ("radio", "wire")), encoding="utf-8")
    pipeline = small(root, seeds=seeds, now="2025-08-18T22:45")
    pipeline.publish()
    return pipeline


def test_a_source_that_fell_silent_is_told(outage: Pipeline) -> None:
    (told,) = publication_alerts(outage.run, RULES)
    assert told.key == "stale_source:radio"
    assert "radio brought nothing for session 2025-08-18" in told.text


@pytest.mark.parametrize(
    ("now", "late"),
    [
        ("2025-08-18T23:00", []),
        ("2025-08-19T23:14", []),
        ("2025-08-19T23:16", ["energy", "european_risk_premium"]),
        ("2025-08-20T03:46", ["defense", "energy", "european_risk_premium"]),
    ],
)
def test_a_publication_is_late_hours_after_the_cutoff(outage: Pipeline, now: str, late: list[str]) -> None:
    """Cut-offs of the 19th: London 15:15Z, Frankfurt 15:15Z, New York 19:45Z; eight hours are allowed."""
    told = late_alerts(outage.run.home, outage.run.seeds, RULES, utc(now))
    assert [alert.subject for alert in told] == late
    assert all("session 2025-08-19 closed more than 8 hours ago" in alert.text for alert in told)


def test_a_weekend_is_not_late(outage: Pipeline) -> None:
    evening = outage.copy(outage.run.home.parent / "friday")
    write_article(outage.run.home.parent / "articles", "friday", "2025-08-22T10:00:00Z", TALKS, title="Friday")
    evening.publish(run_id="friday", now=utc("2025-08-22T22:45"))
    for now in ("2025-08-23T12:00", "2025-08-24T23:00", "2025-08-25T12:00"):
        assert late_alerts(evening.run.home, evening.run.seeds, RULES, utc(now)) == []
    # On the 25th London had a bank holiday; Frankfurt and New York were open.
    told = late_alerts(evening.run.home, evening.run.seeds, RULES, utc("2025-08-26T04:00"))
    assert [alert.subject for alert in told] == ["defense", "european_risk_premium"]


def test_what_has_no_publication_or_is_the_demonstration_is_never_late(demo: Pipeline, tmp_path: Path) -> None:
    for home in (tmp_path, demo.run.home):
        assert late_alerts(home, SEEDS, RULES, utc("2026-01-01T00:00")) == []


# --- the rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("signal_z: 0\nlate_after_hours: 8\ncooldown_hours: {}\n", "signal_z: Input should be greater than 0"),
        ("signal_z: 3\nlate_after_hours: 8\n", "cooldown_hours: Field required"),
        ("signal_z: 3\nlate_after_hours: 8\ncooldown_hours: {moon: 1}\n", "cooldown_hours.moon.[key]: Input should be"),
        ("signal_z: 3\nlate_after_hours: 8\ncooldown_hours: {}\nmore: 1\n", "more: Extra inputs are not permitted"),
        ("- 1\n", "the file: Input should be a valid dictionary"),
        ("a: [\n", "is no YAML"),
    ],
)
def test_broken_rules_are_named(tmp_path: Path, text: str, rule: str) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SeedError) as caught:
        load_alert_rules(path)
    assert str(caught.value).startswith(f"{path}: {rule}")


def test_missing_rules_are_named(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="cannot be read"):
        load_alert_rules(tmp_path / "alerts.yaml")


def test_a_kind_without_a_cooldown_is_told_every_time() -> None:
    rules = AlertRules(signal_z=3, late_after_hours=8, cooldown_hours={})
    assert rules.cooldown("run_failed") == timedelta(0)
