import gzip
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.domain.errors import SourceError
from tasks.storage.files import ROOT
from tasks.storage.prices import DIVIDEND_FIELDS, FIELDS, read_dividends, read_prices

Write = Callable[[Mapping[str, str | bytes]], Path]
CSV = "symbol,date,close\nSPY,2025-08-18,643.3\nITA,2025-08-18,193.6\n"


def rows(folder: Path) -> list[tuple[str, dict[str, str | None]]]:
    """Location and the fields that the file has."""
    found = list(read_prices([folder]))
    assert all(tuple(cells) == FIELDS for _, cells in found)
    return [(location, {name: cell for name, cell in cells.items() if cell is not None}) for location, cells in found]


def parquet(folder: Path, name: str = "p.parquet", **columns: object) -> Path:
    pq.write_table(pa.table(columns), folder / name)
    return folder


def test_rows_come_as_text_with_their_place(write: Write) -> None:
    assert rows(write({"p.csv": CSV})) == [
        ("p.csv:2", {"symbol": "SPY", "date": "2025-08-18", "close": "643.3"}),
        ("p.csv:3", {"symbol": "ITA", "date": "2025-08-18", "close": "193.6"}),
    ]


@pytest.mark.parametrize("close", ["n/a", "643.3x", "1e400", "nan", "-5", " 643.3 ", "", "=1+1", "1.234,5"])
def test_text_in_a_number_comes_through_for_sql_to_judge(write: Write, close: str) -> None:
    text = f'symbol,date,close\nSPY,2025-08-18,"{close}"\n'
    assert rows(write({"p.csv": text}))[0][1]["close"] == close


@pytest.mark.parametrize(
    ("header", "row"),
    [("symbol,date,close", "SPY,2025-08-18,1,234.5"), ("symbol,date,close,currency", "SPY,2025-08-18,1,234.5,USD")],
)
def test_a_row_with_too_many_cells_gives_no_number(write: Write, header: str, row: str) -> None:
    assert rows(write({"p.csv": f"{header}\n{row}\n"}))[0][1]["close"] == row


@pytest.mark.parametrize(("row", "close"), [("SPY,2025-08-18", None), ("SPY,2025-08-18,64", "SPY,2025-08-18,64")])
def test_a_row_that_was_cut_short_gives_no_number(write: Write, row: str, close: str | None) -> None:
    assert rows(write({"p.csv": f"symbol,date,close,currency\n{row}\n"}))[0][1].get("close") == close


def test_optional_columns_are_read_and_others_ignored(write: Write) -> None:
    text = "date,note,close,symbol,adj_close,volume\n2025-08-18,x,643.3,SPY,640.1,100\n"
    assert rows(write({"p.csv": text}))[0][1] == {
        "symbol": "SPY", "date": "2025-08-18", "close": "643.3", "adj_close": "640.1", "volume": "100",
    }  # fmt: skip


@pytest.mark.parametrize(
    "variant",
    [CSV.encode("utf-8-sig"), CSV.replace("\n", "\r\n").encode(), gzip.compress(CSV.encode(), mtime=0)],
    ids=["BOM", "CRLF", "gz"],
)
def test_marks_and_packing_make_no_difference(write: Write, variant: bytes) -> None:
    name = "p.csv.gz" if variant.startswith(b"\x1f\x8b") else "p.csv"
    assert [cells for _, cells in rows(write({name: variant}))] == [
        {"symbol": "SPY", "date": "2025-08-18", "close": "643.3"},
        {"symbol": "ITA", "date": "2025-08-18", "close": "193.6"},
    ]


@pytest.mark.parametrize(
    ("day", "close", "text"),
    [
        (date(2025, 8, 18), 643.3, ("2025-08-18", "643.3")),
        (datetime(2025, 8, 18, tzinfo=ZoneInfo("America/New_York")), 643.3, ("2025-08-18", "643.3")),
        (datetime(2025, 8, 18, tzinfo=UTC).replace(tzinfo=None), Decimal("643.30"), ("2025-08-18", "643.30")),
        ("2025-08-18", 643, ("2025-08-18", "643")),
        ("18.8.25", "n/a", ("18.8.25", "n/a")),
    ],
)
def test_parquet_gives_the_same_rows_as_csv(write: Write, day: object, close: object, text: tuple[str, str]) -> None:
    folder = parquet(write({}), symbol=["SPY"], date=[day], close=[close], extra=[1])
    assert rows(folder) == [("p.parquet:1", {"symbol": "SPY", "date": text[0], "close": text[1]})]


def test_a_null_of_parquet_is_no_text(write: Write) -> None:
    folder = parquet(write({}), symbol=["SPY", None], date=["2025-08-18"] * 2, close=[None, 1.5])
    assert [cells.get("close") for _, cells in rows(folder)] == [None, "1.5"]


