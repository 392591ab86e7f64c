"""Work over processes: results come, a killed process is a sentence, and no process outlives its parent."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading

import pytest

from tasks.domain.errors import GeoriskError
from tasks.storage.files import ROOT
from tasks.storage.workers import AHEAD, YOUNG, spread

factor = 1


def prepare(value: int) -> None:
    global factor
    factor = value


def multiply(number: int) -> int:
    return factor * number


def end(number: int) -> int:
    os._exit(number)


def wait_for_ever(number: int) -> None:
    print("waiting", flush=True)
    threading.Event().wait()


def test_every_task_is_done_and_few_are_taken_ahead() -> None:
    taken = 0
    ahead = []

    def tasks():
        nonlocal taken
        for number in range(12):
            taken += 1
            yield (number,)

    results = set()
    for result in spread(multiply, tasks(), 1, prepare, (10,)):
        results.add(result)
        ahead.append(taken - len(results))
    assert results == {number * 10 for number in range(12)}
    assert max(ahead) <= AHEAD


def test_a_process_that_is_killed_is_a_sentence() -> None:
    with pytest.raises(GeoriskError, match="a process was killed; what it finished is kept: run again, with fewer"):
        list(spread(end, [(9,)], 1, prepare, (1,)))


def collector(_: int) -> tuple[bool, int]:
    return gc.get_freeze_count() > 0, gc.get_threshold()[0]


def test_what_was_prepared_is_not_searched_for_cycles_and_the_rest_seldom() -> None:
    before = gc.get_threshold()
    assert list(spread(collector, [(1,)], 1, prepare, (1,))) == [(True, YOUNG)]
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_no_process_outlives_its_parent() -> None:
    code = (
        "from tasks.storage.workers import spread\n"
        "from tests.storage.test_workers import prepare, wait_for_ever\n"
        "list(spread(wait_for_ever, [(1,)], 1, prepare, (1,)))"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "waiting\n"
        parent.kill()
        # The end of the stream: whoever could still write to it has ended.
        assert parent.communicate(timeout=60) == ("", None)


class EndsWhoeverLoadsIt:
    """Whoever unpickles it ends at once."""

    def __reduce__(self):
        return os._exit, (3,)


def take(*_: object) -> None:
    raise AssertionError("never reached")


def test_a_process_that_dies_while_it_starts_is_a_sentence_too() -> None:
    """What it was to be prepared with does not fit into a pipe: it once was waited for without end."""
    with pytest.raises(GeoriskError, match="a process was killed"):
        list(spread(multiply, [(1,)], 1, take, (EndsWhoeverLoadsIt(), b"x" * 1_000_000)))
