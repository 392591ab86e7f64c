"""`python -m flows.admin backup|restore|export|prune|watch`: keep a home for years. No Prefect, no server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from flows import georisk_home
from flows.commands import Instant, run_command
from flows.run_request import SEEDS
from tasks.backup import Saved
from tasks.backup import backup as backup_verb
from tasks.backup import restore as restore_verb
from tasks.domain.errors import LateError
from tasks.export import export as export_verb
from tasks.prune import prune as prune_verb
from tasks.storage.warehouse import writer_lock

ANY_PATH = click.Path(path_type=Path)
HOME = click.option("--home", type=ANY_PATH, help="Folder of the results.  [default: GEORISK_HOME or data/]")
DEBUG = click.option("--debug", is_flag=True, help="Show the trace of an error.")
KEEP_DAYS = 400


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def main() -> None:
    """Back up, restore, export, prune and watch a home. Each waits for a run in progress to end."""


@main.command()
@HOME
@click.option("--to", "target", type=ANY_PATH, help="File or folder of the archive.  [default: HOME/backups]")
@DEBUG
def backup(home: Path | None, target: Path | None, debug: bool) -> None:
    """Pack the warehouse and the newest publication into one file."""

    def command() -> None:
        place = _place(home)
        chosen = target or place / "backups"
        if target is None:
            chosen.mkdir(parents=True, exist_ok=True)
        with writer_lock(place, say=_tell):
            saved = backup_verb(place, chosen.absolute(), datetime.now(UTC))
        _tell_saved("packed", saved)
        click.echo(f"archive {saved.archive}, {saved.archive.stat().st_size / 1e6:,.1f} MB")

    run_command(command, debug=debug)


@main.command()
@click.argument("archive", type=ANY_PATH)
@HOME
@click.option("--replace", is_flag=True, help="Move what the home holds to HOME/replaced-<time> first.")
@DEBUG
def restore(archive: Path, home: Path | None, replace: bool, debug: bool) -> None:
    """Put a home back from ARCHIVE, whole or not at all."""

    def command() -> None:
        place = _place(home)
        with writer_lock(place, say=_tell):
            saved = restore_verb(archive.absolute(), place, datetime.now(UTC), replace=replace)
        _tell_saved("restored", saved)
        click.echo(f"home    {place}")

    run_command(command, debug=debug)


@main.command()
@HOME
@click.option("--to", "target", type=ANY_PATH, required=True, help="A folder that does not exist yet.")
@DEBUG
def export(home: Path | None, target: Path, debug: bool) -> None:
    """Write every table as Parquet, with load.sql, which makes a DuckDB file of them."""

    def command() -> None:
        place = _place(home)
        with writer_lock(place, say=_tell):
            counts = export_verb(place, target.absolute())
        click.echo(f"{len(counts)} tables, {sum(counts.values()):,} rows: {target}")

    run_command(command, debug=debug)


@main.command()
@HOME
@click.option("--keep-days", type=click.IntRange(min=1), default=KEEP_DAYS, help="Log and rejected texts that stay.")
@DEBUG
def prune(home: Path | None, keep_days: int, debug: bool) -> None:
    """Drop old log rows and rejected texts, and rewrite the warehouse without holes. History stays."""

    def command() -> None:
        place = _place(home)
        with writer_lock(place, say=_tell):
            done = prune_verb(place, datetime.now(UTC), timedelta(days=keep_days))
        click.echo(f"dropped {done.log_rows:,} log rows, {done.payloads:,} rejected texts, {done.folders} folders")
        click.echo(f"warehouse {done.bytes_before / 1e6:,.1f} MB -> {done.bytes_after / 1e6:,.1f} MB")

    run_command(command, debug=debug)


@main.command()
@HOME
@click.option("--now", type=Instant(), help="Judge as of this instant.  [default: now]")
@click.option("--seeds", type=ANY_PATH, default=SEEDS, help="Folder of the taxonomy and of alerts.yaml.")
@DEBUG
def watch(home: Path | None, now: datetime | None, seeds: Path, debug: bool) -> None:
    """Tell of publications that are late; exit code 3 if there is one. For a cron of another machine."""

    def command() -> None:
        from flows.alerts import watch as look  # only here is Prefect needed: it may hold the webhook

        late = look(_place(home), now or datetime.now(UTC), seeds)
        if late:
            raise LateError("; ".join(alert.text for alert in late))
        click.echo("nothing is late")

    run_command(command, debug=debug)


def _place(home: Path | None) -> Path:
    return (home or georisk_home()).absolute()


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _tell_saved(verb: str, saved: Saved) -> None:
    published = saved.publication or "nothing was published"
    click.echo(f"{verb} {saved.table_count} tables, {saved.row_count:,} rows, publication: {published}")


if __name__ == "__main__":
    main()
