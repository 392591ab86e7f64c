"""All numbers of the report in one document: what `validation.json` holds and the page draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tasks.domain.research_plan import ResearchPlan
from tasks.storage.warehouse import Connection, scalar
from tasks.validation import events, evidence, grid, known, timing, world
from tasks.validation.panel import OURS, pairs, read_moves, read_series
from tasks.validation.table import Document

DIGITS = 6
SCHEMA_VERSION = 1


def document(db: Connection, plan: ResearchPlan, indexes: Mapping[str, Mapping[str, float]]) -> Document:
    """Judge everything; the same tables and plan give the same document.

    Args:
        db: a warehouse whose schema `research` is built.
        plan: the fixed tests.
        indexes: published indexes, name -> ISO date -> value; one with a single day a month is compared by month only.
    """
    series = [read_series(db, pair, plan.horizons) for pair in pairs(db)]
    rows = grid.grid(series, plan)
    fixed = {(test.theme, test.symbol) for test in plan.primary}
    chosen = [one for one in series if (one.pair.theme, one.pair.symbol) in fixed]
    moves = {id(one): read_moves(db, one.pair) for one in chosen}
    studies = events.studies(series, plan)
    by_clock = timing.clocks(db, series, plan)
    same = timing.same_session(db, series, plan)
    events_known = known.known_events(db, plan)
    rates = known.base_rates(db, plan)
    firsts = {one.pair.theme: one for one in reversed(series)}
    found = {
        "schema_version": SCHEMA_VERSION,
        "as_of_at": _as_of_at(db),
        "plan": plan.model_dump(mode="json"),
        "data": _data(db),
        "evidence": evidence.counts(series, plan),
        "frozen_on": _text(evidence.frozen_on(evidence.lexicon_versions(db), plan)),
        "trials": _trials(rows, studies, by_clock, same),
        "primary": grid.primary(series, rows, plan),
        "instruments": [_instrument(one) for one in series],
        "grid": rows,
        "turnover": grid.turnovers(series),
        "decay": [row for one in chosen for row in grid.decay(one, moves[id(one)], plan)],
        "event_dates": [row for one in firsts.values() for row in events.event_dates(one, plan)],
        "event_studies": studies,
        "event_paths": [row for one in chosen for row in events.paths(one, moves[id(one)], plan)],
        "clocks": by_clock,
        "same_session": same,
        "known_events": events_known,
        "known_event_base_rates": rates,
        "known_event_summary": known.summary(events_known, rates),
        **_world(db, plan, indexes),
    }
    plain: Document = rounded(found)
    return plain


def _as_of_at(db: Connection) -> str:
    """The stamp of the last publication that is judged."""
    stamp = scalar(db, "select max(as_of_at) from raw.publication")
    return f"{stamp:%Y-%m-%dT%H:%M:%SZ}"


def _instrument(one: Any) -> dict[str, Any]:
    pair = one.pair
    return {
        "theme": pair.theme,
        "symbol": pair.symbol,
        "label": pair.label,
        "benchmark_symbol": pair.benchmark_symbol,
        "return_kind": pair.return_kind,
        "clock": pair.clock,
        "expected_sign": one.expected_sign,
        "delay_hours": float(np.nanmedian(one.delays)) if np.isfinite(one.delays).any() else None,
    }


def _data(db: Connection) -> dict[str, Any]:
    """What the numbers rest on: items, sources, days of silence, sessions, versions."""
    articles = db.execute(
        "select count(*), count(distinct source), min(available_at)::date::varchar, max(available_at)::date::varchar, "
        "count(distinct available_at::date), date_diff('day', min(available_at), max(available_at)) + 1, "
        "count(*) filter (where source_kind = 'live'), coalesce(bool_or(collection = 'seeds'), false) from raw.article"
    ).fetchone()
    statuses = db.execute(
        "select theme, status, count(*) from signal.theme_daily where not is_provisional group by all order by all"
    ).fetchall()
    months = db.execute(
        "select strftime(available_at, '%Y-%m') as month, count(*), count(distinct source) from raw.article "
        "group by month order by month"
    ).fetchall()
    versions = evidence.lexicon_versions(db)
    models = db.execute(
        "select distinct model_version from signal.theme_daily where model_version is not null order by all"
    ).fetchall()
    names = (
        "item_count", "source_count", "first_day", "last_day", "day_count", "calendar_day_count", "live_item_count",
        "is_demonstration",
    )  # fmt: skip
    return {
        **dict(zip(names, articles or (), strict=True)),
        "statuses": [{"theme": t, "status": s, "session_count": n} for t, s, n in statuses],
        "months": [{"month": m, "item_count": n, "source_count": s} for m, n, s in months],
        "lexicon_versions": versions,
        "model_versions": [version for (version,) in models],
    }


def _trials(*families: list[grid.Row]) -> dict[str, int]:
    names = ("rank_ic", "event_study", "clocks", "same_session")
    counted = {name: len(rows) for name, rows in zip(names, families, strict=True)}
    ours = sum(row["predictor"] == OURS for row in families[0])
    return {**counted, "rank_ic_ours": ours, "total": sum(counted.values())}


def _world(db: Connection, plan: ResearchPlan, indexes: Mapping[str, Mapping[str, float]]) -> Document:
    ours = world.daily_series(db)
    daily = {name: values for name, values in indexes.items() if len({day[8:] for day in values}) > 1}
    return {
        "world_daily": world.lagged(ours, daily, plan),
        "world_monthly": world.monthly(db, ours, indexes),
    }


def rounded(value: Any) -> Any:
    """The document with floats of 6 decimals and null for what is no number: JSON has neither NaN nor infinity."""
    if isinstance(value, dict):
        return {str(key): rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return round(float(value), DIGITS) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def _text(value: object) -> str | None:
    return None if value is None else str(value)
