"""The weekly flow: judge the newest publication of the home, as `flows.research_report` does without `--articles`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from flows.alerts import run_crashed, run_failed
from flows.parameters import AwareInstant, RunId, run_name
from flows.run_request import SEEDS, make_run
from flows.steps import told
from tasks.research import JSON, PAGE
from tasks.research import research as research_verb
from tasks.storage.files import Home
from tasks.storage.public_index import AI_GPR, GPR, read_indexes
from tasks.storage.warehouse import writer_lock
from tasks.validation.markdown import summary_lines

# Not among `flows.steps`: the statistics take seconds to import, and a daily run does not need them.
research = task(name="research", timeout_seconds=7200, cache_policy=NO_CACHE)(told(research_verb))


@flow(
    name="weekly-research",
    flow_run_name=run_name,
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
)
def weekly_research(
    gpr: str | None = None,
    ai_gpr: str | None = None,
    now: AwareInstant | None = None,
    home: str | None = None,
    run_id: RunId | None = None,
    seeds: str | None = None,
) -> str:
    """Test the signal against what prices did next, beside baselines, placebos and known events.

    Args:
        gpr: file of the published index of geopolitical risk; empty = without that baseline.
        ai_gpr: file of its reading by a language model; empty = without.
        now: the run's clock, with offset; empty = the scheduled time.
        home: folder of warehouse and publications; empty = GEORISK_HOME.
        run_id: name of the run; empty = made from the time.
        seeds: folder of the taxonomy and the fixed tests; empty = the one in the checkout.

    Returns:
        The path of the report.
    """
    run = make_run(
        articles=(),
        prices=(),
        now=now,
        home=Path(home) if home else None,
        run_id=run_id,
        scheduled_at=flow_run.scheduled_start_time,
        seeds=Path(seeds) if seeds else SEEDS,
    )
    indexes = {**read_indexes(_path(gpr), GPR), **read_indexes(_path(ai_gpr), AI_GPR)}
    with writer_lock(run.home, say=get_run_logger().warning):
        research(run, indexes)
    reports = Home(run.home).published / "reports"
    lines = "\n".join(summary_lines(reports / JSON))
    create_markdown_artifact(f"```\n{lines}\n```\n\nread `{reports / PAGE}`", key="weekly-research")
    return str(reports / PAGE)


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None
