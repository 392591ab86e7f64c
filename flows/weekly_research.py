"""The weekly flow: judge the newest publication of the home, as `flows.research_report` does without `--articles`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from flows.alerts import run_crashed, run_failed
from flows.parameters import HomeFolder, RunClock, RunName, Taxonomy, run_name, titled
from flows.run_request import SEEDS, make_run
from flows.steps import told
from tasks.research import JSON, PAGE
from tasks.research import research as research_verb
from tasks.storage.files import Home
from tasks.storage.public_index import AI_GPR, GPR, read_indexes
from tasks.storage.warehouse import writer_lock
from tasks.validation.markdown import summary_lines

MEANINGS = (
    "- **n**: sessions judged; **IC**: rank correlation of the signal with the abnormal return that could still be "
    "earned after it, -1 to 1, with its interval.",
    "- **p**: how often chance alone gives an IC as large; **Holm**: the same, for three tests at once. Below 0.05 "
    "is a finding, above it is none.",
    "- The placebos, baselines and known events stand on the page below.",
)

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
    gpr: Annotated[str | None, titled("GPR index", "/srv/gpr_daily.csv.gz")] = None,
    ai_gpr: Annotated[str | None, titled("AI-GPR index", "/srv/ai_gpr_daily.csv.gz")] = None,
    now: RunClock = None,
    home: HomeFolder = None,
    run_id: RunName = None,
    seeds: Taxonomy = None,
) -> str:
    """Test the signal against what prices did next, beside baselines, placebos and known events.

    Args:
        gpr: CSV (.gz) of the published index of geopolitical risk, as a baseline. Default: without.
        ai_gpr: CSV (.gz) of its reading by a language model, as a baseline. Default: without.
        now: Nothing after this instant is known; with offset, like `2025-09-30T06:00:00Z`. Default: the scheduled
            minute.
        home: Folder of warehouse and publications on the worker's machine. Default: `GEORISK_HOME`.
        run_id: Letters, digits, `.`, `_`, `-`; names the publication's folder. Default: made from the time.
        seeds: Folder of the taxonomy and the fixed tests. Default: `seeds/` of the checkout.

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
    page = "\n".join(["## Does the signal say anything about prices?", "", "```", lines, "```", "", *MEANINGS, ""])
    create_markdown_artifact(
        f"{page}\nread `{reports / PAGE}`", key="weekly-research", description=f"judged by run {run.run_id}"
    )
    return str(reports / PAGE)


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None
