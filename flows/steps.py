"""Every verb as a Prefect task, on one page: name, retries, timeout.

No task is cached: each of them writes, and a cached write is a write that did not happen. Retries are for the two
verbs that touch the outside; the others fail for a reason that a second try does not mend.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ParamSpec

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.logging.handlers import PrefectConsoleHandler

from flows.commands import is_debugging, is_watched
from tasks.build import build as build_verb
from tasks.check import check as check_verb
from tasks.collect import collect as collect_verb
from tasks.domain.errors import GeoriskError
from tasks.domain.run import StepReport
from tasks.price import price as price_verb
from tasks.publish import publish as publish_verb
from tasks.score import score as score_verb

P = ParamSpec("P")


def told(verb: Callable[P, StepReport]) -> Callable[P, StepReport]:
    """The verb, with one log line of its counts and seconds."""

    def run(*args: P.args, **kwargs: P.kwargs) -> StepReport:
        report = verb(*args, **kwargs)
        get_run_logger().info(report.line())
        return report

    run.__name__, run.__doc__ = verb.__name__, verb.__doc__
    return run


def _worth_retrying(_task: object, _run: object, state: object) -> bool:
    """A fault of the outside may pass; one that we named (a bad seed, a missing file) will not."""
    fault = getattr(state, "data", None)
    return not isinstance(getattr(fault, "exception", fault), GeoriskError)


collect = task(
    name="collect", retries=2, retry_delay_seconds=10, retry_condition_fn=_worth_retrying, timeout_seconds=3600,
    cache_policy=NO_CACHE,
)(told(collect_verb))  # fmt: skip
score = task(name="score", timeout_seconds=7200, cache_policy=NO_CACHE)(told(score_verb))
price = task(
    name="price", retries=2, retry_delay_seconds=10, retry_condition_fn=_worth_retrying, timeout_seconds=3600,
    cache_policy=NO_CACHE,
)(told(price_verb))  # fmt: skip
build = task(name="build", timeout_seconds=3600, cache_policy=NO_CACHE)(told(build_verb))
check = task(name="check", timeout_seconds=1800, cache_policy=NO_CACHE)(told(check_verb))
publish = task(name="publish", timeout_seconds=1800, cache_policy=NO_CACHE)(told(publish_verb))


RUN_LOGGERS = {f"prefect.{name}" for name in ("flow_runs", "task_runs", "flow_engine", "task_engine", "engine")}


class OneLine(logging.Filter):
    """Leaves the end of a run that failed to the command, which says it in one line; Prefect keeps the trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop what Prefect says of an error; other errors stay, without their trace."""
        if record.levelno >= logging.ERROR and record.name in RUN_LOGGERS:
            return False
        if record.name == "tasks.alert" and record.getMessage().startswith(("alert run_failed:", "alert run_crashed:")):
            return False  # the same sentence, told to nobody else
        record.exc_info = record.exc_text = None
        return True


def mind_the_console() -> None:
    """What Prefect shows on stderr during a command: progress where somebody watches, traces where they are wanted.

    Its pages keep everything.
    """
    for handler in logging.getLogger().handlers:
        if isinstance(handler, PrefectConsoleHandler):
            handler.setLevel(logging.INFO if is_watched() else logging.WARNING)
            if not is_debugging():
                handler.addFilter(OneLine())
    # What was on its way to a server that got the same Ctrl-C is lost without a word.
    logging.raiseExceptions = is_debugging()


# The progress lines of long steps: Prefect hands them on (pyproject.toml), but the level is the root's otherwise.
logging.getLogger("tasks").setLevel(logging.INFO)
