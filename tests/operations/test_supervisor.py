"""The parts of `make server` that need no server: places, ports, children that die, chores that fail."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from filelock import FileLock
from prefect.client.schemas.objects import FlowRun, State, StateType

from flows.serve import main
from flows.server_place import NoServerError, Place, Served, check_port, default_port
from flows.supervisor import Child, Chore, Duties, Supervisor, log_to
from flows.work_pool import PATIENCE, is_dead
from tasks.domain.errors import ConfigError, GeoriskError, WriterBusyError
from tasks.storage.files import ROOT
from tests.operations.servers import pause

NOW = datetime(2025, 8, 18, 22, 45, tzinfo=UTC)
GONE = 2**22 + 1
"""Above the largest process number."""


def child(code: str) -> Child:
    return Child("program", [sys.executable, "-c", code], dict(os.environ))


def test_a_child_ends_as_signals_are_by_default_also_under_a_shell_that_ignores_them() -> None:
    """A worker that inherits an ignored SIGINT would ignore SIGTERM, too: it forwards the one as the other."""
    code = (
        "import signal, sys, os\n"
        "from flows.supervisor import Child\n"
        "signal.signal(signal.SIGINT, lambda *_: None)\n"
        "code = 'import signal; print(signal.getsignal(signal.SIGINT))'\n"
        "c = Child('c', [sys.executable, '-c', code], dict(os.environ))\n"
        "c.start(); c.process.wait(); c.reader.join()\n"
    )
    script = f'{sys.executable} -c "$CODE" & wait'
    done = subprocess.run(
        ["sh", "-c", f"trap '' INT; {script}"],
        cwd=ROOT,
        env={**os.environ, "CODE": f"import logging; logging.basicConfig(level=20, format='%(message)s')\n{code}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "c | <built-in function default_int_handler>" in done.stderr


def test_what_a_child_says_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    program = child("print('hello'); print('\\xff', flush=True)")
    with caplog.at_level(logging.INFO):
        program.start()
        assert program.process is not None
        program.process.wait()
        assert program.reader is not None
        program.reader.join()
    assert "program | hello" in caplog.text


def test_a_child_that_ends_at_once_is_started_again_later_each_time(caplog: pytest.LogCaptureFixture) -> None:
    program = child("raise SystemExit(3)")
    pauses = []
    program.start()
    for _ in range(3):
        assert program.process is not None
        program.process.wait()
        program.start_again()
        pauses.append(program.pause)
    assert pauses == [1.0, 2.0, 4.0]
    assert not program.is_due() or program.is_running
    assert "program ended with code 3" in caplog.text
    program.end(10)


def test_a_child_that_lived_long_is_started_again_at_once() -> None:
    program = child("pass")
    program.start()
    assert program.process is not None
    program.process.wait()
    program.pause, program.started_at = 60.0, program.started_at - 1_000
    assert program.is_due()
    program.start_again()
    assert program.pause == 0.0
    program.end(10)


def test_a_child_is_asked_to_end_and_made_to(caplog: pytest.LogCaptureFixture) -> None:
    polite = child("import signal; signal.pause()")
    polite.start()
    polite.end(30)
    assert polite.process is not None
    assert polite.process.returncode == -signal.SIGTERM
    deaf = child(
        "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True)\nwhile True: signal.pause()"
    )
    with caplog.at_level(logging.INFO):
        deaf.start()
        while "program | deaf" not in caplog.text:
            pause(0.05)
        deaf.end(0.2)
    assert deaf.process is not None
    assert deaf.process.returncode == -signal.SIGKILL
    assert "program did not end within 0 s; it is killed" in caplog.text
    child("pass").end(1)


def test_a_chore_that_fails_is_logged_and_done_again(caplog: pytest.LogCaptureFixture) -> None:
    calls = []

    def work() -> None:
        calls.append(1)
        raise ValueError("no such thing")

    every_time, once = Chore("sweeping", 0.0, work), Chore("sweeping", 3_600.0, work)
    for _ in range(2):
        every_time.do_if_due()
        once.do_if_due()
    assert len(calls) == 3
    assert "sweeping failed: ValueError: no such thing" in caplog.text


# --- where the server is


def test_the_processes_of_a_server_see_the_homes_own_prefect(tmp_path: Path) -> None:
    seen = Place(tmp_path).environment(4321)
    assert seen["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert seen["PREFECT_API_URL"] == "http://127.0.0.1:4321/api"
    assert seen["GEORISK_HOME"] == str(tmp_path)
    assert (seen["DO_NOT_TRACK"], seen["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")


def test_a_home_without_a_server_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(NoServerError, match="no server runs for"):
        Place(tmp_path / "home").served()
    assert not (tmp_path / "home").exists()
    (tmp_path / "home" / "prefect").mkdir(parents=True)
    with pytest.raises(NoServerError, match="start one with `make server`"):
        Place(tmp_path / "home").served()


def test_who_serves_is_known_while_the_lock_is_held(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.prepare()
    place.write_note(Served(7, 4321))
    holder = (
        "import sys\nfrom filelock import FileLock\nwith FileLock(sys.argv[1]):\n print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", holder, str(place.prefect_home / "serve.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert place.served() == Served(7, 4321)
        assert place.served().url == "http://127.0.0.1:4321"
        with pytest.raises(WriterBusyError, match=r"127.0.0.1:4321 serves .* already"):
            Supervisor(place, 4400, Duties(lambda: None, list), run_seconds=1).run()
        place.note.write_text("[", encoding="utf-8")
        with pytest.raises(NoServerError, match="just starting or stopping"):
            place.served()
        process.communicate("\n")
    with pytest.raises(NoServerError, match="no server runs"):
        place.served()
    assert FileLock(place.prefect_home / "serve.lock").acquire(timeout=0)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be used as home"):
        Place(tmp_path / "file").prepare()


def test_a_port_that_somebody_uses_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {port} cannot be used \(Address already in use\); name another"):
            check_port(port)
    check_port(port)


@pytest.mark.parametrize("given", ["0", "65536", "http", "-1", "4200.5"])
def test_a_port_that_is_none_is_named(given: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.serve", "start"],
        cwd=ROOT,
        env={**os.environ, "GEORISK_PORT": given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == f"error: GEORISK_PORT is {given!r}; give a number from 1 to 65535\n"


def test_without_a_wish_the_port_is_that_of_prefects_own_page() -> None:
    assert default_port() == int(os.environ.get("GEORISK_PORT", "4200"))


def test_a_server_that_does_not_start_says_where_its_words_are(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    supervisor = Supervisor(place, port, Duties(lambda: None, list), run_seconds=1)
    supervisor.server.command = [sys.executable, "-c", "raise SystemExit('no database')"]
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        with pytest.raises(GeoriskError, match=r"the Prefect server did not start; its words are in .*serve.log"):
            supervisor.run()
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)
    assert not place.note.exists()


def test_status_and_stop_without_a_server(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["status", "--home", str(tmp_path)])
    assert (told.exit_code, "no server runs for" in told.stderr) == (1, True)
    told = CliRunner().invoke(main, ["stop", "--home", str(tmp_path)])
    assert (told.exit_code, "no server runs for" in told.stdout) == (0, True)


def test_the_commands_that_only_look_import_no_prefect() -> None:
    probe = "import sys, flows.serve, flows.deploy; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    code = (
        "import logging, sys, pathlib\nfrom flows.supervisor import log_to\n"
        "log_to(pathlib.Path(sys.argv[1]), also_here=False)\n"
        "for _ in range(600): logging.getLogger('tasks.serve').info('x' * 100_000)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "serve.log")], cwd=ROOT, check=True)
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 5
    assert sum(sizes) <= 50_000_000


def test_the_log_of_a_foreground_server_is_shown(tmp_path: Path) -> None:
    tasks = logging.getLogger("tasks")
    before = (list(tasks.handlers), tasks.level)
    try:
        log_to(tmp_path / "serve.log", also_here=True)
        assert len(tasks.handlers) == len(before[0]) + 2
    finally:
        for handler in [handler for handler in tasks.handlers if handler not in before[0]]:
            tasks.removeHandler(handler)
            handler.close()
        tasks.setLevel(before[1])


# --- runs without a process


def run(pid: str | None, *, age: timedelta = timedelta(0), run_id: str | None = None) -> FlowRun:
    state = State(type=StateType.RUNNING, timestamp=NOW - age)
    return FlowRun(id=run_id or uuid4(), flow_id=uuid4(), name="signals", infrastructure_pid=pid, state=state)


def test_a_run_whose_process_is_gone_is_dead() -> None:
    assert is_dead(run(str(GONE)), NOW)
    assert is_dead(run(f"{socket.gethostname()}:{GONE}"), NOW)


def test_a_number_that_another_program_got_does_not_keep_a_run_alive() -> None:
    assert is_dead(run(str(os.getpid())), NOW)


def test_a_living_run_is_left_alone() -> None:
    run_id = str(uuid4())
    program = Child("run", [sys.executable, "-c", "import signal; signal.pause()"], {"PREFECT__FLOW_RUN_ID": run_id})
    program.start()
    assert program.process is not None
    assert not is_dead(run(str(program.process.pid), run_id=run_id), NOW)
    program.end(30)
    assert is_dead(run(str(program.process.pid), run_id=run_id), NOW)


def test_a_run_on_another_machine_is_left_alone() -> None:
    assert not is_dead(run(f"elsewhere:{GONE}"), NOW)


def test_a_run_that_never_got_a_process_is_dead_after_some_patience() -> None:
    assert not is_dead(run(None, age=PATIENCE), NOW)
    assert is_dead(run(None, age=PATIENCE + timedelta(seconds=1)), NOW)


def test_the_note_of_a_server_is_json(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.prepare()
    place.write_note(Served(7, 4321))
    assert json.loads(place.note.read_text(encoding="utf-8")) == {"pid": 7, "port": 4321}


# --- a whole life, with programs that stand for the server and the worker

SERVER = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def life(place: Place, duties: Duties, *, run_seconds: float = 5.0) -> Supervisor:
    port = free_port()
    supervisor = Supervisor(place, port, duties, run_seconds=run_seconds)
    supervisor.server.command = [sys.executable, "-c", SERVER, str(port)]
    supervisor.worker.command = [sys.executable, "-c", "import signal; signal.pause()"]
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        supervisor.run()
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)
    return supervisor


def test_a_life_from_start_to_a_signal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The pool is made once the server answers, then the worker runs; chores are done; a run in progress may end."""
    told: list[object] = []
    left = [["signals-1"], ["signals-1"], []]

    def runs_left() -> list[str]:
        told.append("left")
        return left.pop(0)

    def chore() -> None:
        told.append("chore")
        os.kill(os.getpid(), signal.SIGTERM)

    place = Place(tmp_path)
    duties = Duties(lambda: told.append("pool"), runs_left, [Chore("chore", 3_600, chore)], told.append)
    with caplog.at_level(logging.INFO):
        supervisor = life(place, duties)
    pool, served, *rest = told
    assert (pool, rest) == ("pool", ["chore", "left", "left", "left"])
    assert isinstance(served, Served)
    assert served.pid == os.getpid()
    assert "waiting for signals-1 to end; a second signal does not wait" in caplog.text
    assert not supervisor.server.is_running
    assert not supervisor.worker.is_running
    assert not place.note.exists()
    with pytest.raises(NoServerError):
        place.served()


