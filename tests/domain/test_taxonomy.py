from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tasks.domain.taxonomy import Clock, Frozen, Instrument, Series, Source, Theme

THEME = {"theme": "defense", "label": "Defense", "clock": "XNYS", "shrinkage": "1.0", "meaning": "Plus = more."}
CLOCK = {"clock": "XNYS", "calendar": "XNYS", "zone": "America/New_York", "strike": "close", "lead_minutes": "15"}
INSTRUMENT = {
    "symbol": "BZ=F", "label": "Brent", "clock": "XNYS", "currency": "USD", "adjustment": "none_needed",
    "return_kind": "simple", "allows_nonpositive": "false", "benchmark_symbol": None, "publication_lag_hours": "2",
    "providers": ("sample",), "expected_signs": {"energy": "1"},
}  # fmt: skip
SOURCE = {"source": "wire", "kind": "archive", "publisher": "Wire", "language": "en", "terms": "own"}
FEED = {
    "source": "bbc", "kind": "live", "publisher": "BBC", "language": "en", "terms": "https://bbc.example/terms",
    "feed": "https://feeds.bbc.example/rss.xml", "format": "rss", "tier": 1, "cadence_minutes": 15,
}  # fmt: skip
EXAMPLES: list[tuple[type[Frozen], dict[str, Any]]] = [
    (Theme, THEME),
    (Clock, CLOCK),
    (Instrument, INSTRUMENT),
    (Source, SOURCE),
    (Source, FEED),
    (Series, {"symbol": "BZ=F", "provider": "yahoo", "series": "BZ=F"}),
]


