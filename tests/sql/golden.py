"""Golden folders: small input tables, one model, and the rows that a person expects of it.

    tests/sql/<schema>/<model>/<case>/
        why.txt              one sentence: the rule that this case shows
        <schema>.<table>.csv the inputs; a column that is left out is null
        params.json          the parameters, where the model binds any
        expect.csv           the expected rows; its header chooses the columns that are compared

Decimals, dates and texts are compared exactly, doubles to 12 digits. `python -m tests.sql.rewrite FOLDER ...` writes
`expect.csv` anew from what the model gives; read the difference before you commit it.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from tasks.storage.models import SQL, Model, create_macros, dictionary, read_model
from tasks.storage.warehouse import MIGRATIONS, Connection

HERE = Path(__file__).resolve().parent
Cells = list[tuple[str, ...]]


def cases() -> list[Path]:
    """Every case folder, in order."""
    return sorted(path.parent for path in HERE.glob("*/*/*/why.txt"))


def case_name(case: Path) -> str:
    """`schema/model/case`."""
    return case.relative_to(HERE).as_posix()


def model_of(case: Path) -> Model:
    """The model that the folder's path names."""
    schema, name = case.parts[-3:-1]
    (path,) = SQL.glob(f"[0-9][0-9]_{schema}/{name}.sql")
    return read_model(path)


@cache
def _raw_types() -> dict[str, dict[str, str]]:
    """Table -> column -> type of everything that the migrations create."""
    with duckdb.connect() as db:
        db.execute("create schema raw")
        for path in sorted(MIGRATIONS.glob("*.sql")):
            db.execute(path.read_text(encoding="utf-8"))
        rows = db.execute(
            "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'raw' order by all"
        ).fetchall()
    types: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        types.setdefault(table, {})[column] = kind
    return types


def types_of(schema: str, table: str) -> dict[str, str]:
    """Column -> type: of raw tables from their migration, of all others from dictionary.csv."""
    if schema == "raw":
        return _raw_types()[table]
    (path,) = SQL.glob(f"[0-9][0-9]_{schema}/{table}.sql")
    columns = list(dictionary()[read_model(path).columns_of])
    extra = 2 if table.endswith("_vintage") else {"history": 1, "provisional": 1, "vintage": 2}.get(schema, 0)
    columns += dictionary()["*"][:extra]
    return {column.name: column.type for column in columns}


def load_inputs(db: Connection, case: Path) -> None:
    """Create the input tables, without `not null`: a case names only the columns that matter to it.

    A table that the model reads and the case does not name is empty.
    """
    given = {path.name.removesuffix(".csv"): path for path in sorted(case.glob("*.*.csv"))}
    read = re.findall(r"(?:from|join)\s+([a-z]+\.[a-z_]+)", model_of(case).body)
    for name in sorted({*given, *read}):
        schema, table = name.split(".")
        db.execute(f"create schema if not exists {schema}")
        _load(db, name, given.get(name), types_of(schema, table))


def _load(db: Connection, table: str, path: Path | None, types: dict[str, str]) -> None:
    db.execute(f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in types.items())})")
    if path is None:
        return
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    unknown = set(header) - set(types)
    assert not unknown, f"{path}: {sorted(unknown)} are no columns of {table}"
    places = ", ".join(f"cast(? as {types[name]})" for name in header)
    names = ", ".join(header)
    for row in rows:
        assert len(row) == len(header), f"{path}: {row} has {len(row)} cells"
        db.execute(f"insert into {table} ({names}) select {places}", [cell if cell != "" else None for cell in row])


def parameters(case: Path) -> dict[str, Any]:
    """The case's parameters: `*_date` as dates, `*_at`, `now` and `ts` as instants in UTC."""
    path = case / "params.json"
    given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, value in given.items():
        if name.endswith("_date"):
            given[name] = date.fromisoformat(value)
        elif name == "now":
            given[name] = datetime.fromisoformat(value)
    return given


def found(case: Path) -> tuple[list[str], Cells]:
    """The compared columns and the rows that the model gives for the case's inputs."""
    model = model_of(case)
    header = expected_header(case)
    types = types_of(model.schema, model.name)
    with duckdb.connect(config={"threads": 1}) as db:
        db.execute("set TimeZone = 'UTC'")
        load_inputs(db, case)
        given = parameters(case)
        body = f"({model.body})"
        if model.write.startswith("macro"):
            create_macros(db)
            db.execute(f"create schema if not exists {model.schema}")
            db.execute(f"create macro {model.table}(ts) as table {model.body}")
            body = f"{model.table}($ts)"
        else:
            given = model.parameters(given)
        cells = ", ".join(f"cast({name} as {types[name]}) as {name}" for name in header)
        rows = db.execute(f"select {cells} from {body}", given).fetchall()
    return header, sorted(tuple(text(cell) for cell in row) for row in rows)


def expected_header(case: Path) -> list[str]:
    """The header of expect.csv."""
    with (case / "expect.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def expected(case: Path) -> tuple[list[str], Cells]:
    """What expect.csv says, in the types of the model's columns."""
    model = model_of(case)
    with duckdb.connect(config={"threads": 1}) as db:
        _load(db, "expect", case / "expect.csv", types_of(model.schema, model.name))
        header = expected_header(case)
        rows = db.execute(f"select {', '.join(header)} from expect").fetchall()
    return header, sorted(tuple(text(cell) for cell in row) for row in rows)


def text(cell: object) -> str:
    """A cell as expect.csv shows it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return format(cell, ".12g")
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell)
