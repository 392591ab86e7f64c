"""`python -m flows.research_report`: does the signal say anything about prices? Needs no orchestration, no Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from flows import georisk_home
from flows.commands import DRY_RUN, HOME, Command, Day, Instant, lines_on_stderr, print_plan, tell, warn
from flows.run_request import SEEDS, make_run
from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.domain.errors import ConfigError
from tasks.domain.run import Plan, Run, Window
from tasks.plan import run_plan
from tasks.price import price
from tasks.publish import publish
from tasks.research import JSON, PAGE, Indexes, research
from tasks.score import score
from tasks.storage.adjusted_prices import prepare_prices
from tasks.storage.files import Home
from tasks.storage.headlines import labelled_keys, needs_preparing, prepare_articles
from tasks.storage.prices import price_paths
from tasks.storage.public_index import AI_GPR, GPR, read_indexes
from tasks.storage.seeds import load_taxonomy
from tasks.storage.warehouse import writer_lock
from tasks.validation.markdown import rewrite_page, summary_lines

PathOption = click.Path(path_type=Path)


@click.command(
    cls=Command,
    examples=[
        "python -m flows.research_report --home live",
        "python -m flows.research_report --articles headlines.parquet \\\n"
        "    --prices prices/ --from 2022-01-03 --to 2024-12-31 \\\n"
        "    --home research --gpr gpr_daily.csv.gz",
    ],
)
@click.option(
    "--articles", multiple=True, help="A file of articles or headlines. Repeatable.  [default: read the home]"
)
@click.option("--prices", multiple=True, help="A price file or folder. Repeatable.")
@click.option("--from", "from_date", type=Day(), help="First session, YYYY-MM-DD.  [default: the first article's]")
@click.option("--to", "to_date", type=Day(), help="Last session, YYYY-MM-DD.  [default: the last closed one]")
@HOME
@click.option("--gpr", type=PathOption, help="CSV (.gz): date, gpr, gpr_threats, gpr_acts, daily.")
@click.option("--ai-gpr", type=PathOption, help="CSV (.gz): date, gpr_ai, ai_threats, ai_acts, daily or monthly.")
@click.option("--labelled", type=PathOption, multiple=True, help="CSV whose texts are left out. Repeatable.")
@click.option("--now", type=Instant(), help="The run's clock, with offset.  [default: now]")
@click.option("--run-id", help="Name of the run and of its publication.  [default: made from the time]")
@click.option("--seeds", type=PathOption, default=SEEDS, show_default="seeds/", help="Taxonomy and fixed tests.")
@click.option("--docs", type=PathOption, help="Also write the tables between the marks of this Markdown page.")
@DRY_RUN
def main(
    articles: tuple[str, ...],
    prices: tuple[str, ...],
    from_date: date | None,
    to_date: date | None,
    home: Path | None,
    gpr: Path | None,
    ai_gpr: Path | None,
    labelled: tuple[Path, ...],
    now: datetime | None,
    run_id: str | None,
    seeds: Path,
    docs: Path | None,
    dry_run: bool,
) -> None:
    """Test the signal against what prices did next, beside baselines, placebos and known events.

    With --articles the home is filled and published first; without, its last publication is judged. The tests were
    fixed beforehand in seeds/research/. Results: reports/validation.html and validation.json of the publication, and
    schema `research` in its signals.duckdb.
    """
    place = (home or georisk_home()).absolute()

    if bool(articles) != bool(prices):
        raise ConfigError("--articles and --prices go together; give both, or neither to judge the home as it is")
    if labelled and not articles:
        raise ConfigError("--labelled leaves out titles while they are read; give --articles, too")
    request = make_run(
        articles=articles or ("seeds",),
        prices=prices or ("sample",),
        from_date=from_date,
        to_date=to_date,
        now=now,
        home=place,
        run_id=run_id,
        seeds=seeds,
    )
    indexes = {**read_indexes(gpr, GPR), **read_indexes(ai_gpr, AI_GPR)}
    if dry_run:
        print_plan(_planned(request, labelled, indexes, docs))
        return
    with lines_on_stderr(), writer_lock(place, say=warn):
        if articles:
            _fill(request, labelled)
        _judge(request, indexes, docs)


def _planned(run: Run, labelled: Sequence[Path], indexes: Indexes, docs: Path | None) -> Plan:
    """What would be read and written."""
    lines = [("would read", f"{len(rows):,} days of {name}") for name, rows in indexes.items()]
    if run.articles != ("seeds",):
        lines += run_plan(run)
        lines += [("would read", f"{len(labelled_keys(labelled)):,} titles to leave out")] if labelled else []
    published = Home(run.home).published
    if run.articles == ("seeds",) and not published.exists():
        raise ConfigError(f"{run.home} holds no publication; give --articles and --prices, or another --home")
    lines.append(("would write", f"{published / 'reports' / PAGE}, {JSON}, schema research in signals.duckdb"))
    return [*lines, *([("", str(docs))] if docs else [])]


def _fill(request: Run, labelled: Sequence[Path]) -> None:
    """The six verbs, over the given files without the labelled titles."""
    run = _with_prices(_prepared(request, labelled))
    for report in (collect(run), score(run)):
        tell(report.line())
    priced = price(run)
    tell(priced.line())
    window = priced.window or Window(run.now.date(), run.now.date())
    for verb in (build, check, publish):
        tell(verb(run, window).line())


def _prepared(request: Run, labelled: Sequence[Path]) -> Run:
    """The run over one article file of ours, where the given ones are headline archives or hold labelled titles."""
    paths = [Path(name) for name in request.articles if name != "seeds"]
    if not paths or not (labelled or needs_preparing(paths)):
        return request
    done = prepare_articles(paths, labelled_keys(labelled), request.home / "research" / "articles.parquet")
    tell(
        f"prepare  {done.read:,} read, {done.kept:,} kept, {done.labelled:,} left out as labelled, "
        f"{done.unreadable:,} without a title or a time"
    )
    return replace(request, articles=(str(done.path),))


def _with_prices(request: Run) -> Run:
    """The run over one price file of ours, where the given ones hold adjusted closes alone or vendors' own symbols."""
    taxonomy = load_taxonomy(request.seeds)
    symbols = frozenset(item.symbol for item in taxonomy.instruments)
    vendor_names = {item.series: item.symbol for item in taxonomy.series}
    target = request.home / "research" / "prices.csv"
    done = prepare_prices(price_paths(request), symbols, vendor_names, target)
    if not done.is_needed:
        return request
    tell(
        f"prepare  adjusted closes stand for the closes of {len(done.adjusted)} symbols without any (returns with "
        f"dividends, no prices); vendors' names replaced: {', '.join(done.renamed) or 'none'}"
    )
    return replace(request, prices=(str(done.path),))


def _judge(run: Run, indexes: Indexes, docs: Path | None) -> None:
    tell(research(run, indexes).line())
    reports = Home(run.home).published / "reports"
    for line in summary_lines(reports / JSON):
        click.echo(line)
    if docs is not None:
        rewrite_page(docs, reports / JSON)
    click.echo(f"\nread    {reports / PAGE}\nnumbers {reports / JSON}")


if __name__ == "__main__":
    main()
