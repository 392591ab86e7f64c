"""`python -m flows.admin backup|restore|export|prune|watch`: keep a home for years. No Prefect, no server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from flows import georisk_home
from flows.commands import ANY_PATH, DRY_RUN, HOME, Command, Group, Instant, print_plan, warn
from flows.run_request import SEEDS
from tasks.backup import Saved
from tasks.backup import backup as backup_verb
from tasks.backup import restore as restore_verb
from tasks.domain.errors import LateError, SourceError
from tasks.export import export as export_verb
from tasks.plan_home import backup_plan, export_plan, prune_plan, restore_plan
from tasks.prune import prune as prune_verb
from tasks.storage.files import Home
from tasks.storage.warehouse import writer_lock

KEEP_DAYS = 400


@click.group(
    cls=Group,
    examples=[
        "python -m flows.admin backup --to /backups",
        "python -m flows.admin restore georisk-20250818T231500Z.tar.gz --home drill",
        "python -m flows.admin prune --dry-run",
    ],
)
def main() -> None:
    """Back up, restore, export, prune and watch a home. Each waits for a run in progress to end.

    `python -m flows.admin backup --help` shows the options of one.
    """


@main.command(
    cls=Command,
    short_help="Pack warehouse and newest publication into one file.",
    examples=["python -m flows.admin backup", "python -m flows.admin backup --home live --to /backups"],
)
@HOME
@click.option("--to", "target", type=ANY_PATH, help="File or folder of the archive.  [default: HOME/backups]")
@DRY_RUN
def backup(home: Path | None, target: Path | None, dry_run: bool) -> None:
    """Pack the warehouse and the newest publication into one file (.tar.gz)."""
    place, now = _filled(home), datetime.now(UTC)
    chosen = (target or place / "backups").absolute()
    if dry_run:
        print_plan(backup_plan(place, chosen, now, is_folder=target is None))
        return
    if target is None:
        chosen.mkdir(exist_ok=True)
    with writer_lock(place, say=warn):
        saved = backup_verb(place, chosen, now)
    _tell_saved("packed", saved)
    click.echo(f"archive {saved.archive}, {saved.archive.stat().st_size / 1e6:,.1f} MB")


@main.command(
    cls=Command,
    examples=[
        "python -m flows.admin restore georisk-20250818T231500Z.tar.gz --home drill",
        "python -m flows.admin restore georisk-20250818T231500Z.tar.gz --dry-run",
    ],
)
@click.argument("archive", type=ANY_PATH)
@HOME
@click.option("--replace", is_flag=True, help="Move what the home holds to HOME/replaced-<time> first.")
@DRY_RUN
def restore(archive: Path, home: Path | None, replace: bool, dry_run: bool) -> None:
    """Put a home back from ARCHIVE, whole or not at all. A dry run compares every byte with its digest."""
    place = _place(home)
    if not archive.is_file():
        raise SourceError(f"{archive} does not exist; name an archive that `backup` made")
    if dry_run:
        print_plan(restore_plan(archive.absolute(), place, replace=replace))
        return
    with writer_lock(place, say=warn):
        saved = restore_verb(archive.absolute(), place, datetime.now(UTC), replace=replace)
    _tell_saved("restored", saved)
    click.echo(f"home    {place}")


@main.command(
    cls=Command,
    short_help="Write every table as Parquet, with load.sql.",
    examples=["python -m flows.admin export --to tables"],
)
@HOME
@click.option("--to", "target", type=ANY_PATH, required=True, help="A folder that does not exist yet.")
@DRY_RUN
def export(home: Path | None, target: Path, dry_run: bool) -> None:
    """Write every table as Parquet, with load.sql, which makes a DuckDB file of them."""
    place = _filled(home)
    if dry_run:
        print_plan(export_plan(place, target.absolute()))
        return
    with writer_lock(place, say=warn):
        counts = export_verb(place, target.absolute())
    click.echo(f"{len(counts)} tables, {sum(counts.values()):,} rows: {target}")


@main.command(
    cls=Command,
    short_help="Drop old log rows and texts; history stays.",
    examples=["python -m flows.admin prune --dry-run", "python -m flows.admin prune --keep-days 800"],
)
@HOME
@click.option(
    "--keep-days", type=click.IntRange(min=1), default=KEEP_DAYS, help="Days of log and rejected texts that stay."
)
@DRY_RUN
def prune(home: Path | None, keep_days: int, dry_run: bool) -> None:
    """Drop old log rows and rejected texts, and rewrite the warehouse without holes. History stays."""
    place, now, keep = _filled(home), datetime.now(UTC), timedelta(days=keep_days)
    if dry_run:
        print_plan(prune_plan(place, now, keep))
        return
    with writer_lock(place, say=warn):
        done = prune_verb(place, now, keep)
    click.echo(f"dropped {done.log_rows:,} log rows, {done.payloads:,} rejected texts, {done.folders} folders")
    click.echo(f"warehouse {done.bytes_before / 1e6:,.1f} MB -> {done.bytes_after / 1e6:,.1f} MB")


@main.command(
    cls=Command,
    short_help="Tell of publications that are late (exit code 3).",
    examples=["python -m flows.admin watch --home live", "python -m flows.admin watch --now 2025-09-30T06:00:00Z"],
)
@HOME
@click.option("--now", type=Instant(), help="Judge as of this instant, with offset.  [default: now]")
@click.option("--seeds", type=ANY_PATH, default=SEEDS, show_default="seeds/", help="Taxonomy and alerts.yaml.")
@DRY_RUN
def watch(home: Path | None, now: datetime | None, seeds: Path, dry_run: bool) -> None:
    """Tell of publications that are late; exit code 3 if there is one. For a cron of another machine.

    Alerts go to GEORISK_ALERT_WEBHOOK, once in a cooldown; a dry run sends none.
    """
    from flows.alerts import late  # only here is Prefect needed: it may hold the webhook
    from flows.alerts import watch as look

    found = (late if dry_run else look)(_place(home), now or datetime.now(UTC), seeds)
    if found:
        raise LateError("; ".join(alert.text for alert in found))
    click.echo("nothing is late")


def _place(home: Path | None) -> Path:
    return (home or georisk_home()).absolute()


def _filled(home: Path | None) -> Path:
    """A home with a warehouse; a mistyped one is not made.

    Raises:
        SourceError: there is none.
    """
    place = _place(home)
    if not Home(place).warehouse.exists():
        raise SourceError(f"{place} holds no warehouse; name the home with --home")
    return place


def _tell_saved(verb: str, saved: Saved) -> None:
    published = saved.publication or "nothing was published"
    click.echo(f"{verb} {saved.table_count} tables, {saved.row_count:,} rows, publication: {published}")


if __name__ == "__main__":
    main()
