"""The six verbs in a row, without Prefect, for tests: small inputs in, tables and files out."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.domain.run import Run, StepReport, Window
from tasks.price import price
from tasks.publish import publish
from tasks.score import score
from tasks.storage.files import ROOT, Home
from tasks.storage.models import SQL
from tasks.storage.providers.contract import Provider
from tasks.storage.seeds import load_taxonomy
from tasks.storage.warehouse import open_warehouse

SEEDS = ROOT / "seeds"
SEED_NOW = max(source.now for source in load_taxonomy(SEEDS).sources if source.now)
SEED_ARTICLE = "2025-08-17-article-5-like-guarantees"
STRIKE = "Russian missiles struck a gas pipeline and an oil refinery in Ukraine, and crude exports were halted."
TALKS = "Saudi Arabia and Iran signed a ceasefire, and the Strait of Hormuz was reopened to oil tankers."


def utc(text: str) -> datetime:
    """An instant in UTC from ISO text without offset."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def write_article(
    folder: Path, article_id: str, published_at: str, text: str = STRIKE, *, file: str | None = None, **fields: str
) -> Path:
    """One Markdown article, in `<article_id>.md` unless `file` is given; `source` is `wire` unless given."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"article_id": article_id, "title": "Pipeline report", "published_at": published_at, "source": "wire"}
    lines = [f"{name}: {value}" for name, value in {**head, **fields}.items()]
    path = folder / (file or f"{article_id}.md")
    path.write_text("---\n" + "\n".join(lines) + f"\n---\n{text}\n", encoding="utf-8")
    return path


def write_prices(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """A price file from (symbol, date, close) rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("symbol", "date", "close"))
        writer.writerows(rows)
    return path


def keep(path: Path, wanted: Callable[[Mapping[str, str]], bool]) -> None:
    """Keep the rows of a CSV file that are wanted."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, names = [row for row in reader if wanted(row)], list(reader.fieldnames or ())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@dataclass
class Pipeline:
    """One home, and the request that its runs start from."""

    run: Run
    reports: dict[str, StepReport] = field(default_factory=dict)
    providers: Mapping[str, Provider] | None = None
    """Who is asked for prices in a live run; None = the real ones."""

    @property
    def home(self) -> Home:
        """The home's folders."""
        return Home(self.run.home)

    def build(self, **changes: Any) -> Window:
        """Run collect, score, price and build; return the window."""
        self.run = replace(self.run, **changes)
        self.reports = {
            "collect": collect(self.run),
            "score": score(self.run),
            "price": price(self.run, self.providers),
        }
        window = self.reports["price"].window
        assert window is not None
        self.reports["build"] = build(self.run, window)
        return window

    def publish(self, checks: Path = SQL / "90_checks", **changes: Any) -> Path:
        """Run all six verbs; return the folder that `published` points at."""
        window = self.build(**changes)
        self.reports["check"] = check(self.run, window, checks)
        self.reports["publish"] = publish(self.run, window)
        return self.home.published.resolve()

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a query on the warehouse."""
        return query(self.home.warehouse, sql, parameters)

    def cell(self, sql: str, parameters: Mapping[str, object] | None = None) -> Any:
        """The only cell of a query on the warehouse."""
        ((cell,),) = self.rows(sql, parameters)
        return cell

    def copy(self, root: Path) -> Pipeline:
        """The same home, copied to `root`, with its links."""
        shutil.copytree(self.run.home, root, symlinks=True)
        return Pipeline(replace(self.run, home=root))


def query(path: Path, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
    """Rows of a query on a DuckDB file, opened as a reader opens it."""
    with duckdb.connect(str(path), read_only=True) as db:
        return db.execute(sql, dict(parameters or {})).fetchall()


def small(root: Path, *, now: str = "2025-08-20T06:00", **changes: Any) -> Pipeline:
    """A home over `root/articles` and `root/prices.csv`; a price file is written if there is none."""
    root.mkdir(exist_ok=True)
    prices = root / "prices.csv"
    if not prices.exists():
        write_prices(prices, [("BRENT", date(2025, 8, day), 66 + day / 10) for day in range(4, 9)])
    request = Run(
        run_id="first",
        now=utc(now),
        home=root / "home",
        articles=(str(root / "articles"),),
        prices=(str(prices),),
        seeds=SEEDS,
    )
    return Pipeline(replace(request, **changes))


def seeded(home: Path, **changes: Any) -> Pipeline:
    """A home over the embedded seeds at the instant that they declare."""
    request = Run(run_id="demo", now=SEED_NOW, home=home, articles=("seeds",), prices=("sample",), seeds=SEEDS)
    return Pipeline(replace(request, **changes))


@contextmanager
def without(run: Run, table: str) -> Iterator[None]:
    """The run's warehouse lacks a table of `raw` meanwhile, so that a step ends where it first needs it."""
    with open_warehouse(run) as db:
        db.execute(f"alter table raw.{table} rename to {table}_aside")
    yield
    with open_warehouse(run) as db:
        db.execute(f"alter table raw.{table}_aside rename to {table}")


@contextmanager
def another_process(code: str, path: Path) -> Iterator[None]:
    """A process that runs `code` with `path` as `sys.argv[1]` and holds on to what it opened."""
    script = f"import sys, duckdb\n{code}\nprint('ready', flush=True)\nsys.stdin.readline()"
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
        process.communicate("done\n")


def exports(publication: Path, ending: str = "*.csv") -> dict[str, bytes]:
    """Name -> bytes of the exports of one publication; with `*` of its pages, too."""
    found = [*(publication / "exports").glob(ending), *((publication / "reports").glob("*") if ending == "*" else ())]
    return {path.name: path.read_bytes() for path in sorted(found)}
