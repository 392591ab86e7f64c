"""The statistics of the research report on data whose truth is known: false findings, coverage, power.

`python -m benchmarks.inference [--runs 1000] [--length 700]` prints the tables of docs/validation.md. The tests run the
same with fewer draws.
"""

from __future__ import annotations

import click
import numpy as np
from scipy.stats import spearmanr

from tasks.inference.events import Days, event_study, find_events, quiet_places, volatility_classes
from tasks.inference.hit_rate import hit_rate
from tasks.inference.rank_ic import RankIC, Settings, rank_ic
from tests.inference.simulated import Sample, sample

HORIZONS = (1, 5, 20)
STRENGTHS = (0.03, 0.05, 0.1, 0.15, 0.2)
SETTINGS = Settings(draws=400)
LONG = 400_000


@click.command()
@click.option("--runs", default=1_000, show_default=True, help="Simulated histories a line.")
@click.option("--length", default=700, show_default=True, help="Sessions of each.")
def main(runs: int, length: int) -> None:
    """Print how often the statistics err and how much they see."""
    click.echo(
        f"| horizon | Newey-West | shifts | both (p) | hit rate | event study | 95 % interval |\n{'| ---: ' * 7}|"
    )
    for horizon in HORIZONS:
        click.echo(_null_line(horizon, runs, length))
    click.echo(f"\n| rank IC | found (p < 0.05) over {length} sessions |\n| ---: | ---: |")
    for strength in STRENGTHS:
        truth = _truth(strength, 1)
        found = _judged(strength, 1, runs, length)
        click.echo(f"| {truth:.3f} | {np.mean([row.p_value < 0.05 for row in found]):.0%} |")


def _null_line(horizon: int, runs: int, length: int) -> str:
    """False findings at 5 %, and how often the interval holds a truth that is not 0."""
    null = [sample(length, horizon, 0.0, seed) for seed in range(runs)]
    rows = [row for row in (rank_ic(s.signal, s.outcome, horizon, SETTINGS) for s in null) if row]
    hits = [row.p_value for row in (hit_rate(s.signal, s.outcome, horizon, SETTINGS.shift) for s in null) if row]
    studies = [p for p in (study_p(s, horizon) for s in null) if p is not None]
    truth = _truth(0.1, horizon)
    held = [row.interval_low <= truth <= row.interval_high for row in _judged(0.1, horizon, runs, length)]
    shares = [
        np.mean([row.p_newey_west < 0.05 for row in rows]), np.mean([row.p_shift < 0.05 for row in rows]),
        np.mean([row.p_value < 0.05 for row in rows]), np.mean([p < 0.05 for p in hits]),
        np.mean([p < 0.05 for p in studies]), np.mean(held),
    ]  # fmt: skip
    return f"| {horizon} | " + " | ".join(f"{share:.1%}" for share in shares) + " |"


def _judged(strength: float, horizon: int, runs: int, length: int) -> list[RankIC]:
    made = (sample(length, horizon, strength, seed) for seed in range(runs))
    return [row for row in (rank_ic(s.signal, s.outcome, horizon, SETTINGS) for s in made) if row]


def _truth(strength: float, horizon: int) -> float:
    """The rank correlation of a history so long that it has no error to speak of."""
    long = sample(LONG, horizon, strength, seed=1)
    return float(spearmanr(long.signal, long.outcome).statistic)


def study_p(made: Sample, horizon: int) -> float | None:
    """The p-value of the event study of one history: high pressure, placebos on like days."""
    length = len(made.signal)
    gap = max(5, horizon)
    events = find_events(made.signal, 0.99, gap, 1)
    volatility = np.array([np.nan] * 20 + [made.moves[at - 20 : at].std() for at in range(20, length)])
    quiet = quiet_places(length, [events], gap, np.isfinite(made.signal))
    days = Days(quiet, np.arange(length) % 5, volatility_classes(volatility))
    found = event_study(events, made.outcome, days, 1_000, 1, SETTINGS.shift)
    return found.p_value if found else None


if __name__ == "__main__":
    main()
