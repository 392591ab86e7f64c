"""Scoring on a Dask cluster, through prefect-dask (the extra `dask`). Chunks go out, scores come back, nothing else.

A chunk is part of its Dask task, so a worker that dies costs its chunks only: the scheduler gives them to another.
"""

from __future__ import annotations

import pickle
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.domain.errors import ConfigError, GeoriskError
from tasks.domain.lexicon import lexicon_hash
from tasks.domain.scoring import MODEL_VERSION
from tasks.storage.files import ROOT
from tasks.storage.score_chunks import FanOut, Scored, score_elsewhere
from tasks.storage.seeds import Taxonomy

AHEAD = 2
"""Chunks handed out for each thread of the cluster; more would only fill the scheduler's memory."""

CONNECT_SECONDS = 30


@contextmanager
def dask_fan_out(scheduler: str, connect_seconds: float = CONNECT_SECONDS) -> Iterator[FanOut]:
    """Score on the workers of a Dask scheduler.

    The workers need the packages of this project's lock file; its code is sent to them.

    Args:
        scheduler: address like `tcp://10.0.0.5:8786`.
        connect_seconds: how long to wait for it.

    Raises:
        ConfigError: the extra is not installed, nobody answers at the address, or the cluster has no worker.
        GeoriskError: a chunk could not be scored (while the results are read).
    """
    try:
        import distributed
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError:
        remedy = "install the extra: .venv/bin/python -m pip install 'prefect-dask>=0.3.7'"
        raise ConfigError(f"--dask needs prefect-dask, which is not installed; {remedy}") from None
    runner = DaskTaskRunner(address=scheduler, client_kwargs={"timeout": connect_seconds})
    with runner:
        try:
            client: Any = runner.client
        except (OSError, ValueError) as fault:
            raise ConfigError(f"no Dask scheduler answers at {scheduler} ({fault}); start one or mend --dask") from None
        threads = sum(client.nthreads().values())
        if not threads:
            raise ConfigError(f"the Dask scheduler at {scheduler} has no worker; start one: dask worker {scheduler}")
        with tempfile.TemporaryDirectory() as folder:
            client.upload_file(str(_code(Path(folder))))
        yield _FanOut(client, distributed, threads)


def _code(folder: Path) -> Path:
    """A zip of `tasks/`, named by its content's version, for workers that have no checkout."""
    path = folder / "georisk_tasks.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((ROOT / "tasks").rglob("*.py")):
            archive.write(file, file.relative_to(ROOT))
    return path


class _FanOut:
    """The fan-out over one client; callable as `tasks.storage.score_chunks.FanOut` says."""

    def __init__(self, client: Any, distributed: Any, threads: int) -> None:
        self._client, self._distributed, self._ahead = client, distributed, AHEAD * threads

    def __call__(self, taxonomy: Taxonomy, chunks: Iterable[bytes]) -> Iterator[Scored]:
        client, distributed = self._client, self._distributed
        version = f"{MODEL_VERSION} {lexicon_hash(taxonomy.lexicon, taxonomy.exposures)}"
        # A task, not scattered data: it is made again should the only worker that holds it die.
        sent = client.submit(pickle.loads, pickle.dumps(taxonomy), key=f"taxonomy-{version}")
        with client.as_current():
            pending = distributed.as_completed()
        try:
            for chunk in chunks:
                pending.add(client.submit(score_elsewhere, version, sent, chunk, pure=False))
                if pending.count() >= self._ahead:
                    yield next(pending).result()
            for done in pending:
                yield done.result()
        except (distributed.scheduler.KilledWorker, distributed.client.FutureCancelledError) as fault:
            raise GeoriskError(f"the Dask workers could not score a chunk ({fault}); see their logs") from None
