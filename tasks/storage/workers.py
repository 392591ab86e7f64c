"""Work spread over processes: few tasks in memory at a time, and no process that outlives its parent."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, TypeVar

from tasks.domain.errors import GeoriskError

AHEAD = 2
"""Tasks handed out for each process; more would only fill the memory."""

YOUNG = 50_000
"""New objects between two searches for cycles. Python's 700 would search a chunk of articles a hundred times."""

ResultT = TypeVar("ResultT")


def spread(
    function: Callable[..., ResultT],
    tasks: Iterable[tuple[Any, ...]],
    workers: int,
    initializer: Callable[..., None],
    initargs: tuple[Any, ...],
) -> Iterator[ResultT]:
    """Call `function(*task)` in `workers` processes, each prepared once by `initializer(*initargs)`.

    Yields:
        The results, as they get ready. `tasks` is consumed meanwhile, `AHEAD` tasks a process at most.

    Raises:
        GeoriskError: a process was killed.
    """
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads (Arrow's) may hang
    with tempfile.TemporaryDirectory() as folder:
        # Not through the pipe: what does not fit into it blocks for ever when a process dies while it starts.
        prepared = Path(folder) / "prepared.pickle"
        prepared.write_bytes(pickle.dumps((initializer, initargs)))
        pool = ProcessPoolExecutor(workers, context, _start, (prepared,))
        yield from _results(pool, function, tasks, workers)


def _results(
    pool: ProcessPoolExecutor,
    function: Callable[..., ResultT],
    tasks: Iterable[tuple[Any, ...]],
    workers: int,
) -> Iterator[ResultT]:
    pending: set[Future[ResultT]] = set()
    try:
        for task in tasks:
            pending.add(pool.submit(function, *task))
            if len(pending) >= AHEAD * workers:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    except BrokenProcessPool:
        remedy = f"run again, with fewer --workers than {workers} if memory was short"
        raise GeoriskError(f"a process was killed; what it finished is kept: {remedy}") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _start(prepared: Path) -> None:
    """Ctrl-C is for the parent, which stops the pool; a parent that was killed can stop nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    initializer, initargs = pickle.loads(prepared.read_bytes())
    initializer(*initargs)
    # What was prepared stays, and what is made of it hardly ever has cycles: the search took a sixth of the time.
    gc.freeze()
    gc.set_threshold(YOUNG)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
