"""Ask the live providers: the first of every instrument, then the next one where a session lacks a good price.

Each round is one transaction, and none is open while we wait for answers.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from tasks.domain.articles import Rejected
from tasks.domain.price_asks import OVERLAP, Ask, Stored, ask
from tasks.domain.run import Run
from tasks.storage.models import SQL
from tasks.storage.price_tables import accept, doubt, land
from tasks.storage.providers.contract import Answer, Provider, ProviderFault
from tasks.storage.providers.desk import REST, Desk
from tasks.storage.warehouse import Connection, insert_rows, naive_utc, transaction

log = logging.getLogger(__name__)

ASK_COLUMNS = (
    "run_id", "provider", "symbol", "series", "from_date", "to_date", "asked_at", "outcome", "row_count", "message",
)  # fmt: skip
GAP_MARGIN = timedelta(days=14)
"""A provider that fills a gap is asked this much earlier: a return needs the session before."""


def ask_providers(
    db: Connection, run: Run, needed: tuple[date, date], providers: Mapping[str, Provider]
) -> tuple[Counter[str], list[Rejected], Desk]:
    """Ask round after round, and store what comes.

    Args:
        db: the warehouse, with taxonomy, offers and sessions in it.
        run: the request.
        needed: first and last day of prices that the run needs.
        providers: by name.

    Returns:
        the counts of `accept` and `asked`, `unanswered`; what was set aside; the desk, for its lines.
    """
    desk = Desk(providers, _resting(db, run))
    counts: Counter[str] = Counter()
    rejected: list[Rejected] = []
    begun: dict[str, date] = {}
    for place in range(1, _rounds(db) + 1):
        questions = _questions(db, place, needed, begun)
        if place > 1 and not questions:
            continue
        found = [(question, desk.put(question, stored)) for question, stored in questions]
        with transaction(db):
            _store(db, run, [(question, answer) for question, answer in found if answer is not None])
            of_round, refused = accept(db, run)
            doubt(db, run)
        counts += of_round
        rejected += refused
    for line, is_good in desk.lines():
        log.log(logging.INFO if is_good else logging.WARNING, line)
    counts["asked"] = sum(desk.answered.values()) + sum(map(len, desk.faults.values()))
    counts["unanswered"] = sum(map(len, desk.faults.values()))
    return counts, rejected, desk


def _resting(db: Connection, run: Run) -> dict[str, datetime]:
    rows = db.execute(
        "select provider, max(asked_at) from raw.price_ask where outcome = 'throttled' "
        "and asked_at > $since and asked_at <= $now group by provider",
        {"since": naive_utc(run.now - REST), "now": naive_utc(run.now)},
    ).fetchall()
    return dict(rows)


def _rounds(db: Connection) -> int:
    row = db.execute(
        "select max(place) from (select count(*) as place from raw.price_offer where is_live group by symbol)"
    )
    found = row.fetchone()
    return int(found[0] or 0) if found else 0


def _questions(
    db: Connection, place: int, needed: tuple[date, date], begun: dict[str, date]
) -> list[tuple[Ask, Stored]]:
    """What the providers of this place in the order are asked; from the second on, only where there is a gap."""
    offers = db.execute(
        "select provider, symbol, series from raw.price_offer where is_live "
        "qualify row_number() over (partition by symbol order by preference) = $place order by provider, symbol",
        {"place": place},
    ).fetchall()
    gaps = db.execute("select symbol, session_date from gate.price_gap order by all").fetchall() if place > 1 else []
    questions = []
    for provider, symbol, series in offers:
        stored = _stored(db, provider, symbol, series)
        question = ask(provider, symbol, series, needed, stored)
        if place == 1:
            begun[symbol] = question.from_date
        else:
            missed = [day for name, day in gaps if name == symbol and day >= begun[symbol]]
            if not missed:
                continue
            question = replace(question, from_date=min(question.from_date, max(needed[0], missed[0] - GAP_MARGIN)))
        questions.append((question, stored))
    return questions


def _stored(db: Connection, provider: str, symbol: str, series: str) -> Stored:
    key = {"provider": provider, "symbol": symbol}
    row = db.execute(
        "select min(from_date) from raw.price_ask where provider = $provider and symbol = $symbol "
        "and series = $series and outcome = 'answered'",
        {**key, "series": series},
    ).fetchone()
    asked_from = row[0] if row else None
    rows = db.execute((SQL / "prices" / "stored_series.sql").read_text(encoding="utf-8"), key).fetchall()
    recent = rows[-OVERLAP:]
    return Stored(
        asked_from=asked_from,
        first_date=rows[0][0] if rows else None,
        recent=tuple((day, close, adj_close) for day, close, adj_close, _ in recent),
        tolerance=max((row[3] for row in recent), default=0.0),
    )


def _store(db: Connection, run: Run, found: Sequence[tuple[Ask, Answer | ProviderFault]]) -> None:
    """Land the rows, keep dividends and blanks, and write down what was asked."""
    told: list[tuple[Ask, str, int, str | None]] = []
    for question, answer in found:
        if isinstance(answer, Answer):
            land(db, question.provider, _located(answer))
            _store_dividends(db, answer)
            _store_blanks(db, run, answer)
            told.append((answer.ask, "answered", len(answer.rows), None))
        else:
            told.append((question, answer.outcome, 0, answer.message))
    rows = [
        (run.run_id, item.provider, item.symbol, item.series, item.from_date, item.to_date, naive_utc(run.now), *end)
        for item, *end in told
    ]
    insert_rows(db, "raw.price_ask", ASK_COLUMNS, rows)


def _located(answer: Answer) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    for cells in answer.rows:
        where = f"{answer.ask.provider} {answer.ask.series} {cells.get('date')}"
        yield where, {**cells, "symbol": answer.ask.symbol}


def _store_dividends(db: Connection, answer: Answer) -> None:
    """The dividends of the asked days take the place of those that were known of these days; others stay."""
    question = answer.ask
    db.execute(
        "delete from raw.dividend where provider = $provider and symbol = $symbol and ex_date between $first and $last",
        {"provider": question.provider, "symbol": question.symbol, "first": question.from_date,
         "last": question.to_date},
    )  # fmt: skip
    rows = [(question.symbol, day, amount, question.provider) for day, amount in answer.dividends]
    insert_rows(db, "raw.dividend", ("symbol", "ex_date", "amount", "provider"), rows)


def _store_blanks(db: Connection, run: Run, answer: Answer) -> None:
    question = answer.ask
    key = {"provider": question.provider, "symbol": question.symbol}
    known = {
        day
        for (day,) in db.execute(
            "select price_date from raw.price_blank where provider = $provider and symbol = $symbol", key
        ).fetchall()
    }
    rows = [
        (question.symbol, question.provider, day, naive_utc(run.now), run.run_id)
        for day in answer.blanks
        if day not in known
    ]
    insert_rows(db, "raw.price_blank", ("symbol", "provider", "price_date", "fetched_at", "run_id"), rows)