def test_a_run_that_does_not_end_is_left_after_some_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    end = Chore("end", 3_600, lambda: os.kill(os.getpid(), signal.SIGTERM))
    life(Place(tmp_path), Duties(lambda: None, lambda: ["signals-1"], [end]), run_seconds=0.1)
    assert "signals-1 did not end in time; the next run makes up for it" in caplog.text


def test_a_second_signal_does_not_wait(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def runs_left() -> list[str]:
        os.kill(os.getpid(), signal.SIGINT)
        return ["signals-1"]

    end = Chore("end", 3_600, lambda: os.kill(os.getpid(), signal.SIGTERM))
    life(Place(tmp_path), Duties(lambda: None, runs_left, [end]), run_seconds=600)
    assert "signals-1 did not end in time" in caplog.text


def test_runs_that_nobody_knows_are_not_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def runs_left() -> list[str]:
        raise ConnectionError

    end = Chore("end", 3_600, lambda: os.kill(os.getpid(), signal.SIGTERM))
    life(Place(tmp_path), Duties(lambda: None, runs_left, [end]), run_seconds=600)
    assert "the runs in progress are not known (ConnectionError)" in caplog.text


def test_a_worker_that_dies_is_started_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = Place(tmp_path)
    seen: list[int] = []

    def chore() -> None:
        """Kill the worker the first time it is seen; end when another one is there."""
        for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
            if "signal.pause" in Path(f"/proc/{child}/cmdline").read_text():
                seen.append(int(child))
        if len(set(seen)) > 1:
            os.kill(os.getpid(), signal.SIGTERM)
        elif len(seen) == 1:
            os.kill(seen[0], signal.SIGKILL)

    life(place, Duties(lambda: None, list, [Chore("kill", 0.0, chore)]))
    assert "worker ended with code -9" in caplog.text
