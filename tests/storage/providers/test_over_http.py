"""FRED, the ECB, Cboe and the EIA, against servers here that answer in their formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tasks.domain.price_asks import Ask
from tasks.storage.providers.cboe import Cboe
from tasks.storage.providers.contract import Answer, Provider, ProviderFault
from tasks.storage.providers.ecb import Ecb
from tasks.storage.providers.eia import PAGE, Eia
from tasks.storage.providers.fred import Fred
from tests.markets import HTML, Bar, Market, weekdays

FIRST, LAST = date(2025, 8, 4), date(2025, 8, 8)
SPREAD = "YC/B.U2.EUR.4F.G_N_C.SV_C_YM.SR_10Y - YC/B.U2.EUR.4F.G_N_A.SV_C_YM.SR_10Y"


@pytest.fixture
def market(httpserver: HTTPServer) -> Market:
    return Market(httpserver)


def asked(market: Market, provider: str, series: str, **others: Any) -> Answer:
    question = Ask(provider, "X", series, FIRST, LAST)
    found = market.providers(None, **others)[provider]
    return found.shape(question, found.fetch(question))


def no_get(url: str) -> bytes:
    raise AssertionError(f"{url}: shape is pure")


def shaped(provider: Callable[[Any], Provider], series: str, *bodies: bytes) -> Answer:
    """The answer that a provider makes of these bodies, without a network."""
    found = provider(no_get)
    payload = list(bodies) if found.name in ("ecb", "eia") else bodies[0]
    return found.shape(Ask(found.name, "X", series, FIRST, LAST), payload)


def bars(*closes: float | None) -> dict[date, Bar]:
    return {day: Bar(close) for day, close in zip(weekdays(FIRST, LAST), closes, strict=False)}


# --- FRED


def test_fred_gives_values_and_says_where_there_is_none(market: Market) -> None:
    market.bars["fred", "VIXCLS"] = bars(15.5, None, 16.25)
    found = asked(market, "fred", "VIXCLS")
    assert found.rows == [{"date": "2025-08-04", "close": "15.5"}, {"date": "2025-08-06", "close": "16.25"}]
    assert found.blanks == [date(2025, 8, 5)]
    ((_, _, query),) = market.asked
    assert query == {"id": "VIXCLS", "cosd": "2025-08-04", "coed": "2025-08-08"}


@pytest.mark.parametrize("header", ["observation_date", "DATE"])
@pytest.mark.parametrize("nothing", ["", "."])
def test_fred_of_before_and_after_2024(header: str, nothing: str) -> None:
    body = f"{header},DCOILBRENTEU\r\n2025-08-04,68.25\r\n2025-08-05,{nothing}\r\n".encode("utf-8-sig")
    found = shaped(Fred, "DCOILBRENTEU", body)
    assert (len(found.rows), found.blanks) == (1, [date(2025, 8, 5)])


def test_a_wrong_name_at_fred_is_a_page_with_status_200(market: Market) -> None:
    with pytest.raises(ProviderFault) as caught:
        asked(market, "fred", "DCOILBRENTUE")
    assert caught.value.outcome == "unreadable"
    assert "a web page, not data" in caught.value.message


def test_a_header_alone_holds_nothing() -> None:
    assert shaped(Fred, "VIXCLS", b"observation_date,VIXCLS\n").rows == []


# --- ECB


def test_the_ecb_gives_values_with_their_currency(market: Market) -> None:
    series = "EXR/D.USD.EUR.SP00.A"
    market.bars["ecb", series] = bars(1.1688, 1.1673)
    assert asked(market, "ecb", series).rows == [
        {"date": "2025-08-04", "close": "1.1688", "currency": "USD"},
        {"date": "2025-08-05", "close": "1.1673", "currency": "USD"},
    ]
    ((_, _, query),) = market.asked
    assert query == {"startPeriod": "2025-08-04", "endPeriod": "2025-08-08", "format": "csvdata"}


def test_a_spread_is_the_difference_of_two_keys_on_common_days(market: Market) -> None:
    one, other = SPREAD.split(" - ")
    market.bars["ecb", one] = bars(3.1, 3.15, 3.2)
    market.bars["ecb", other] = bars(2.65, None, 2.7)
    assert asked(market, "ecb", SPREAD).rows == [
        {"date": "2025-08-04", "close": "0.45"},
        {"date": "2025-08-06", "close": "0.5"},
    ]


def test_a_spread_of_no_numbers_is_left_to_be_set_aside() -> None:
    one, other = (
        f"KEY,TIME_PERIOD,OBS_VALUE\n{key.replace('/', '.', 1)},2025-08-04,{value}\n".encode()
        for key, value in zip(SPREAD.split(" - "), ("3.1", "x"), strict=True)
    )
    assert shaped(Ecb, SPREAD, one, other).rows == [{"date": "2025-08-04", "close": "3.1 - x"}]


def test_a_gap_at_the_ecb_is_none_of_its_days(market: Market) -> None:
    market.bars["ecb", "CISS/D.X"] = bars(0.1, None, 0.2)
    assert [row["date"] for row in asked(market, "ecb", "CISS/D.X").rows] == ["2025-08-04", "2025-08-06"]


def test_no_result_at_the_ecb_is_empty(market: Market) -> None:
    with pytest.raises(ProviderFault) as caught:
        asked(market, "ecb", "EXR/D.XXX.EUR.SP00.A")
    assert caught.value.outcome == "empty"


# --- Cboe


def test_cboe_writes_the_month_first_and_sends_everything(market: Market) -> None:
    market.bars["cboe", "VIX"] = {date(1990, 1, 2): Bar(17.24), date(2025, 8, 4): Bar(17.5), date(2025, 12, 8): Bar(16)}
    assert [(row["date"], row["close"]) for row in asked(market, "cboe", "VIX").rows] == [
        ("1990-01-02", "17.240000"), ("2025-08-04", "17.500000"), ("2025-12-08", "16.000000"),
    ]  # fmt: skip


def test_an_index_of_one_value_a_day_has_its_name_as_column() -> None:
    found = shaped(Cboe, "OVX", b"DATE,OVX\n08/04/2025,38.5\n")
    assert found.rows == [{"date": "2025-08-04", "close": "38.5", "open": None, "high": None, "low": None}]


def test_a_day_of_another_form_comes_through_to_be_set_aside() -> None:
    assert shaped(Cboe, "OVX", b"DATE,OVX\n4 August,38.5\n").rows[0]["date"] == "4 August"


def test_a_wrong_name_at_cboe_is_refused(market: Market) -> None:
    with pytest.raises(ProviderFault) as caught:
        asked(market, "cboe", "VXI")
    assert caught.value.outcome == "refused"


# --- EIA


def test_the_eia_gives_strings_and_null(market: Market) -> None:
    market.bars["eia", "RBRTE"] = bars(68.25, None, 67.5)
    found = asked(market, "eia", "petroleum/pri/spt:RBRTE")
    assert found.rows == [{"date": "2025-08-04", "close": "68.25"}, {"date": "2025-08-06", "close": "67.5"}]
    assert found.blanks == [date(2025, 8, 5)]


def test_a_long_history_of_the_eia_comes_in_pages(market: Market) -> None:
    market.bars["eia", "RBRTE"] = {day: Bar(60.0) for day in weekdays(date(2000, 1, 3), date(2025, 8, 8))}
    question = Ask("eia", "BRENT", "petroleum/pri/spt:RBRTE", date(2000, 1, 1), LAST)
    eia = market.providers(None)["eia"]
    assert len(eia.shape(question, eia.fetch(question)).rows) == len(market.bars["eia", "RBRTE"])
    assert [query["offset"] for _, _, query in market.asked] == ["0", str(PAGE)]


def test_without_a_key_the_eia_is_not_asked(market: Market) -> None:
    with pytest.raises(ProviderFault) as caught:
        asked(market, "eia", "petroleum/pri/spt:RBRTE", eia_key=None)
    assert (caught.value.outcome, market.asked) == ("no_key", [])
    assert caught.value.message == "needs a free key; set GEORISK_EIA_KEY"


def test_a_key_is_never_shown(market: Market) -> None:
    with pytest.raises(ProviderFault) as caught:
        asked(market, "eia", "petroleum/pri/spt:RBRTE", eia_key="my-very-own-key")
    assert caught.value.outcome == "refused"
    assert "my-very-own-key" not in caught.value.message
    assert "my-very-own-key" not in repr(market.providers(None, eia_key="my-very-own-key")["eia"])


# --- what any of them may send


@pytest.mark.parametrize(
    ("provider", "series", "body", "words"),
    [
        (Fred, "VIXCLS", b"\xff\xfe", "no UTF-8 (byte 0)"),
        (Fred, "VIXCLS", f"\n  {HTML}".encode(), "a web page"),
        (Fred, "VIXCLS", b"", "lacks the column VIXCLS"),
        (Fred, "VIXCLS", b"observation_date,VIX\n2025-08-04,1\n", "lacks the column VIXCLS"),
        (Fred, "VIXCLS", b"day,VIXCLS\n2025-08-04,1\n", "no column observation_date"),
        (Fred, "VIXCLS", b"observation_date,VIXCLS\n2025-08-04\n", "another number of cells"),
        (Fred, "VIXCLS", b"observation_date,VIXCLS\n2025-08-04,1,2\n", "another number of cells"),
        (Fred, "VIXCLS", b'observation_date,VIXCLS\n2025-08-04,"1\n', "no CSV"),
        (Fred, "VIXCLS", b"observation_date,VIXCLS\n2025-08-32,\n", "'2025-08-32' is no date"),
        (Ecb, "EXR/D.USD", b"KEY,OBS_VALUE\nEXR.D.USD,1\n", "lacks the column TIME_PERIOD"),
        (Ecb, "EXR/D.USD", b"KEY,TIME_PERIOD,OBS_VALUE\nEXR.D.CHF,2025-08-04,1\n", "is of EXR.D.CHF, not of EXR.D.USD"),
        (Cboe, "VIX", b"DATE,OPEN\n08/04/2025,1\n", "neither a column CLOSE nor VIX"),
        (Cboe, "VIX", b"<Error><Code>AccessDenied</Code></Error>", "a web page"),
        (Eia, "p:RBRTE", b"not json", "no JSON"),
        (Eia, "p:RBRTE", b"[]", "no response.data"),
        (Eia, "p:RBRTE", b'{"response":{"data":{}}}', "no response.data"),
        (Eia, "p:RBRTE", b'{"error":"API_KEY_MISSING"}', "no response.data (API_KEY_MISSING)"),
        (Eia, "p:RBRTE", b'{"response":{"data":[{"period":"2025-08-04","series":"RWTC","value":"1"}]}}', "more than"),
        (Eia, "p:RBRTE", b'{"response":{"data":["x"]}}', "holds more than RBRTE"),
        (Eia, "p:RBRTE", b'{"response":{"data":[{"period":"soon","series":"RBRTE","value":null}]}}', "is no date"),
    ],
)  # fmt: skip
def test_what_is_no_data_is_told_as_such(
    provider: Callable[[Any], Provider], series: str, body: bytes, words: str
) -> None:
    with pytest.raises(ProviderFault) as caught:
        shaped(provider, series, body)
    assert caught.value.outcome == "unreadable"
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("status", "outcome"), [(429, "throttled"), (404, "empty"), (403, "refused"), (500, "refused"), (503, "refused")]
)
@pytest.mark.parametrize("provider", ["fred", "cboe", "ecb", "eia"])
def test_a_status_says_what_became_of_the_ask(market: Market, provider: str, status: int, outcome: str) -> None:
    series = {"eia": "petroleum/pri/spt:RBRTE", "ecb": "EXR/D.USD"}.get(provider, "VIX")
    market.bars[provider, series.partition(":")[2] or series] = bars(1.0)
    market.faults[provider] = (status, "no")
    with pytest.raises(ProviderFault) as caught:
        asked(market, provider, series)
    assert caught.value.outcome == outcome
    assert f"HTTP status {status}" in caught.value.message


def test_no_server_is_no_answer(market: Market) -> None:
    providers = market.providers(None)
    market.server.stop()
    with pytest.raises(ProviderFault) as caught:
        providers["fred"].fetch(Ask("fred", "VIX", "VIXCLS", FIRST, LAST))
    assert caught.value.outcome == "unreachable"
    market.server.start()


def test_more_than_anybody_sends_is_unreadable(market: Market) -> None:
    market.bars["fred", "VIXCLS"] = bars(1.0)
    market.faults["fred"] = (200, "x" * 20_000_001)
    with pytest.raises(ProviderFault) as caught:
        asked(market, "fred", "VIXCLS")
    assert caught.value.outcome == "unreadable"


def test_a_total_that_is_no_number_ends_the_pages() -> None:
    bodies: list[str] = []

    def get(url: str) -> bytes:
        bodies.append(url)
        return json.dumps({"response": {"total": "many", "data": []}}).encode()

    eia = Eia(get, "k")
    assert len(eia.fetch(Ask("eia", "BRENT", "p:RBRTE", FIRST, LAST))) == len(bodies) == 1
