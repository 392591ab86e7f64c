"""Who is not asked any more, and what a run says of its providers; and the real ones as a run makes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.domain.fetching import FetchPolicy
from tasks.domain.price_asks import Ask, Stored
from tasks.storage.providers.contract import Answer, Outcome, ProviderFault
from tasks.storage.providers.desk import Desk
from tasks.storage.providers.live import live_providers

FIRST, LAST = date(2025, 8, 4), date(2025, 8, 8)
Rows = list[dict[str, str | None]]


class Scripted:
    """Answers each ask with the next line of its script: rows, or a fault."""

    name = "fred"

    def __init__(self, *script: Rows | Outcome) -> None:
        self.script, self.asked = list(script), 0

    def fetch(self, ask: Ask) -> Any:
        self.asked += 1
        return self.script.pop(0)

    def shape(self, ask: Ask, payload: Any) -> Answer:
        if isinstance(payload, str):
            raise ProviderFault(payload, f"it was {payload}")  # type: ignore[arg-type]
        return Answer(ask, payload)


def desk(provider: Scripted, resting: Mapping[str, datetime] | None = None) -> Desk:
    return Desk({"fred": provider}, resting or {})


def ask(symbol: str = "VIX", provider: str = "fred") -> Ask:
    return Ask(provider, symbol, f"{symbol}CLS", FIRST, LAST)


def row(day: str | None, close: str | None = "1") -> dict[str, str | None]:
    return {"date": day, "close": close}


GOOD = [row("2025-08-05")]


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        (["throttled", GOOD, GOOD], 1),
        (["no_key", GOOD, GOOD], 1),
        (["unreachable", "unreachable", GOOD], 2),
        (["unreachable", GOOD, "unreachable"], 3),
        (["unreachable", "empty", "unreachable"], 3),
        (["refused", "unreadable", "empty"], 3),
    ],
)
def test_who_throttles_or_is_silent_twice_is_left_alone(script: list[Any], asked: int) -> None:
    provider = Scripted(*script)
    told = desk(provider)
    answers = [told.put(ask(symbol), Stored()) for symbol in "ABC"]
    assert provider.asked == asked
    assert [answer is None for answer in answers] == [False] * asked + [True] * (3 - asked)


def test_who_rests_or_is_not_there_is_not_asked() -> None:
    provider = Scripted(GOOD)
    told = desk(provider, {"fred": datetime(2025, 8, 22, 23, 30, tzinfo=UTC)})
    assert told.put(ask(), Stored()) is None
    assert told.put(ask(provider="cboe"), Stored()) is None
    assert provider.asked == 0
    assert list(told.lines()) == [
        ("cboe: 0 series answered, 1 not asked", False),
        ("fred: 0 series answered, 1 not asked; it answered 429 lately and rests until 2025-08-23T00:30Z", False),
    ]


def test_days_outside_are_left_out_and_what_is_no_day_stays() -> None:
    """A provider may send its whole history; a broken day is not lost, it is set aside later."""
    rows = [row("1990-01-02"), row("2025-08-05"), row("2025-08-09"), row("5 August"), row(None)]
    answer = desk(Scripted(rows)).put(ask(), Stored())
    assert isinstance(answer, Answer)
    assert [cells["date"] for cells in answer.rows] == ["2025-08-05", "5 August", None]


def test_an_answer_without_a_row_of_the_days_is_empty() -> None:
    fault = desk(Scripted([row("1990-01-02")])).put(ask(), Stored())
    assert isinstance(fault, ProviderFault)
    assert (fault.outcome, fault.message) == ("empty", "no price of VIXCLS from 2025-08-04 to 2025-08-08")


def test_a_declared_blank_alone_is_an_answer() -> None:
    class Blank(Scripted):
        def shape(self, ask: Ask, payload: Any) -> Answer:
            return Answer(ask, [], blanks=[LAST])

    assert isinstance(desk(Blank(GOOD)).put(ask(), Stored()), Answer)


def test_no_number_says_nothing_of_the_basis() -> None:
    stored = Stored(date(2025, 1, 1), date(2025, 1, 1), tuple((date(2025, 8, day), 10.0, 9.0) for day in range(4, 9)))
    rows = [
        row(f"2025-08-{day:02}", close) for day, close in zip(range(4, 9), ("x", "", "10", "10", "10"), strict=True)
    ]
    provider = Scripted(rows, GOOD)
    assert isinstance(desk(provider).put(ask(), stored), Answer)
    assert provider.asked == 1


def test_the_real_providers_take_keys_and_mirrors_from_the_environment(tmp_path: Path) -> None:
    made: dict[str, Any] = dict(live_providers(tmp_path, FetchPolicy(), {}))
    assert list(made) == ["yahoo", "fred", "ecb", "cboe", "eia"]
    assert (made["yahoo"].mirror, made["fred"].base, made["eia"].key) == (None, "https://fred.stlouisfed.org", None)
    environment = {
        "GEORISK_EIA_KEY": "k", "GEORISK_YAHOO_URL": "http://m/y/", "GEORISK_FRED_URL": "http://m/f",
        "GEORISK_ECB_URL": "http://m/e", "GEORISK_CBOE_URL": "http://m/c", "GEORISK_EIA_URL": "http://m/i",
    }  # fmt: skip
    made = dict(live_providers(tmp_path, FetchPolicy(), environment))
    assert [made["yahoo"].mirror, made["eia"].key] == ["http://m/y", "k"]
    assert [made[name].base[-1] for name in ("fred", "ecb", "cboe", "eia")] == ["f", "e", "c", "i"]
    assert list(tmp_path.iterdir()) == [], "nothing is made before the first ask"
