"""The taxonomy: themes, lexicon, exposures, instruments, clocks and sources as frozen types.

The values live under `seeds/` and are read by `tasks.storage.seeds`, which turns every rule broken here
into a `SeedError` with file and line. Unknown keys are rejected everywhere.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Valence = Annotated[float, Field(ge=-4.0, le=4.0)]
"""VADER's scale of a word: -4 (most negative) ... 4 (most positive)."""

Relevance = Annotated[float, Field(ge=0.0, le=1.0)]
Sign = Annotated[int, Field(ge=-1, le=1)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, like "Europe"
        raise ValueError("no such time zone, use an IANA name like Europe/Berlin") from None
    return name


def _kept_with_four_decimals(value: float) -> float:
    if round(value, 4) == 0:
        raise ValueError("kept with 4 decimals, where it is 0; give at least 0.0001")
    return value


Zone = Annotated[str, AfterValidator(_known_zone)]
"""An IANA zone. Checked here, so that a wrong one stops a run before anything is read or written."""

Domain = Annotated[str, Field(pattern=r"^([a-z0-9-]+\.)+[a-z]{2,}$")]
"""A site like `reuters.com`, with all that is below it."""

Adjustment = Literal["adjusted", "none_needed", "unadjusted"]
ReturnKind = Literal["simple", "difference"]
LiveProvider = Literal["yahoo", "fred", "ecb", "cboe", "eia"]
Provider = Literal["yahoo", "fred", "ecb", "cboe", "eia", "sample", "files"]


class Frozen(BaseModel):
    """Base of the taxonomy: immutable, unknown keys refused, numbers finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Theme(Frozen):
    """One theme of `themes.yaml`.

    `shrinkage` is k of docs/methodology.md: the weight of "nothing happened" in the day's score, > 0.
    `clock` is the reference clock on which `theme_daily` is read.
    `reference_assets`: what the theme is drawn against: the first of them that has prices; each with an expected sign.
    """

    theme: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str = Field(min_length=1)
    clock: str
    shrinkage: Annotated[float, Field(gt=0.0, le=1000.0), AfterValidator(_kept_with_four_decimals)]
    meaning: str = Field(min_length=1)
    reference_assets: tuple[str, ...] = ()


class Clock(Frozen):
    """When a daily price is struck: `strike` is HH:MM in `zone`, or the calendar's `open` / `close`."""

    clock: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    calendar: str = Field(min_length=1)
    zone: Zone
    strike: str = Field(pattern=r"^(open|close|([01]\d|2[0-3]):[0-5]\d)$")
    lead_minutes: int = Field(ge=0, le=24 * 60)


class Instrument(Frozen):
    """One priced symbol: its clock, how its returns are made and known, what the themes expect of it.

    `publication_lag_hours`: from the strike until the provider shows the value.
    `providers`: in the order in which they are counted and asked; a live one needs a line of `series.csv`.
    `expected_signs`: theme -> -1, 0, 1; the sign of the abnormal return when the theme's score is plus.
    `role`: what it is here for, like `benchmark` or `defense_etf`.
    `calendar`: its own exchange, where that may be shut on a session of the clock.
    `max_move`: the largest move of one session that is believed from one provider alone: a fraction, or units of
    the price where returns are differences; None = any.
    """

    symbol: str = Field(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9.^=_-]+$")
    label: str = Field(min_length=1)
    clock: str
    currency: str = Field(pattern=r"^[A-Z]{3}$|^index$|^percent$")
    adjustment: Adjustment
    return_kind: ReturnKind
    allows_nonpositive: bool
    benchmark_symbol: str | None
    publication_lag_hours: float = Field(ge=0.0)
    providers: tuple[Provider, ...] = Field(min_length=1)
    expected_signs: dict[str, Sign]
    role: str = Field(default="", pattern=r"^[a-z_]*$")
    calendar: str | None = None
    max_move: float | None = Field(default=None, gt=0.0)
    notes: str = ""


class Series(Frozen):
    """What a live provider calls an instrument, one line of `series.csv`.

    `lag_hours`: from the strike until this provider shows the value; None = the instrument's publication lag.
    """

    symbol: str
    provider: LiveProvider
    series: str = Field(min_length=1)
    lag_hours: float | None = Field(default=None, ge=0.0)
    notes: str = ""

    @model_validator(mode="after")
    def _labelled_on_its_day(self) -> Series:
        if self.provider == "yahoo" and self.series.upper().endswith("=X"):
            raise ValueError(f"Yahoo labels the closes of {self.series} a session late; take the rate from ecb")
        return self


LIVE_FIELDS = ("feed", "format", "tier", "cadence_minutes")
ARCHIVE_FIELDS = ("covers_from", "covers_to", "now")


class Source(Frozen):
    """One news source of `sources.yaml`: files that were read once, or a feed that is asked in every run.

    An archive may declare what it covers (`covers_from`, `covers_to`, both sessions) and the instant at
    which it was closed (`now`), so that a run over it does not invent silence after its end.

    A live source names its `feed`, the `format` of it, its `tier` (1 the body that acts or an outlet with its own
    reporters, 2 the specialised press, 3 a collection of others' texts), and every how many minutes it should be asked
    (`cadence_minutes`); coverage allows twice that. `terms` links to what its publisher allows. `strip_title_suffix` is
    text that its titles end with and that is no news. `domains` are the sites whose pages are taken of a collection of
    everybody's (`gdelt`), all if none is named. `latency_minutes`: from publication until it can be read; of a
    live source for the reader only, because we saw the item.
    """

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["archive", "live"]
    publisher: str = Field(min_length=1)
    language: str = Field(pattern=r"^[a-z]{2}$")
    terms: str = Field(min_length=1)
    zone: Zone | None = None
    latency_minutes: int = Field(default=0, ge=0)
    covers_from: date | None = None
    covers_to: date | None = None
    now: AwareDatetime | None = None
    feed: str | None = Field(default=None, pattern=r"^https?://[^\s/@?#]+([/?]\S*)?$", max_length=1_000)
    format: Literal["rss", "gdelt"] | None = None
    tier: int | None = Field(default=None, ge=1, le=3)
    cadence_minutes: int | None = Field(default=None, ge=1, le=7 * 24 * 60)
    enabled: bool = True
    strip_title_suffix: str | None = Field(default=None, min_length=1)
    domains: tuple[Domain, ...] = ()

    @model_validator(mode="after")
    def _range_in_order(self) -> Source:
        if self.covers_from and self.covers_to and self.covers_from > self.covers_to:
            raise ValueError(f"covers_from {self.covers_from} is after covers_to {self.covers_to}")
        return self

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> Source:
        if self.domains and self.format != "gdelt":
            raise ValueError("domains belong to the format gdelt; a feed has its own")
        given = {name for name in (*LIVE_FIELDS, *ARCHIVE_FIELDS) if getattr(self, name) is not None}
        lacking = [name for name in LIVE_FIELDS if name not in given]
        if self.kind == "archive":
            wrong = [name for name in LIVE_FIELDS if name in given]
            if wrong or not self.enabled or self.strip_title_suffix:
                raise ValueError(f"an archive has no {', '.join(wrong) or 'enabled or strip_title_suffix'}")
        elif lacking:
            raise ValueError(f"a live source needs {', '.join(lacking)}")
        elif wrong := [name for name in ARCHIVE_FIELDS if name in given]:
            raise ValueError(f"a live source has no {', '.join(wrong)}")
        elif not self.terms.startswith("https://"):
            raise ValueError(f"the terms of a live source are a link to its publisher's, not {self.terms[:40]!r}")
        return self