def test_the_files_of_a_folder_are_read_in_the_order_of_their_names(write: Write) -> None:
    folder = parquet(write({"c.csv": CSV, "a.csv": CSV, "note.txt": "x", "dividends.csv": "x"}), "b.parquet",
                     symbol=["VIX"], date=["2025-08-18"], close=[15.0])  # fmt: skip
    assert [location for location, _ in rows(folder)] == ["a.csv:2", "a.csv:3", "b.parquet:1", "c.csv:2", "c.csv:3"]


def test_a_pattern_stands_for_the_files_that_it_matches(write: Write) -> None:
    folder = write({"a1.csv": CSV, "a2.csv": CSV, "b.csv": CSV})
    assert [location for location, _ in rows(folder / "a*.csv")] == ["a1.csv:2", "a1.csv:3", "a2.csv:2", "a2.csv:3"]


def test_a_header_alone_holds_no_row(write: Write) -> None:
    assert rows(write({"p.csv": "symbol,date,close\n"})) == []


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "holds no price file; they end in .csv, .csv.gz, .parquet"),
        ({"note.txt": "x"}, "holds no price file"),
        ({"dividends.csv": "symbol,ex_date,amount\n"}, "holds no price file"),
        ({"p.csv": ""}, "p.csv lacks column 'symbol'; such files have symbol, date, close"),
        ({"p.csv": "symbol,date,price\n"}, "p.csv lacks column 'close'; such files have symbol, date, close"),
        ({"p.csv": b"symbol,date,close\nSPY\xe9,2025-08-18,1\n"}, "p.csv is not valid UTF-8 (byte 21); save it as"),
        ({"p.csv": "symbol,date,close,close\n"}, "p.csv has column 'close' twice; keep one"),
        ({"p.csv": 'symbol,date,close\nSPY,2025-08-18,"1\n'}, "p.csv is not a readable CSV file (unexpected end of"),
        ({"p.csv": "symbol,date,close\n" + "x" * 140_000}, "p.csv is not a readable CSV file (field larger than"),
        ({"p.csv.gz": gzip.compress(CSV.encode(), mtime=0)[:-9]}, "p.csv.gz is not a readable CSV file (Compressed"),
        ({"p.csv.gz": CSV}, "p.csv.gz is not a readable CSV file (Not a gzipped file"),
        ({"p.csv.gz": b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 40}, "p.csv.gz is not a readable CSV file (Error -3"),
        ({"p.parquet": "PAR1"}, "p.parquet is not a readable Parquet file"),
        ({"p.csv/x": "x"}, "p.csv is not a readable CSV file ([Errno 21] Is a directory"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_price_file_stops_the_run(
    write: Write, files: Mapping[str, str | bytes], sentence: str
) -> None:
    with pytest.raises(SourceError) as caught:
        rows(write(files))
    assert sentence in str(caught.value)
    assert ";" in str(caught.value), "a rule and a remedy"


def test_a_parquet_file_lacks_a_column_or_holds_no_text(write: Write) -> None:
    folder = parquet(write({}), symbol=["SPY"], close=[1.5])
    with pytest.raises(SourceError, match="lacks column 'date'"):
        rows(folder)
    broken = pa.array([b"SPY\xe9"], pa.binary()).view(pa.string())
    parquet(folder, symbol=broken, date=["2025-08-18"], close=[1.5])
    with pytest.raises(SourceError, match="not a readable Parquet file"):
        rows(folder)


def test_a_missing_path_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere does not exist; give a price file"):
        rows(tmp_path / "nowhere")


def test_dividends_are_read_from_their_own_files(write: Write) -> None:
    folder = write({"p.csv": CSV, "dividends.csv": "symbol,ex_date,amount\nEZU,2025-06-16,1.23\n"})
    parquet(folder, "dividends_2.parquet", symbol=["SPY"], ex_date=[date(2025, 6, 20)], amount=[1.76])
    found = list(read_dividends([folder]))
    assert [(location, tuple(cells.values())) for location, cells in found] == [
        ("dividends.csv:2", ("EZU", "2025-06-16", "1.23", None)),
        ("dividends_2.parquet:1", ("SPY", "2025-06-20", "1.76", None)),
    ]
    assert all(tuple(cells) == DIVIDEND_FIELDS for _, cells in found)
    (folder / "dividends.csv").write_text("symbol,amount\n", encoding="utf-8")
    with pytest.raises(SourceError, match="lacks column 'ex_date'; such files have symbol, ex_date, amount"):
        list(read_dividends([folder]))


def test_the_embedded_prices_are_readable() -> None:
    found = list(read_prices([ROOT / "seeds" / "prices"]))
    assert {cells["symbol"] for _, cells in found} >= {"SPY", "ITA", "EZU", "BRENT", "VIX", "ECB_EURUSD"}
    assert all(float(cells["close"] or "nan") > 0 for _, cells in found)
