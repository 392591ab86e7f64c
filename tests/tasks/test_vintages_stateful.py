"""The truth test: whatever arrives in whatever order, every past publication can be read again as it was published."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tasks.domain.errors import CheckFailedError
from tasks.storage.models import SQL
from tests.pipeline import SEEDS, STRIKE, TALKS, keep, query, small, utc, write_article, write_prices

TEXTS = (STRIKE, TALKS, "Iran attacked oil tankers off Kuwait.", "NATO allies agreed to raise defence spending.")
TABLES = ("theme_daily", "asset_daily", "sentence_contribution")
HISTORIES = ("theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution")
START, OPENS = utc("2025-08-04T00:00"), utc("2025-08-12T13:00")
"""The first article's day, and the first run's clock: Frankfurt has opened, nothing has closed."""

DAYS = [date(2025, 8, day) for day in (4, 5, 6, 7, 8, 11, 12, 13, 14)]
SYMBOLS = ("BRENT", "SPY", "ITA", "EZU")
TIME_PASSES = {"provisional row replaced", "late price"}

_article = {"text": st.sampled_from(range(len(TEXTS))), "source": st.sampled_from(("wire", "radio"))}
_symbol = st.sampled_from(SYMBOLS)
ACTIONS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "a_late_article": {"share": st.floats(0, 1), **_article},
    "a_price_is_restated": {"symbol": _symbol, "day": st.sampled_from(DAYS[:5]), "cents": st.integers(1, 500)},
    "a_new_article": {"hours": st.integers(1, 30), **_article},
    "the_lexicon_changes": {},
    "nothing_changes": {"threads": st.sampled_from((1, 2, 3))},
    "a_check_stops_the_run": {"hours": st.integers(0, 60), **_article},
    "the_clock_moves_on": {"hours": st.integers(1, 40)},
    "a_price_arrives": {"symbol": _symbol},
    "a_file_is_removed": {"number": st.integers(0, 9)},
}


def small_seeds(folder: Path) -> Path:
    """The taxonomy cut to three clocks, four symbols and the words of the texts, so that a run is short."""
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns("articles", "prices", "labelled.csv"))
    words = set(re.findall(r"[a-z]+", " ".join(TEXTS).lower()))
    for name in ("lexicon.csv", "exposures.csv"):
        keep(folder / name, lambda row: any(word[:4] in row["phrase"] for word in words if len(word) > 3))
    keep(folder / "clocks.csv", lambda row: row["clock"] in ("XNYS", "XETR", "LON_BRENT"))
    for name in ("instruments.csv", "series.csv"):
        keep(folder / name, lambda row: row["symbol"] in SYMBOLS)
    themes = folder / "themes.yaml"
    themes.write_text(themes.read_text(encoding="utf-8").replace("BZ=F, ", ""), encoding="utf-8")
    return folder


@cache
def published_once() -> Path:
    """A folder with one article, some prices and a first publication, to begin every example with."""
    root = Path(tempfile.mkdtemp(prefix="vintages-"))
    write_article(root / "articles", "a-0", f"{START + timedelta(hours=10):%Y-%m-%dT%H:%M:%SZ}")
    write_prices(root / "prices.csv", [(symbol, day, 60 + day.day) for symbol in SYMBOLS for day in DAYS[:5]])
    pipeline = small(root, seeds=small_seeds(root / "seeds"), from_date=DAYS[0], to_date=DAYS[-1])
    pipeline.publish(run_id="r0", now=OPENS)
    return root


def failing_checks(folder: Path) -> Path:
    """The project's checks and one that always fails."""
    shutil.copytree(SQL / "90_checks", folder)
    (folder / "stop.sql").write_text("-- fail: this one always fails\nselect 1\n", encoding="utf-8")
    return folder


