"""Run the SQL under `sql/`: one `select` a file; the header says how it is written, the dictionary what it must be.

Header lines of a model (docs/architecture.md):
    -- write: view | replace | replace session_date | append changed | append changed, keep newest | macro (arguments)
              `, by year`: a range is written in chunks of a year, not of so many articles
    -- grain: one row per (a, b).          the key, enforced by checks and used for history and exports
    -- columns: name                       the dictionary's table, when it is not the file's name
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tasks.domain.errors import WarehouseError
from tasks.domain.run import Window
from tasks.storage.files import ROOT
from tasks.storage.warehouse import Connection, literal, scalar

SQL = ROOT / "sql"
STAMPS = ("as_of_at", "run_id")
"""Given to a row when it is published, so the tables below history do not carry them."""

NOT_A_CHANGE = ("as_of_at", "run_id", "input_hash", "is_removed")
HISTORY_LAYER = 30
APPENDED_LAYERS = (30, 32)
"""History, and what is published provisionally."""

READERS_SCHEMA = "signal"
ARTICLES_PER_CHUNK = 20_000
"""An article becomes some rows on each clock and theme; this many keep a chunk within DuckDB's memory."""

DAYS_PER_CHUNK = 366
"""Of the tables whose rows follow from the sessions, however many articles there are."""

LONGEST_CLOSURE = timedelta(days=4)
"""An article can wait so long for its session that the window's first one has articles of days before the window."""


