"""How a home grows: a year of 3 themes, 9 clocks, 60 assets and 300 articles a day; bytes by table, as-known queries.

python -m benchmarks.growth [--scale 0.1] [--days 5]

The six verbs run day after day over `days` sessions with `scale` x 300 articles a day, each day published. A year is
those days repeated under later dates, and each article under as many names as the scale leaves out; every tenth session
was restated on the day after. The year is then published as a run would publish it, and asked.
"""

from __future__ import annotations

import csv
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import duckdb

from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.domain.run import Run
from tasks.price import price
from tasks.publish import publish
from tasks.score import score
from tasks.storage.exports import write_exports
from tasks.storage.files import ROOT, Home
from tasks.storage.models import build as build_models
from tasks.storage.models import create_macros, models
from tasks.storage.signals_file import COPIED, VINTAGE_LAYER, write_signals

ARTICLES, ASSETS, SESSIONS = 300, 60, 252
START = date(2025, 9, 1)
SUBJECTS = ("Russian missiles", "Iran", "OPEC", "NATO allies", "Germany", "France's government", "Norway", "Kyiv")
VERBS = ("struck", "attacked", "halted", "agreed to raise", "rejected", "cut", "voted on", "welcomed")
OBJECTS = ("a gas pipeline", "oil tankers", "crude exports", "defence spending", "a ceasefire", "tariffs on cars")
HISTORY = ("theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution")
RESTATED_EVERY = 10
RAW = ("article", "article_section", "article_story", "sentence", "sentence_theme")
KNOWN = {
    "theme_daily, all": "from signal.theme_daily_as_known($ts)",
    "asset_daily, all": "from signal.asset_daily_as_known($ts)",
    "sentence_contribution, one session": "from signal.sentence_contribution_as_known($ts) where session_date = $day",
    "sentence_contribution, one theme and clock, a month": "from signal.sentence_contribution_as_known($ts) "
    "where theme = 'energy' and clock = 'LON_BRENT' and session_date between $day - 30 and $day",
    "sentence_contribution, one article": "from signal.sentence_contribution_as_known($ts) where article_id = $article",
    "sentence_contribution, all, summed by row": "select session_date, theme, clock, sum(contribution) "
    "from signal.sentence_contribution_as_known($ts) group by all",
    "restatement, theme_clock_daily": "from signal.restatement where table_name = 'theme_clock_daily'",
    "restatement, sentence_contribution, counted": "select session_date, count(*) from signal.restatement "
    "where table_name = 'sentence_contribution' group by all",
}


def sentence(rng: random.Random, number: int) -> str:
    """One generated sentence; the number makes it a text of its own."""
    return f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)} in place {number}."


def write_articles(path: Path, days: list[date], per_day: int) -> None:
    """A CSV of articles of five sentences, by twelve sources, over the hours of each day."""
    rng = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["published_at", "title", "body", "source"])
        for number in range(len(days) * per_day):
            day = days[number // per_day]
            at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=rng.randrange(86_000))
            body = " ".join(sentence(rng, 10 * number + n) for n in range(1, 6))
            row = [at.isoformat(), sentence(rng, 10 * number), body, f"source-{rng.randrange(12)}"]
            writer.writerow(row)


