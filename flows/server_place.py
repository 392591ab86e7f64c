"""Where the Prefect server of a home is: its address, its files, and the settings that its processes get. No Prefect.

The server, the worker and the flow runs see the home's own Prefect: the user's profile and `~/.prefect` stay as they
are, nothing is reported to anybody, and the page is open to this machine alone.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from tasks.domain.errors import ConfigError, GeoriskError

POOL = "georisk"
HOST = "127.0.0.1"
PORT = 4200
RUNS_KEPT_SECONDS = 90 * 86_400


class NoServerError(GeoriskError):
    """No server of this home is running."""


@dataclass(frozen=True, slots=True)
class Served:
    """What `serve.json` says while a server runs."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        """The page for people."""
        return f"http://{HOST}:{self.port}"

    @property
    def api(self) -> str:
        """The address that Prefect's programs need."""
        return f"{self.url}/api"


@dataclass(frozen=True, slots=True)
class Place:
    """The Prefect files of one home."""

    home: Path

    @property
    def prefect_home(self) -> Path:
        """`PREFECT_HOME` of everything that is started here."""
        return self.home / "prefect"

    @property
    def log(self) -> Path:
        """What the server, the worker and their supervisor say."""
        return self.prefect_home / "serve.log"

    @property
    def note(self) -> Path:
        """Who serves."""
        return self.prefect_home / "serve.json"

    @property
    def lock(self) -> FileLock:
        """Held while somebody serves."""
        return FileLock(self.prefect_home / "serve.lock")

    def prepare(self) -> None:
        """Create the folder.

        Raises:
            ConfigError: nothing may be written there.
        """
        try:
            self.prefect_home.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise ConfigError(f"{self.home} cannot be used as home ({fault.strerror}); name another folder") from None

    def served(self) -> Served:
        """Who serves this home now.

        Raises:
            NoServerError: nobody does.
        """
        nobody = NoServerError(f"no server runs for {self.home}; start one with `make server`")
        if not self.prefect_home.is_dir():
            raise nobody
        try:
            with self.lock.acquire(timeout=0):
                raise nobody
        except Timeout:
            try:
                return Served(**json.loads(self.note.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError):
                raise NoServerError(f"the server of {self.home} is just starting or stopping; wait a moment") from None
        except OSError:
            raise nobody from None

    def write_note(self, served: Served) -> None:
        """Say who serves."""
        draft = self.note.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(served)), encoding="utf-8")
        draft.replace(self.note)

    def environment(self, port: int) -> dict[str, str]:
        """The settings of every process that belongs to this server."""
        return {
            **os.environ,
            "GEORISK_HOME": str(self.home),
            "PREFECT_HOME": str(self.prefect_home),
            "PREFECT_API_URL": f"http://{HOST}:{port}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
            "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(RUNS_KEPT_SECONDS),
            "DO_NOT_TRACK": "1",
            "PYTHONUNBUFFERED": "1",
        }


def check_port(port: int) -> None:
    """Make sure that nobody listens there.

    Raises:
        ConfigError: somebody does.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as fault:
            raise ConfigError(
                f"port {port} cannot be used ({fault.strerror}); name another with --port or GEORISK_PORT"
            ) from None


def default_port() -> int:
    """`GEORISK_PORT`, or 4200.

    Raises:
        ConfigError: it is no port.
    """
    given = os.environ.get("GEORISK_PORT") or str(PORT)
    if not given.isdecimal() or not 0 < int(given) < 65_536:
        raise ConfigError(f"GEORISK_PORT is {given!r}; give a number from 1 to 65535")
    return int(given)