def fault(kind: type[Frozen], fields: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(fields)
    error = caught.value.errors()[0]
    return f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"


def test_text_of_a_file_becomes_typed_values() -> None:
    instrument = Instrument.model_validate(INSTRUMENT)
    assert instrument.allows_nonpositive is False
    assert instrument.publication_lag_hours == 2.0
    assert instrument.expected_signs == {"energy": 1}
    assert Clock.model_validate(CLOCK).lead_minutes == 15
    assert Theme.model_validate(THEME).shrinkage == 1.0


@pytest.mark.parametrize(("kind", "fields"), EXAMPLES)
def test_unknown_keys_are_refused(kind: type[Frozen], fields: dict[str, Any]) -> None:
    assert fault(kind, {**fields, "colour": "red"}).startswith("colour: Extra inputs")


@pytest.mark.parametrize(("kind", "fields"), EXAMPLES)
def test_a_value_cannot_be_changed_afterwards(kind: type[Frozen], fields: dict[str, Any]) -> None:
    entry = kind.model_validate(fields)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(entry, next(iter(fields)), "x")


@pytest.mark.parametrize(
    ("kind", "fields", "field", "value"),
    [
        *[(Theme, THEME, "theme", value) for value in ("Defense", "1st", "", "two words", "a\n")],
        *[(Theme, THEME, "shrinkage", value) for value in ("0", "-1", "inf", "nan", "much", "0.00001", "1001")],
        (Theme, THEME, "label", ""),
        (Theme, THEME, "meaning", ""),
        *[(Clock, CLOCK, "strike", value) for value in ("24:00", "9:30", "16:60", "noon", "16:30:00", "")],
        *[(Clock, CLOCK, "zone", value) for value in ("Europe/Belin", "", "../etc/passwd", "Europe", "CEST+1")],
        *[(Clock, CLOCK, "lead_minutes", value) for value in ("-1", "1441", "1.5")],
        (Clock, CLOCK, "clock", "xnys"),
        *[(Instrument, INSTRUMENT, "symbol", value) for value in ("", "A B", "X" * 21, "=A;B", "A'B")],
        *[(Instrument, INSTRUMENT, "currency", value) for value in ("usd", "EURO", "")],
        *[(Instrument, INSTRUMENT, "publication_lag_hours", value) for value in ("-1", "inf")],
        (Instrument, INSTRUMENT, "adjustment", "split"),
        (Instrument, INSTRUMENT, "return_kind", "log"),
        (Instrument, INSTRUMENT, "allows_nonpositive", "maybe"),
        (Instrument, INSTRUMENT, "providers", ()),
        *[(Source, SOURCE, "kind", value) for value in ("feed", "")],
        (Source, SOURCE, "source", "My Wire"),
        (Source, SOURCE, "language", "english"),
        (Source, SOURCE, "latency_minutes", -5),
        (Source, SOURCE, "zone", "Moon/Base"),
        (Source, SOURCE, "now", "2025-09-08T06:00:00"),
        *[
            (Source, FEED, "feed", value)
            for value in (
                "",
                "feed.xml",
                "ftp://x.org/",
                "file:///etc/passwd",
                "https://",
                "https://me:pw@x.org/",
                "https://x.org/a b",
                "x" * 2_000,
            )
        ],
        *[(Source, FEED, "format", value) for value in ("atom", "")],
        *[(Source, FEED, "tier", value) for value in (0, 4, "high")],
        *[(Source, FEED, "cadence_minutes", value) for value in (0, -1, 10_081)],
        (Source, FEED, "enabled", "perhaps"),
        (Source, FEED, "strip_title_suffix", ""),
    ],
)
def test_a_value_outside_its_range_is_refused(
    kind: type[Frozen], fields: dict[str, Any], field: str, value: object
) -> None:
    assert fault(kind, {**fields, field: value}).startswith(f"{field}: ")


@pytest.mark.parametrize("sign", ["2", "-2", "0.5", "plus"])
def test_an_expected_sign_is_minus_one_zero_or_one(sign: str) -> None:
    assert fault(Instrument, {**INSTRUMENT, "expected_signs": {"energy": sign}}).startswith("expected_signs.energy: ")


def test_a_zone_that_does_not_exist_says_what_to_use() -> None:
    assert "use an IANA name like Europe/Berlin" in fault(Clock, {**CLOCK, "zone": "Europe/Belin"})


@pytest.mark.parametrize("field", ["feed", "format", "tier", "cadence_minutes"])
def test_a_live_source_says_where_and_how_it_is_asked(field: str) -> None:
    assert f"a live source needs {field}" in fault(Source, {name: FEED[name] for name in FEED if name != field})
    assert f"an archive has no {field}" in fault(Source, {**SOURCE, field: FEED[field]})


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"covers_from": date(2025, 8, 4)}, "a live source has no covers_from"),
        ({"now": datetime(2025, 8, 4, tzinfo=UTC)}, "a live source has no now"),
        ({"terms": "ask them"}, "the terms of a live source are a link to its publisher's, not 'ask them'"),
        ({"domains": ("example.org",)}, "domains belong to the format gdelt"),
        ({"kind": "archive"}, "an archive has no feed, format, tier, cadence_minutes"),
    ],
)
def test_archives_and_feeds_have_their_own_fields(changes: dict[str, Any], rule: str) -> None:
    assert rule in fault(Source, {**FEED, **changes})
    assert "an archive has no enabled" in fault(Source, {**SOURCE, "enabled": False})
    assert "an archive has no enabled or strip" in fault(Source, {**SOURCE, "strip_title_suffix": " - W"})


def test_a_source_covers_a_range_in_order() -> None:
    covered = {**SOURCE, "covers_from": date(2025, 8, 29), "covers_to": date(2025, 8, 4)}
    assert "covers_from 2025-08-29 is after covers_to 2025-08-04" in fault(Source, covered)
    one_day = Source.model_validate({**covered, "covers_from": date(2025, 8, 4)})
    assert one_day.covers_from == one_day.covers_to


def test_a_closed_source_declares_the_clock_of_a_run() -> None:
    now = datetime(2025, 9, 8, 6, tzinfo=UTC)
    assert Source.model_validate({**SOURCE, "now": "2025-09-08T06:00:00Z"}).now == now
    assert Source.model_validate(SOURCE).now is None