def write_seeds(folder: Path) -> list[str]:
    """The embedded taxonomy with as many instruments as assets are asked for; return their symbols."""
    shutil.copytree(ROOT / "seeds", folder, ignore=shutil.ignore_patterns("articles", "prices"))
    path = folder / "instruments.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{**row, "providers": "files"} for row in csv.DictReader(file)]
    themes = ("defense", "energy", "european_risk_premium")
    copies = [
        {**row, "symbol": f"{row['symbol']}_{n}"} for n in range(1, ASSETS) for row in rows if any(map(row.get, themes))
    ]
    rows += copies[: ASSETS - len(rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (folder / "series.csv").write_text("symbol,provider,series\n", encoding="utf-8")
    return [row["symbol"] for row in rows]


def simulate(root: Path, days: list[date], per_day: int) -> Home:
    """Run the six verbs each morning after a session; return the home."""
    symbols = write_seeds(root / "seeds")
    articles, prices = root / "articles.csv", root / "prices.csv"
    write_articles(articles, days, per_day)
    for number, day in enumerate(days, start=1):
        with prices.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["symbol", "date", "close"])
            writer.writerows([s, d, 60 + d.day + len(s)] for s in symbols for d in days[:number])
        now = datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(days=1)
        run = Run(f"day-{number}", now, root / "home", (str(articles),), (str(prices),), root / "seeds", days[0])
        collect(run)
        score(run)
        window = price(run).window
        if window is None:
            raise AssertionError("the price step gives the window")
        build(run, window)
        check(run, window)
        click.echo(f"{day}: {publish(run, window).line()}", err=True)
    return Home(root / "home")


def varied(name: str, kind: str) -> str | None:
    """How a repeated cell differs, so that the copies do not compress away; None = it does not."""
    if name == "session_date":
        return "session_date + k * $weeks * 7"
    if name == "as_of_at":
        return "as_of_at + to_days(k * $weeks * 7)"
    if name == "input_hash":
        return "md5(random()::varchar)"
    if name in ("article_id", "story_id", "text"):
        return f"{name} || '-' || k || '-' || c"
    if kind == "DOUBLE" or kind.startswith("DECIMAL(18"):
        return f"cast({name} * (0.9 + random() / 5) as {kind})"
    return None


def fill_year(db: duckdb.DuckDBPyConnection, days: int, copies: int) -> None:
    """Repeat what history holds over the year, and each sentence under as many articles as were left out."""
    rounds, weeks = round(SESSIONS / days), days // 5
    for table in HISTORY:
        described = db.execute(f"describe home.history.{table}").fetchall()
        cells = [(name, varied(name, kind)) for name, kind, *_ in described]
        changed = ", ".join(f"{cell} as {name}" for name, cell in cells if cell).replace("$weeks", str(weeks))
        times = copies if table == "sentence_contribution" else 1
        repeated = f"(select unnest(range({rounds}))::integer as k), (select unnest(range({times})) as c)"
        cells_sql = f"select * exclude (k, c) replace ({changed}) from home.history.{table}, {repeated} order by k"
        db.execute(f"create table year.history.{table} as {cells_sql}")
        numbers = [name for name, kind, *_ in described if kind == "DOUBLE" or kind.startswith("DECIMAL(18")]
        again = ", ".join(f"0.99 * {name} as {name}" for name in numbers)
        db.execute(
            f"insert into year.history.{table} select * replace (as_of_at + interval 1 day as as_of_at, {again}) "
            f"from year.history.{table} where (session_date - date '{START}') // 7 * 5 % {RESTATED_EVERY} = 0 "
            "and isodow(session_date) = 2"
        )


def bytes_of(path: Path, make: Callable[[duckdb.DuckDBPyConnection], object]) -> int:
    """The size of a DuckDB file that holds what `make` creates."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as db:
        make(db)
        db.execute("checkpoint")
    return path.stat().st_size


def asked(db: duckdb.DuckDBPyConnection, sql: str, given: dict[str, object]) -> tuple[int, float]:
    """The rows of a query, and the median seconds of five times, all rows fetched."""
    wanted = {name: value for name, value in given.items() if f"${name}" in sql}
    taken, rows = [], 0
    for _ in range(5):
        start = time.perf_counter()
        rows = db.execute(sql, wanted).to_arrow_table().num_rows
        taken.append(time.perf_counter() - start)
    return rows, statistics.median(taken)


def report(root: Path, home: Home, days: int, scale: float) -> None:
    """Print the tables."""
    year, folder = root / "year.duckdb", root / "publication"
    with duckdb.connect() as db:
        db.execute(f"attach '{home.warehouse}' as home (read_only)")
        db.execute(f"attach '{year}' as year")
        for schema in ("history", *sorted({table.split(".")[0] for table in COPIED})):
            db.execute(f"create schema year.{schema}")
        fill_year(db, days, round(1 / scale))
        for table in COPIED:
            db.execute(f"create table year.{table} as from home.{table}")
    click.echo("| table | rows a year | MB a year |\n| --- | --- | --- |")
    for table in HISTORY:
        _line(root, year, f"history.{table}", 1)
    for table in RAW:
        _line(root, home.warehouse, f"raw.{table}", round(SESSIONS / days / scale))
    publish_year(year, folder)
    with duckdb.connect(str(folder / "signals.duckdb"), read_only=True, config={"threads": 2}) as db:
        day = START + timedelta(weeks=days // 5 * (round(SESSIONS / days) // 2), days=1)
        given = {"ts": f"{day + timedelta(days=3)}T06:00:00Z", "day": day}
        (given["article"],) = db.execute(
            "select min(article_id) from signal.sentence_contribution where session_date = $day", {"day": day}
        ).fetchall()[0]
        click.echo("\n| as known in the middle of the year | rows | seconds |\n| --- | --- | --- |")
        for name, sql in KNOWN.items():
            rows, taken = asked(db, sql, given)
            click.echo(f"| {name} | {rows:,} | {taken:.2f} |")


def publish_year(year: Path, folder: Path) -> None:
    """Publish the year's history; one line a file."""
    with duckdb.connect(str(year)) as db:
        create_macros(db)
        build_models(db, models(*VINTAGE_LAYER), {})
    folder.mkdir()
    click.echo("\n| a publication at the end of the year | MB | seconds | CPU-seconds |\n| --- | --- | --- | --- |")
    for name, write in (
        ("signals.duckdb", lambda: write_signals(folder / "signals.duckdb", year, 2)),
        ("exports", lambda: write_exports(folder / "signals.duckdb", folder / "exports", 2)),
    ):
        wall, spent = time.perf_counter(), time.process_time()
        write()
        wall, spent = time.perf_counter() - wall, time.process_time() - spent
        files = [folder / name, *(folder / name).rglob("*")]
        size = sum(path.stat().st_size for path in files if path.is_file())
        click.echo(f"| {name} | {size / 1e6:,.0f} | {wall:,.0f} | {spent:,.0f} |")
    for path in sorted((folder / "exports").glob("sentence_contribution.*")):
        click.echo(f"| of these, {path.name} | {path.stat().st_size / 1e6:,.0f} | | |")


def _line(root: Path, source: Path, table: str, factor: int) -> None:
    """One line: the table copied into a file of its own, `factor` times under other ids."""
    with duckdb.connect(str(source), read_only=True) as db:
        names = [name for name, *_ in db.execute(f"describe {table}").fetchall() if name in ("article_id", "text")]
        (count,) = db.execute(f"select count(*) from {table}").fetchone() or (0,)
    replaced = f"replace ({', '.join(f'{name} || k as {name}' for name in names)})" if factor > 1 else ""

    def make(db: duckdb.DuckDBPyConnection) -> None:
        db.execute(f"attach '{source}' as s (read_only)")
        db.execute(
            f"create table t as select * exclude (k) {replaced} from s.{table}, range({factor}) as r(k) order by k"
        )

    click.echo(f"| {table} | {count * factor:,} | {bytes_of(root / 't.duckdb', make) / 1e6:,.1f} |")


@click.command()
@click.option("--scale", default=0.1, show_default=True, help=f"Share of {ARTICLES} articles a day.")
@click.option("--days", default=5, show_default=True, type=click.IntRange(5), help="Weekdays that are simulated.")
def main(scale: float, days: int) -> None:
    """Simulate some days, repeat them over a year, and measure."""
    sessions = [day for n in range(2 * days) if (day := START + timedelta(days=n)).weekday() < 5][:days]
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        home = simulate(Path(folder), sessions, round(ARTICLES * scale))
        report(Path(folder), home, days, scale)


if __name__ == "__main__":
    main()
