"""What the research report tests, written down before it is run: `seeds/research/` as frozen types."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from tasks.domain.taxonomy import Frozen

Direction = Literal[-1, 1]
Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class PrimaryTest(Frozen):
    """One test that counts as confirmatory: a theme's signal against one instrument over one horizon.

    `benchmark_symbol` must be the instrument's benchmark in instruments.csv and `expected_sign` its sign for the
    theme; both stand here so that a later change of the instruments cannot silently change the test.
    """

    theme: str
    symbol: str
    benchmark_symbol: str | None
    horizon: int = Field(ge=1)
    expected_sign: Direction


class ResearchPlan(Frozen):
    """`seeds/research/primary_tests.yaml`; its comments say what each value means."""

    fixed_on: date
    predictor: Literal["signal_score"]
    entry_delay_minutes: int = Field(ge=0)
    horizons: tuple[int, ...] = Field(min_length=1)
    primary: tuple[PrimaryTest, ...] = Field(min_length=1)
    newey_west_lag: int = Field(ge=1)
    bootstrap_block: int = Field(ge=1)
    bootstrap_draws: int = Field(ge=100)
    interval: Share
    shift_sessions: int = Field(ge=1)
    fewest_sessions: int = Field(ge=30)
    event_percentile: Share
    event_gap_sessions: int = Field(ge=1)
    placebo_draws: int = Field(ge=100)
    momentum_sessions: int = Field(ge=2)
    false_discovery_rate: Share
    seed: int
    known_event_share: Share
    frozen_lexicons: dict[str, date]

    @model_validator(mode="after")
    def _primary_horizons_are_horizons(self) -> Self:
        for test in self.primary:
            if test.horizon not in self.horizons:
                raise ValueError(f"horizon {test.horizon} of {test.theme} is not among horizons")
        return self


class KnownEvent(Frozen):
    """One line of `seeds/research/known_events.csv`: a public fact, and the sign that a theme's signal should have.

    `occurred_at` is the instant of the event or of its announcement, known to the `precision`.
    """

    event_id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str = Field(min_length=1)
    occurred_at: AwareDatetime
    precision: Literal["minute", "hour", "day"]
    theme: str
    expected_sign: Direction
    source: str = Field(min_length=1)