@dataclass(frozen=True, slots=True)
class Column:
    """One line of `dictionary.csv`."""

    name: str
    type: str
    unit: str
    nullable: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Model:
    """One file under `sql/NN_schema/`."""

    path: Path
    layer: int
    schema: str
    name: str
    write: str
    grain: tuple[str, ...]
    purpose: str
    columns_of: str
    body: str

    @property
    def table(self) -> str:
        """The qualified name."""
        return f"{self.schema}.{self.name}"

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the given parameters that the body binds."""
        wanted = set(re.findall(r"\$([a-z_]+)", self.body))
        return {name: given[name] for name in sorted(wanted)}


@cache
def dictionary(path: Path = SQL / "dictionary.csv") -> dict[str, tuple[Column, ...]]:
    """The column contract: table name -> its columns in order."""
    tables: dict[str, list[Column]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            column = Column(row["column"], row["type"], row["unit"], row["nullable"] == "true", row["comment"])
            tables.setdefault(row["table"], []).append(column)
    return {table: tuple(columns) for table, columns in tables.items()}


def read_model(path: Path) -> Model:
    """Parse one model file.

    Raises:
        WarehouseError: the header lacks its `write` line.
    """
    text = path.read_text(encoding="utf-8")
    header = dict(re.findall(r"^-- (write|grain|purpose|columns): (.+?)\.?$", text, flags=re.MULTILINE))
    if "write" not in header:
        raise WarehouseError(f"{path}: the first line must be `-- write: ...`")
    layer, _, schema = path.parent.name.partition("_")
    grain = re.search(r"\(([a-z_, ]+)\)", header.get("grain", ""))
    body = re.sub(r"^--.*\n", "", text, flags=re.MULTILINE).strip()
    return Model(
        path=path,
        layer=int(layer) if layer.isdigit() else 0,
        schema=schema or "signal",
        name=path.stem,
        write=header["write"],
        grain=tuple(part.strip() for part in grain[1].split(",")) if grain else (),
        purpose=header.get("purpose", ""),
        columns_of=header.get("columns", path.stem),
        body=body,
    )


def models(first_layer: int, last_layer: int, root: Path = SQL) -> list[Model]:
    """The models of a range of folders in build order, which is the order of their sorted paths."""
    paths = sorted(root.glob("[0-9][0-9]_*/*.sql"))
    return [read_model(path) for path in paths if first_layer <= int(path.parent.name[:2]) <= last_layer]


def models_behind(table: str, root: Path = SQL) -> list[Model]:
    """The models that a table is made of, itself last among them, in build order; tables of `raw` are not made."""
    known = {model.table: model for model in models(1, 89, root)}
    wanted, todo = set[str](), [table]
    while todo:
        name = todo.pop()
        if name in known and name not in wanted:
            wanted.add(name)
            todo += re.findall(r"(?:from|join)\s+\(?\s*([a-z_]+\.[a-z_]+)", known[name].body)
    return [model for model in known.values() if model.table in wanted]


def build(
    db: Connection,
    chosen: Iterable[Model],
    parameters: Mapping[str, Any],
    chunks: Sequence[Window] = (),
    tell: Callable[[], None] = lambda: None,
    each: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> dict[str, int]:
    """Write views and tables; return the rows of each table that were written.

    Args:
        db: the warehouse.
        chosen: the models, in build order.
        parameters: what the bodies bind; `from_date` and `to_date` among them when a model replaces sessions.
        chunks: windows that together make the range: a table that replaces sessions is written one after the other,
            so that memory does not grow with the range. Empty = the range at once.
        tell: called after each chunk, for a progress line.
        each: what a table, or a chunk of it, is written within: a transaction, where there is none around all.
    """
    written: dict[str, int] = {}
    kinds = _kinds(db)
    for model in chosen:
        db.execute(f"create schema if not exists {model.schema}")
        _make_way(db, model, kinds.get(model.table))
        if model.write == "view":
            db.execute(f"create or replace view {model.table} as {model.body}")
        elif model.write.startswith("macro"):
            _create_macro(db, model)
        elif model.write.startswith("replace session_date"):
            parts = parts_of(model, chunks)
            for window in [{"from_date": part.from_date, "to_date": part.to_date} for part in parts] or [{}]:
                with each():
                    count = _replace(db, model, {**parameters, **window})
                written[model.name] = written.get(model.name, 0) + count
                tell()
        elif model.write == "replace":
            with each():
                written[model.name] = _replace(db, model, parameters)
        else:
            raise WarehouseError(f"{model.path}: cannot write {model.write!r} here")
        comment(db, model)
    return written


def _kinds(db: Connection) -> dict[str, str]:
    """What stands under each qualified name: a table or a view."""
    rows = db.execute(
        "select table_schema || '.' || table_name, if(table_type = 'VIEW', 'view', 'table') "
        "from information_schema.tables where table_catalog = current_database()"
    ).fetchall()
    return dict(rows)


def _make_way(db: Connection, model: Model, kind: str | None) -> None:
    """Drop what an earlier version wrote under this name as the other kind; it holds nothing that is not built again.

    Raises:
        WarehouseError: it is a table of history.
    """
    wanted = "view" if model.write == "view" else "table"
    if kind in (None, wanted) or model.write.startswith("macro"):
        return
    if kind == "table" and model.layer >= HISTORY_LAYER:
        raise WarehouseError(f"{model.table} is a table of history, the model a view; add a migration to sql/00_raw")
    db.execute(f"drop {kind} {model.table}")


def chunks_of(db: Connection, window: Window, articles_per_chunk: int = ARTICLES_PER_CHUNK) -> list[Window]:
    """The window cut so that a chunk holds about as many articles; days of more news hold several times as many."""
    count = scalar(
        db,
        "select count(*) from raw.article where available_at between $first and $last",
        {"first": window.from_date - LONGEST_CLOSURE, "last": window.to_date + timedelta(days=1)},
    )
    return window.chunks(math.ceil(count / articles_per_chunk))


def parts_of(model: Model, chunks: Sequence[Window]) -> Sequence[Window]:
    """The windows in which a model of sessions is written: the chunks, or `by year` the years of what they cover."""
    if not chunks or not model.write.endswith("by year"):
        return chunks
    whole = Window(chunks[0].from_date, chunks[-1].to_date)
    return whole.chunks(math.ceil(whole.days / DAYS_PER_CHUNK))


def create_macros(db: Connection, root: Path = SQL) -> None:
    """The scalar macros under `sql/macros`, created in schema main so that a reader calls them by name alone."""
    for path in sorted((root / "macros").glob("*.sql")):
        model = read_model(path)
        arguments = model.write.removeprefix("macro").strip()
        db.execute(f"create or replace macro {model.name}{arguments} as ({model.body})")


def append_changed(db: Connection, model: Model, parameters: Mapping[str, Any]) -> int:
    """Append the rows that are new, differ from their newest version, or vanished; return how many.

    A row differs when any column but the stamps and input_hash does, DOUBLEs after rounding to 6 decimals.
    """
    columns = dictionary()[model.columns_of]
    _create_table(db, model, [*columns, *dictionary()["*"][:1]])
    keys = ", ".join(model.grain)
    compared = [_compared(column) for column in columns if column.name not in NOT_A_CHANGE]
    left, right = (", ".join(text.format(side=side) for text in compared) for side in ("f", "n"))
    names = ", ".join(column.name for column in columns)
    stamps = {name: f"${name} as {name}" for name in STAMPS}
    fresh = ", ".join(stamps.get(column.name, f"f.{column.name}") for column in columns)
    gone = ", ".join(stamps.get(column.name, f"n.{column.name}") for column in columns)
    sql = f"""
        insert into {model.table} ({names}, is_removed)
        with fresh as ({_cast_select(model)}),
        newest as materialized (  -- before the first row is inserted
            select * from {model.table} where session_date between $from_date and $to_date
            qualify row_number() over (partition by {keys} order by as_of_at desc) = 1
        )
        select {fresh}, false as is_removed from fresh as f left join newest as n using ({keys})
        where n.run_id is null or n.is_removed or ({left}) is distinct from ({right})
        union all
        select {gone}, true from newest as n anti join fresh as f using ({keys}) where not n.is_removed
    """
    bound = {name: parameters[name] for name in ("from_date", "to_date", *STAMPS)}
    row = db.execute(sql, bound).fetchone()
    if model.write.endswith("keep newest"):
        _keep_newest(db, model)
    return int(row[0]) if row else 0


def _keep_newest(db: Connection, model: Model) -> None:
    """Delete versions that another one replaced, and the marks of rows that vanished."""
    matching = " and ".join(f"t.{name} = n.{name}" for name in model.grain)
    db.execute(
        f"delete from {model.table} as t using "
        f"(select {', '.join(model.grain)}, max(as_of_at) as as_of_at from {model.table} group by all) as n "
        f"where {matching} and (t.as_of_at < n.as_of_at or t.is_removed)"
    )


def _compared(column: Column) -> str:
    return f"round({{side}}.{column.name}, 6)" if column.type == "double" else f"{{side}}.{column.name}"


def _working_columns(model: Model) -> list[Column]:
    return [column for column in dictionary()[model.columns_of] if column.name not in STAMPS]


def _cast_select(model: Model) -> str:
    cells = ", ".join(f"cast({column.name} as {column.type}) as {column.name}" for column in _working_columns(model))
    return f"select {cells} from ({model.body})"


def _replace(db: Connection, model: Model, parameters: Mapping[str, Any]) -> int:
    _create_table(db, model, _working_columns(model))
    if model.write.startswith("replace session_date"):
        window = {name: parameters[name] for name in ("from_date", "to_date")}
        db.execute(f"delete from {model.table} where session_date between $from_date and $to_date", window)
    else:
        db.execute(f"delete from {model.table}")
    sql = f"insert into {model.table} by name {_cast_select(model)}"
    row = db.execute(sql, model.parameters(parameters)).fetchone()
    return int(row[0]) if row else 0


def _create_table(db: Connection, model: Model, columns: Sequence[Column]) -> None:
    cells = ", ".join(f"{c.name} {c.type}{'' if c.nullable else ' not null'}" for c in columns)
    db.execute(f"create schema if not exists {model.schema}")
    db.execute(f"create table if not exists {model.table} ({cells})")
    known = [row[0] for row in db.execute(f"describe {model.table}").fetchall()]
    if known != [column.name for column in columns]:
        if model.layer >= HISTORY_LAYER:
            raise WarehouseError(f"{model.table} has other columns than dictionary.csv; add a migration to sql/00_raw")
        db.execute(f"drop table {model.table}")  # a working table holds nothing that cannot be built again
        db.execute(f"create table {model.table} ({cells})")


def _create_macro(db: Connection, model: Model) -> None:
    arguments = model.write.removeprefix("macro").strip()
    db.execute(f"create or replace macro {model.table}{arguments} as table {model.body}")


def comment(db: Connection, model: Model) -> None:
    """Write a model's purpose and its columns' meanings into the database, where a reader finds them."""
    if model.write.startswith("macro"):
        db.execute(f"comment on macro table {model.table} is {literal(model.purpose)}")
        return
    kind = "view" if model.write == "view" else "table"
    db.execute(f"comment on {kind} {model.table} is {literal(model.purpose)}")
    if kind == "view" and model.schema != READERS_SCHEMA:
        return  # a comment binds the whole view anew; those between history and the readers' views are not read
    known = {column.name: column for column in (*dictionary()["*"], *dictionary().get(model.columns_of, ()))}
    for name, *_ in db.execute(f"describe {model.table}").fetchall():
        if name in known:
            text = f"{known[name].comment} [{known[name].unit}]"
            db.execute(f"comment on column {model.table}.{name} is {literal(text)}")
