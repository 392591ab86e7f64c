"""What one run is asked to do, and what its steps report. The clock and the run's name enter here, by argument."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from tasks.domain.errors import ConfigError
from tasks.domain.fetching import FetchPolicy

STEPS = ("collect", "score", "price", "build", "check", "publish")
"""The stations in their order; the same word is the file, the Prefect task, the log line and the run_log step."""


LIVE = "live"
"""Instead of a price file: ask the providers over the network."""

FEEDS = "feeds"
"""Instead of article files: ask the live sources of sources.yaml."""

Plan = list[tuple[str, str]]
"""What a dry run tells: (what, about it), in the order in which it is printed."""

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def check_run_id(run_id: str) -> None:
    """A run's name is also the name of its publication's folder, and of nothing outside it.

    Raises:
        ConfigError: it is not.
    """
    if not _RUN_ID.fullmatch(run_id):
        remedy = "begin with a letter or digit, then letters, digits, '.', '_' or '-', at most 100"
        raise ConfigError(f"run id {run_id!r} names the publication's folder; {remedy}")


@dataclass(frozen=True, slots=True)
class Run:
    """The request of one run.

    Args:
        run_id: unique name of the run; also the name of its publication's folder.
        now: the run's clock, aware UTC. Nothing after it is known.
        home: folder of the warehouse and the publications (`GEORISK_HOME`).
        articles: `seeds`; or `feeds` for the live sources, paths of article files and folders, or both.
        prices: `sample`; or `live` for the providers of `instruments.csv`, paths of price files, or both.
        from_date: first session to build; None = the first article's session.
        to_date: last session to build; None = the last one that is closed (or covered) at `now`.
        seeds: folder of the taxonomy.
        threads: DuckDB's threads; results do not depend on it.
        fetching: limits and manners of what is fetched, and the networks that may be asked though not public.
        catch_up: begin where the last publication and what has come since ask for; False = everything from
            `from_date` on. The rows are the same.
    """

    run_id: str
    now: datetime
    home: Path
    articles: tuple[str, ...]
    prices: tuple[str, ...]
    seeds: Path
    from_date: date | None = None
    to_date: date | None = None
    threads: int = 2
    fetching: FetchPolicy = field(default_factory=FetchPolicy)
    catch_up: bool = False

    @property
    def is_live(self) -> bool:
        """True when providers are asked over the network."""
        return LIVE in self.prices

    @property
    def files(self) -> tuple[str, ...]:
        """The price files and folders of the run: what it names beside `live`."""
        return tuple(name for name in self.prices if name != LIVE)

    @property
    def file_provider(self) -> str:
        """The name under which prices from files are stored: `sample` for the embedded ones, else `files`."""
        return "sample" if self.prices == ("sample",) else "files"

    @property
    def price_provider(self) -> str:
        """Where this run's prices come from, in a word: `sample`, `files` or `live`."""
        return LIVE if self.is_live else self.file_provider


@dataclass(frozen=True, slots=True)
class Window:
    """The sessions that a run builds, both ends included."""

    from_date: date
    to_date: date

    @property
    def days(self) -> int:
        """Calendar days, at least 1."""
        return (self.to_date - self.from_date).days + 1

    def chunks(self, count: int) -> list[Window]:
        """The window cut into at most `count` windows of about equal length, in order, none empty."""
        count = max(1, min(count, self.days))
        edges = [self.from_date + timedelta(days=self.days * number // count) for number in range(count + 1)]
        return [Window(first, last - timedelta(days=1)) for first, last in pairwise(edges)]


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a step did: counts by name (rows, items), for the log line and `run_log`; notes for a person."""

    step: str
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    window: Window | None = None
    notes: tuple[str, ...] = ()

    def counted(self) -> str:
        """The counts as words: `13 read, 0 quarantined`; empty when there are none."""
        return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.counts.items())

    def line(self) -> str:
        """One line for a person: `collect    13 read, 0 quarantined   0.2 s`."""
        return f"{self.step:<8} {self.counted() or 'nothing to do'}  ({self.seconds:.1f} s)"
