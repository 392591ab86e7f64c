"""GDELT from a local server that lists, zips and fails as the real one does."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tasks.domain.articles import Rejected
from tasks.domain.errors import FetchError, SourceError
from tasks.domain.fetching import FetchPolicy
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import RawItem
from tasks.storage.gdelt import GIVE_UP, MAX_BATCHES, PATIENCE, STEP, TAIL_BYTES, Catch, catch_up
from tasks.storage.live import Known, harvest
from tasks.storage.web import Fetcher
from tests.gdelt import gkg_row, gkg_zip, listing

NOW = datetime(2025, 8, 18, 16, 5, tzinfo=UTC)
NEWEST = datetime(2025, 8, 18, 16, 15, tzinfo=UTC)  # labelled ahead of time
FOLDER = "/gdeltv2"


def label(batch: datetime) -> str:
    return f"{batch:%Y%m%d%H%M%S}"


def batch_of(at: datetime, *rows: str | bytes) -> bytes:
    name = label(at)
    stamp = label(at - timedelta(minutes=40))
    return gkg_zip(rows or [gkg_row(name, url=f"https://www.reuters.com/{name}", stamp=stamp)], name)


class Gdelt:
    """The server: batches by instant, other answers by path, and what was asked for."""

    def __init__(self, server: HTTPServer) -> None:
        self.batches: dict[datetime, bytes] = {}
        self.listed: dict[datetime, bytes] = {}
        self.answers: dict[str, bytes | int] = {}
        self.asked: list[str] = []
        self.ranges: list[str] = []
        self.url = server.url_for(f"{FOLDER}/lastupdate.txt")
        self.host = server.url_for(FOLDER)
        self.unlisted: set[datetime] = set()

    def publish(self, *batches: datetime) -> None:
        for at in batches:
            self.batches[at] = batch_of(at)

    def answer(self, request: Request) -> Response:
        name = request.path.removeprefix(f"{FOLDER}/")
        self.asked.append(name)
        given = self.answers.get(name)
        if isinstance(given, int):
            return Response("no", given)
        if given is not None:
            return Response(given)
        if name.endswith(".txt"):
            newest = max(self.batches)
            listed = {label(at): self.listed.get(at, body) for at, body in self.batches.items()
                      if at not in self.unlisted and (name.startswith("master") or at == newest)}  # fmt: skip
            return self._part(request, listing(listed, self.host))
        body = self.batches.get(datetime.strptime(name[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC))
        return Response("<html>404</html>", 404) if body is None else Response(body)

    def _part(self, request: Request, body: bytes) -> Response:
        wanted = request.headers.get("Range", "")
        if not wanted:
            return Response(body)
        self.ranges.append(wanted)
        return Response(body[-int(wanted.removeprefix("bytes=-")) :], 206)

    @property
    def batches_asked(self) -> list[str]:
        return [name[:14] for name in self.asked if name.endswith(".zip")]


@pytest.fixture
def gdelt(httpserver: HTTPServer) -> Gdelt:
    served = Gdelt(httpserver)
    httpserver.expect_request(re.compile(f"{FOLDER}/.*")).respond_with_handler(served.answer)
    return served


@pytest.fixture
def fetcher() -> Fetcher:
    policy = FetchPolicy(allowed_networks=("127.0.0.0/8", "::1"), host_gap_seconds=0.0, attempts=2, retry_seconds=0.0)
    return Fetcher(policy, sleep=lambda seconds: None)


def source(gdelt: Gdelt) -> Source:
    return Source(
        source="gdelt", kind="live", publisher="GDELT", language="en", feed=gdelt.url, format="gdelt", tier=3,
        terms="https://www.gdeltproject.org/about.html#termsofuse", cadence_minutes=15, domains=("reuters.com",),
    )  # fmt: skip


def ask(gdelt: Gdelt, fetcher: Fetcher, done: datetime | None, now: datetime = NOW) -> Catch:
    return catch_up(source(gdelt), label(done) if done else None, fetcher, lambda: now)


def grid(count: int) -> list[datetime]:
    """The newest batch and those before it, oldest first."""
    return [NEWEST - number * STEP for number in reversed(range(count))]


def test_a_first_run_reads_the_newest_batch(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(*grid(3))
    catch = ask(gdelt, fetcher, None)
    assert gdelt.asked == ["lastupdate.txt", f"{label(NEWEST)}.gkg.csv.zip"]
    assert (catch.label, catch.batch_count, catch.row_count) == (label(NEWEST), 1, 1)
    (item,) = catch.items
    assert isinstance(item, RawItem)
    assert item.fields["first_seen_at"] == NOW.isoformat()
    assert catch.newest_at == NOW, "nothing is newer than the moment we saw it"


def test_the_next_run_reads_the_next_batch_without_the_long_list(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(*grid(3))
    assert ask(gdelt, fetcher, NEWEST - STEP).label == label(NEWEST)
    assert gdelt.asked == ["lastupdate.txt", f"{label(NEWEST)}.gkg.csv.zip"]


@pytest.mark.parametrize("ahead", [0, 1])
def test_nothing_new_asks_for_nothing_more(gdelt: Gdelt, fetcher: Fetcher, ahead: int) -> None:
    gdelt.publish(*grid(3))
    catch = ask(gdelt, fetcher, NEWEST + ahead * STEP)
    assert (catch.items, catch.batch_count, catch.label) == ((), 0, label(NEWEST + ahead * STEP))
    assert gdelt.asked == ["lastupdate.txt"]


def test_after_an_outage_the_batches_between_are_read_oldest_first(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(*grid(12))
    catch = ask(gdelt, fetcher, NEWEST - 8 * STEP)
    assert gdelt.batches_asked == [label(at) for at in grid(8)]
    assert gdelt.ranges == [f"bytes=-{TAIL_BYTES}"]
    assert (catch.batch_count, catch.label) == (8, label(NEWEST))
    assert [item.location for item in catch.items] == [f"{label(at)}.gkg.csv:1" for at in grid(8)]


def test_a_long_outage_is_caught_up_in_parts(gdelt: Gdelt, fetcher: Fetcher, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tasks")
    gdelt.publish(*grid(MAX_BATCHES + 50))
    first = ask(gdelt, fetcher, NEWEST - (MAX_BATCHES + 7) * STEP)
    assert (first.batch_count, first.label) == (MAX_BATCHES, label(NEWEST - 7 * STEP))
    assert first.newest_at == NEWEST - 7 * STEP
    assert "200 batches with 200 rows read, 200 items taken, 7 batches left for the next run" in caplog.text
    second = ask(gdelt, fetcher, NEWEST - 7 * STEP)
    assert (second.batch_count, second.label) == (7, label(NEWEST))
    assert "7 batches with 7 rows read, 7 items taken, 0 batches left" in caplog.text


def test_what_is_older_than_a_week_is_lost_and_said_so_once(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(*grid(3), *[NEWEST - GIVE_UP - number * STEP for number in range(4)])
    catch = ask(gdelt, fetcher, NEWEST - GIVE_UP - 10 * STEP)
    assert gdelt.batches_asked == [label(at) for at in (NEWEST - GIVE_UP, *grid(3))]
    faults = [item for item in catch.items if isinstance(item, Rejected)]
    assert [item.reason for item in faults] == ["outage", "missing_batch"]
    assert faults[0].message.startswith("batches of 2025-08-11 14:00 to 2025-08-11 16:15 are more than 7 days old")
    assert faults[1].message.startswith("669 batches before 20250818154500 are not listed")


def test_a_batch_that_gdelt_did_not_make_is_set_aside_and_passed(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(*grid(6))
    gdelt.unlisted = {NEWEST - 3 * STEP, NEWEST - 2 * STEP}
    catch = ask(gdelt, fetcher, NEWEST - 5 * STEP)
    assert gdelt.batches_asked == [label(NEWEST - number * STEP) for number in (4, 1, 0)]
    (fault,) = [item for item in catch.items if isinstance(item, Rejected)]
    assert (fault.reason, fault.source) == ("missing_batch", "gdelt")
    assert fault.message == "2 batches before 20250818160000 are not listed: GDELT has not made them, nothing to mend"


BROKEN: dict[str, bytes | int] = {
    "missing": 404,
    "gone": 410,
    "other bytes": b"PK other",
    "html with 200": b"<html>maintenance</html>",
}


@pytest.mark.parametrize("given", BROKEN.values(), ids=BROKEN)
def test_a_broken_batch_is_asked_for_again_for_two_hours(gdelt: Gdelt, fetcher: Fetcher, given: bytes | int) -> None:
    gdelt.publish(*grid(12))
    young = NEWEST - STEP
    gdelt.answers[f"{label(young)}.gkg.csv.zip"] = given
    catch = ask(gdelt, fetcher, NEWEST - 4 * STEP)
    assert (catch.label, catch.batch_count) == (label(NEWEST - 2 * STEP), 2)
    assert all(isinstance(item, RawItem) for item in catch.items)
    with pytest.raises(SourceError, match=label(young)):
        ask(gdelt, fetcher, NEWEST - 2 * STEP)
    late = ask(gdelt, fetcher, NEWEST - 2 * STEP, young + PATIENCE)
    assert (late.label, late.batch_count) == (label(NEWEST), 2)
    (fault,) = [item for item in late.items if isinstance(item, Rejected)]
    assert (fault.reason, label(young) in fault.location) == ("unreadable_batch", True)


def test_an_old_truncated_batch_with_the_right_sum_is_set_aside(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(*grid(20))
    old = NEWEST - 12 * STEP
    gdelt.batches[old] = gdelt.batches[old][:-40]
    catch = ask(gdelt, fetcher, NEWEST - 13 * STEP)
    assert catch.batch_count == 13
    (fault,) = [item for item in catch.items if isinstance(item, Rejected)]
    assert fault.message.startswith(f"{label(old)} is no readable zip")


def test_a_zip_of_two_hundred_megabytes_is_not_fetched_to_its_end(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(*grid(20))
    old = NEWEST - 12 * STEP
    gdelt.answers[f"{label(old)}.gkg.csv.zip"] = b"\0" * 200_000_000
    catch = ask(gdelt, fetcher, NEWEST - 13 * STEP)
    (fault,) = [item for item in catch.items if isinstance(item, Rejected)]
    assert "more than the 30,000,000 bytes allowed" in fault.message
    assert catch.label == label(NEWEST)


def test_a_host_that_fails_stops_the_run_before_the_batch_however_old(
    gdelt: Gdelt, fetcher: Fetcher, caplog: pytest.LogCaptureFixture
) -> None:
    gdelt.publish(*grid(40))
    gdelt.answers[f"{label(NEWEST - 20 * STEP)}.gkg.csv.zip"] = 503
    catch = ask(gdelt, fetcher, NEWEST - 23 * STEP)
    assert (catch.label, catch.batch_count) == (label(NEWEST - 21 * STEP), 2)
    assert "HTTP status 503; try again later; the run stops before it and asks again next time" in caplog.text
    with pytest.raises(FetchError, match="HTTP status 503"):
        ask(gdelt, fetcher, NEWEST - 21 * STEP)


def test_a_list_that_is_html_with_200_is_an_error(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.answers["lastupdate.txt"] = b"<html>Service Unavailable</html>"
    with pytest.raises(SourceError, match="lists no GKG batch but begins '<html>Service"):
        ask(gdelt, fetcher, None)


def test_a_label_of_next_year_is_not_believed(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(NEWEST.replace(year=2026))
    with pytest.raises(SourceError, match="lists batches that lie after 2025-08-18 16:05Z"):
        ask(gdelt, fetcher, None)


@pytest.mark.parametrize("done", ["", "yesterday", '"0123456789abcdef"'])
def test_what_is_no_label_is_no_memory(gdelt: Gdelt, fetcher: Fetcher, done: str) -> None:
    gdelt.publish(*grid(3))
    assert catch_up(source(gdelt), done, fetcher, lambda: NOW).label == label(NEWEST)
    assert len(gdelt.batches_asked) == 1


def test_a_harvest_remembers_the_label_and_tells_what_is_broken(gdelt: Gdelt, fetcher: Fetcher) -> None:
    gdelt.publish(*grid(3))
    (first,) = harvest([source(gdelt)], {}, fetcher, NOW)
    assert (first.outcome, first.answer.etag, first.answer.item_count) == ("ok", label(NEWEST), 1)
    known = {"gdelt": Known(first.answer.etag, None, first.answer.newest_item_at, NOW)}
    (again,) = harvest([source(gdelt)], known, fetcher, NOW)
    assert (again.outcome, again.answer.etag, again.answer.items) == ("not_modified", label(NEWEST), ())
    gdelt.publish(NEWEST + STEP)
    gdelt.answers[f"{label(NEWEST + STEP)}.gkg.csv.zip"] = b"<html>"
    (broken,) = harvest([source(gdelt)], known, fetcher, NOW + STEP)
    assert broken.outcome == "unreadable"
    assert f"lists {label(NEWEST + STEP)}.gkg.csv.zip, which has 6 bytes and MD5" in str(broken.message)
