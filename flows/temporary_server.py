"""A command that runs a flow by itself: under the home's lock, with a Prefect server that ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect.settings import PREFECT_HOME, temporary_settings

from flows import steps
from flows.commands import tell, warn
from tasks.storage.warehouse import writer_lock


@contextmanager
def temporary_server(home: Path) -> Iterator[None]:
    """Hold the home's lock, and let Prefect keep its own files in the home.

    Locked before the server starts: two servers would migrate one database at the same time.
    """
    steps.mind_the_console()
    prefect_home = home / "prefect"
    prefect_home.mkdir(parents=True, exist_ok=True)
    with writer_lock(home, say=warn), temporary_settings({PREFECT_HOME: prefect_home}):
        tell("starting a temporary Prefect server for this run (15 to 30 s)")
        yield
