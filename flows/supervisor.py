"""Run the Prefect server and one worker as children, keep them running, and end them in order. No Prefect here.

A worker that a shell starts in the background ignores SIGTERM, because it inherits that SIGINT is ignored; children of
this process start with the signals as they are by default.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType

import httpx

from flows.server_place import HOST, POOL, Place, Served, check_port
from tasks.domain.errors import GeoriskError, WriterBusyError
from tasks.storage.files import ROOT

log = logging.getLogger("tasks.serve")

START_SECONDS = 180.0
TICK_SECONDS = 2.0
LONGEST_PAUSE = 60.0
"""Between two starts of a child that dies at once."""

FINE_AFTER = 300.0
"""A child that lived this long starts without a pause when it dies."""


@dataclass
class Child:
    """A program that is started again whenever it ends."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[str] | None = None
    pause: float = 0.0
    started_at: float = 0.0
    reader: threading.Thread | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; its words go to the log."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            list(self.command),
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is None:
            return
        with process.stdout as words:
            for line in words:
                log.info("%s | %s", self.name, line.rstrip())

    @property
    def is_running(self) -> bool:
        """Whether it is there."""
        return self.process is not None and self.process.poll() is None

    def is_due(self) -> bool:
        """Whether it ended and has waited long enough to be started again."""
        return not self.is_running and time.monotonic() - self.started_at >= self.pause

    def start_again(self) -> None:
        """Start it after it ended, later each time it ends at once."""
        lived = time.monotonic() - self.started_at
        code = self.process.poll() if self.process else None
        self.pause = 0.0 if lived > FINE_AFTER else min(LONGEST_PAUSE, max(1.0, 2 * self.pause))
        log.warning("%s ended with code %s after %.0f s; it is started again", self.name, code, lived)
        self.start()

    def end(self, seconds: float) -> None:
        """Ask it to end, as SIGTERM does; after `seconds`, make it."""
        if self.process is None or not self.is_running:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.warning("%s did not end within %.0f s; it is killed", self.name, seconds)
            self.process.kill()
            self.process.wait()
        if self.reader:
            self.reader.join(timeout=5.0)


@dataclass
class Chore:
    """Something to do every `every` seconds while the server runs."""

    name: str
    every: float
    work: Callable[[], object]
    done_at: float = float("-inf")

    def do_if_due(self) -> None:
        """Do it; what goes wrong is logged, the server goes on."""
        if time.monotonic() - self.done_at < self.every:
            return
        self.done_at = time.monotonic()
        try:
            self.work()
        except Exception as fault:
            log.error("%s failed: %s: %s", self.name, type(fault).__name__, fault)


@dataclass(frozen=True, slots=True)
class Duties:
    """What a supervisor is told to do with the server; each is a question to Prefect, which is not known here.

    Args:
        prepare: makes the pool; called once the server answers, before the worker starts.
        runs_left: lets no further run begin and returns the names of those that go on.
        chores: done now and then.
        ready: called when server and worker run.
    """

    prepare: Callable[[], None]
    runs_left: Callable[[], Sequence[str]]
    chores: Sequence[Chore] = ()
    ready: Callable[[Served], None] = lambda _: None


class Supervisor:
    """The server and the worker of one home."""

    def __init__(self, place: Place, port: int, duties: Duties, *, run_seconds: float) -> None:
        """Nothing is started yet; a run in progress gets `run_seconds` to end when the supervisor ends."""
        self._place, self._port, self._duties, self._run_seconds = place, port, duties, run_seconds
        self._asked_to_end, self._asked_to_hurry = threading.Event(), threading.Event()
        environment = place.environment(port)
        prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
        server = [*prefect, "server", "start", "--host", HOST, "--port", str(port)]
        worker = [*prefect, "worker", "start", "--pool", POOL, "--type", "process", "--name", POOL, "--limit", "1"]
        self.server = Child("server", server, environment)
        self.worker = Child("worker", worker, environment)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; a second one does not wait for the run in progress.

        Raises:
            WriterBusyError: this home is served already.
            ConfigError: the port is taken.
            GeoriskError: the server does not start.
        """
        self._place.prepare()
        lock = self._place.lock
        if not _try(lock.acquire):
            served = self._place.served()
            raise WriterBusyError(f"{served.url} serves {self._place.home} already; stop it with `make stop`")
        try:
            check_port(self._port)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._end)
            self.server.start()
            self._wait_for_server()
            if not self._asked_to_end.is_set():
                self._duties.prepare()
                self.worker.start()
                served = Served(os.getpid(), self._port)
                self._place.write_note(served)
                self._duties.ready(served)
                self._watch()
                self._let_runs_end()
        finally:
            self.worker.end(10.0)
            self.server.end(30.0)
            self._place.note.unlink(missing_ok=True)
            lock.release()
            log.info("stopped")

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked_to_end.is_set():
            self._asked_to_hurry.set()
        self._asked_to_end.set()

    def _wait_for_server(self) -> None:
        """Until it answers.

        Raises:
            GeoriskError: it ended, or did not answer in time.
        """
        until = time.monotonic() + START_SECONDS
        address = f"http://{HOST}:{self._port}/api/health"
        while not self._asked_to_end.wait(0.5):
            if not self.server.is_running or time.monotonic() > until:
                raise GeoriskError(f"the Prefect server did not start; its words are in {self._place.log}")
            try:
                if httpx.get(address, timeout=2.0).is_success:
                    return
            except httpx.HTTPError:
                continue

    def _watch(self) -> None:
        while not self._asked_to_end.wait(TICK_SECONDS):
            for child in (self.server, self.worker):
                if child.is_due():
                    child.start_again()
            for chore in self._duties.chores:
                chore.do_if_due()

    def _let_runs_end(self) -> None:
        """The worker would leave a run in progress without server and log: wait for it, within limits."""
        until = time.monotonic() + self._run_seconds
        told: list[str] = []
        while time.monotonic() < until:
            try:
                left = list(self._duties.runs_left())
            except Exception as fault:  # a server that is down has nobody to wait for
                log.error("the runs in progress are not known (%s)", type(fault).__name__)
                return
            if not left:
                return
            if left != told:
                log.info("waiting for %s to end; a second signal does not wait", ", ".join(left))
                told = left
            if self._asked_to_hurry.wait(1.0):
                break
        log.warning("%s did not end in time; the next run makes up for it", ", ".join(told))


def log_to(path: Path, *, also_here: bool) -> None:
    """Send the words of the supervisor and its children to a file that never grows beyond 50 MB, and to stderr."""
    handlers: list[logging.Handler] = [RotatingFileHandler(path, maxBytes=10_000_000, backupCount=4, encoding="utf-8")]
    if also_here:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logging.getLogger("tasks").addHandler(handler)
    logging.getLogger("tasks").setLevel(logging.INFO)


def _try(acquire: Callable[..., object]) -> bool:
    try:
        acquire(timeout=0)
    except TimeoutError:
        return False
    return True