class Vintages(RuleBasedStateMachine):
    """Inputs change; the model keeps the rows of every publication under its stamp.

    Every action comes once before any comes twice, in any order: a few short examples then meet them all.
    """

    @initialize(order=st.permutations(list(ACTIONS)))
    def open_home(self, order: list[str]) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="vintages-")
        self.root = Path(self.folder.name) / "root"
        shutil.copytree(published_once(), self.root, symlinks=True)
        self.pipeline = small(self.root, seeds=self.root / "seeds", from_date=DAYS[0], to_date=DAYS[-1])
        self.pipeline.run = replace(self.pipeline.run, run_id="r0", now=OPENS)
        self.known: dict[datetime, dict[str, list[tuple[Any, ...]]]] = {}
        self.closes = {(symbol, day): 60.0 + day.day for symbol in SYMBOLS for day in DAYS[:5]}
        self.count, self.other_words = 0, False
        self.causes: set[str] = set()
        self.order = order
        self.remember()

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        self.order = [*self.order[1:], self.order[0]]
        action = self.order[-1]
        getattr(self, action)(**data.draw(st.fixed_dictionaries(ACTIONS[action]), label=action))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def go(self, causes: set[str], minutes: int = 1, **changes: Any) -> None:
        """Publish; what is restated has one of the causes that came up since the last publication."""
        self.count += 1
        self.causes |= causes
        now = self.pipeline.run.now + timedelta(minutes=minutes)
        self.pipeline.publish(run_id=f"r{self.count}", now=now, **changes)
        found = self.rows("select distinct cause from signal.restatement where run_id = $run", run=f"r{self.count}")
        assert {cause for (cause,) in found} <= self.causes | TIME_PASSES
        self.causes = set()
        self.remember()

    def rows(self, sql: str, **parameters: object) -> list[tuple[Any, ...]]:
        return query(self.pipeline.home.published / "signals.duckdb", sql, parameters)

    def remember(self) -> None:
        """Keep the closed rows of the newest publication under its stamp."""
        ((stamp,),) = self.rows("select max(as_of_at) from raw.publication")
        closed = "semi join (from signal.theme_clock_daily where not is_provisional) using (session_date, theme, clock)"
        self.known[stamp] = {t: self.rows(f"from signal.{t} {closed} order by all") for t in TABLES}

    def history(self) -> list[list[tuple[Any, ...]]]:
        return [self.pipeline.rows(f"from history.{table} order by all") for table in HISTORIES]

    def write(self, at: datetime, text: int, source: str) -> Path:
        fields = {"source": source, "title": f"Report {self.count}"}
        stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        return write_article(self.root / "articles", f"a-{self.count + 1}", stamp, TEXTS[text], **fields)

    def article(self, at: datetime, text: int, source: str, minutes: int) -> None:
        """Publish with one article more: no session that closed before it gets another version."""
        self.write(at, text, source)
        self.go({"late article"}, minutes)
        earlier = (
            "select * from signal.theme_clock_daily_vintage where cutoff_at < $at "
            "qualify run_id = $run and count(*) over (partition by session_date, theme, clock) > 1"
        )
        assert self.rows(earlier, at=at.replace(tzinfo=None), run=f"r{self.count}") == []

    def a_new_article(self, hours: int, text: int, source: str) -> None:
        self.article(self.pipeline.run.now + timedelta(minutes=1), text, source, 60 * hours)

    def a_late_article(self, share: float, text: int, source: str) -> None:
        at = START + (self.pipeline.run.now - START) * share
        self.article(at.replace(microsecond=0), text, source, 1)

    def a_file_is_removed(self, number: int) -> None:
        files = sorted((self.root / "articles").glob("*.md"))
        if len(files) > 1:
            files[number % len(files)].unlink()
        if self.causes:
            self.go(set())
        before = self.history()
        self.go(set(), minutes=0)
        assert self.history() == before, "what was read once stays"

    def a_price_is_restated(self, symbol: str, day: date, cents: int) -> None:
        self.closes[symbol, day] += cents / 100
        self.price({"restated price"})

    def a_price_arrives(self, symbol: str) -> None:
        today = self.pipeline.run.now.date()
        missing = [day for day in DAYS if day < today and (symbol, day) not in self.closes]
        self.closes.update({(symbol, day): 70.0 for day in missing[:1]})
        self.price(set())

    def price(self, causes: set[str]) -> None:
        write_prices(self.root / "prices.csv", [(*key, close) for key, close in sorted(self.closes.items())])
        before = self.pipeline.rows("from history.sentence_contribution order by all")
        self.go(causes)
        gone = set(before) - set(self.pipeline.rows("from history.sentence_contribution"))
        assert gone == set()

    def the_lexicon_changes(self) -> None:
        path = self.root / "seeds" / "lexicon.csv"
        lines = (published_once() / "seeds" / "lexicon.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        self.other_words = not self.other_words
        struck = [line for line in lines if line.startswith(("attack", "struck", "missile"))]
        path.write_text("".join(x for x in lines if not self.other_words or x not in struck[:1]), encoding="utf-8")
        self.go({"new lexicon"})

    def a_check_stops_the_run(self, hours: int, text: int, source: str) -> None:
        self.write(START + timedelta(hours=hours), text, source)
        before, link = self.history(), self.pipeline.home.published.resolve()
        self.count += 1
        changes = {"run_id": f"r{self.count}", "now": self.pipeline.run.now + timedelta(minutes=1)}
        with pytest.raises(CheckFailedError, match="always fails"):
            self.pipeline.publish(failing_checks(self.root / f"checks-{self.count}"), **changes)
        assert (self.history(), self.pipeline.home.published.resolve()) == (before, link)
        assert self.pipeline.cell("select max(as_of_at) from raw.publication") == max(self.known)
        self.causes |= {"late article"}

    def nothing_changes(self, threads: int) -> None:
        if self.causes:  # a stopped run has left something to publish
            self.go(set())
        before = self.history()
        self.go(set(), minutes=0, threads=threads)
        assert self.pipeline.reports["publish"].counts["changed"] == 0
        assert self.history() == before

    def the_clock_moves_on(self, hours: int) -> None:
        self.go(set(), minutes=60 * hours)

    @invariant()
    def every_publication_is_known_as_it_was(self) -> None:
        if not hasattr(self, "known"):
            return
        with duckdb.connect(str(self.pipeline.home.published / "signals.duckdb"), read_only=True) as db:
            for stamp, tables in self.known.items():
                at = {"ts": f"{stamp.replace(tzinfo=UTC).isoformat()}"}
                for table, rows in tables.items():
                    known = f"from signal.{table}_as_known($ts) order by all"
                    assert db.execute(known, at).fetchall() == rows, (table, stamp)
                differing = (
                    "select d.session_date, d.theme from signal.theme_daily_as_known($ts) as d left join ("
                    "select session_date, theme, clock, sum(contribution) as total "
                    "from signal.sentence_contribution_as_known($ts) group by all) as c "
                    "using (session_date, theme, clock) where d.risk_score is distinct from c.total"
                )
                assert db.execute(differing, at).fetchall() == [], stamp


TestVintages = Vintages.TestCase
TestVintages.settings = settings(
    max_examples=2,
    stateful_step_count=len(ACTIONS) + 1,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a step takes a second: a failing example is shown as it is
    suppress_health_check=list(HealthCheck),
)
