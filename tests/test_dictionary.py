"""`sql/dictionary.csv` is the column contract: what it says is what models give and readers find."""

import csv
import re
from collections.abc import Iterator
from itertools import pairwise

import duckdb
import pytest

from tasks.storage.exports import EXPORTS
from tasks.storage.models import SQL, STAMPS, Model, dictionary, models
from tasks.storage.warehouse import MIGRATIONS
from tests.pipeline import Pipeline, query

MODELS = models(1, 89)
APART = ("incoming", "research")
STANDING = [model for model in MODELS if model.schema not in APART and not model.write.startswith("macro")]
"""Tables and views that stand after a run; those of `incoming` are made over rows that are deleted after reading, and
those of `research` by another command (tests/validation)."""

BY_TABLE = {model.table: model for model in MODELS}
COLUMNS = list(csv.DictReader((SQL / "dictionary.csv").read_text(encoding="utf-8").splitlines()))
SUFFIXES = {
    "_at": "timestamp", "_date": "date", "_count": "bigint", "_share": "double", "_return": "double",
    "is_": "boolean", "has_": "boolean",
}  # fmt: skip
EXACT_SHARES = {("voice", "voice_share")}


def model_id(model: Model) -> str:
    return model.table


def test_every_line_has_six_cells() -> None:
    with (SQL / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        wrong = [(number, row) for number, row in enumerate(csv.reader(file), start=1) if len(row) != 6]
    assert wrong == [], "a comment with a comma stands in quotes"


def test_every_column_has_unit_and_comment_and_stands_once() -> None:
    assert [row for row in COLUMNS if not (row["unit"].strip() and row["comment"].strip())] == []
    assert {row["nullable"] for row in COLUMNS} == {"true", "false"}
    keys = [(row["table"], row["column"]) for row in COLUMNS]
    assert len(set(keys)) == len(keys)


def test_a_suffix_says_the_type() -> None:
    wrong = [
        (row["table"], row["column"], row["type"])
        for row in COLUMNS
        for mark, kind in SUFFIXES.items()
        if (row["column"].startswith(mark) if mark.endswith("_") else row["column"].endswith(mark))
        and row["type"] != kind
        and (row["table"], row["column"]) not in EXACT_SHARES
    ]
    assert wrong == []


def test_every_table_of_the_dictionary_exists() -> None:
    raw = set(
        re.findall(r"create table raw\.([a-z_]+)", "".join(path.read_text() for path in MIGRATIONS.glob("*.sql")))
    )
    assert set(dictionary()) - {"*"} <= {model.columns_of for model in MODELS} | raw


@pytest.mark.parametrize("model", MODELS, ids=model_id)
def test_a_model_says_how_it_is_written_its_grain_purpose_and_limits(model: Model) -> None:
    head = model.path.read_text(encoding="utf-8").split("\nwith ")[0].split("\nselect")[0]
    for line in ("-- write: ", "-- grain: ", "-- purpose: ", "-- limits: "):
        assert f"\n{line}" in f"\n{head}", f"{model.path.name} lacks its {line.strip('- :')} line"
    assert model.grain, "the grain names its columns in brackets"
    assert model.columns_of in dictionary()
    known = {column.name for column in (*dictionary()[model.columns_of], *dictionary()["*"])}
    assert set(model.grain) <= known


@pytest.mark.parametrize("model", STANDING, ids=model_id)
def test_a_model_gives_the_columns_of_the_dictionary(demo: Pipeline, model: Model) -> None:
    declared = [(column.name, column.type) for column in dictionary()[model.columns_of]]
    of_schema = {"history": 1, "provisional": 1, "vintage": 2}
    extra = of_schema.get(model.schema, 2 if model.name.endswith("_vintage") else 0)
    if model.layer < 30:
        declared = [(name, kind) for name, kind in declared if name not in STAMPS]
    declared += [(column.name, column.type) for column in dictionary()["*"][:extra]]
    found = [(name, kind.lower().replace(",", ", ")) for name, kind, *_ in demo.rows(f"describe {model.table}")]
    assert [(name, kind.replace(", ", ",").replace(",", ", ")) for name, kind in declared] == found


@pytest.mark.parametrize("model", [model for model in MODELS if model.write.startswith("macro")], ids=model_id)
def test_an_as_known_macro_gives_the_columns_of_its_table(demo: Pipeline, model: Model) -> None:
    table = model.name.removesuffix("_as_known")
    signals = demo.home.published / "signals.duckdb"
    as_known = query(signals, f"describe from {model.table}('2025-09-08T06:00Z')")
    assert [row[:2] for row in as_known] == [row[:2] for row in query(signals, f"describe signal.{table}")]


def test_every_public_column_carries_its_comment(demo: Pipeline) -> None:
    signals = demo.home.published / "signals.duckdb"
    bare = query(signals, "select view_name from duckdb_views() where schema_name = 'signal' and comment is null")
    assert bare == []
    columns = query(
        signals,
        "select c.table_name, c.column_name, c.comment from duckdb_columns() as c inner join duckdb_views() as v "
        "on c.table_name = v.view_name and c.schema_name = v.schema_name where c.schema_name = 'signal' order by all",
    )
    assert len(columns) > 200
    assert [row for row in columns if not row[2]] == []


def test_the_exported_dictionary_describes_every_export(demo: Pipeline) -> None:
    folder = demo.home.published / "exports"
    described: dict[str, list[str]] = {}
    with (folder / "data_dictionary.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            described.setdefault(row["table"], []).append(row["column"])
    for table in EXPORTS:
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == described[table]


@pytest.mark.parametrize("table", EXPORTS)
def test_exports_are_ordered_by_a_unique_key(demo: Pipeline, table: str) -> None:
    grain = BY_TABLE[f"signal.{table}"].grain
    with (demo.home.published / "exports" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        keys = [
            tuple(int(row[name]) if name.endswith("_no") else row[name] for name in grain)
            for row in csv.DictReader(file)
        ]
    assert all(one < other for one, other in pairwise(keys))


@pytest.mark.parametrize("model", STANDING, ids=model_id)
def test_the_grain_is_unique_and_not_null(demo: Pipeline, model: Model) -> None:
    keys = ", ".join(model.grain)
    assert demo.rows(f"select {keys} from {model.table} group by {keys} having count(*) > 1 limit 3") == []
    missing = " or ".join(f"{name} is null" for name in model.grain)
    assert demo.rows(f"select {keys} from {model.table} where {missing} limit 3") == []


def references(model: Model) -> Iterator[str]:
    """Every `schema.table` that the body reads."""
    body = re.sub(r"--.*", "", model.body)
    yield from re.findall(r"(?:from|join)\s+\(?\s*([a-z_]+\.[a-z_]+)", body)


@pytest.mark.parametrize("model", MODELS, ids=model_id)
def test_a_model_reads_only_lower_numbered_folders(model: Model) -> None:
    for table in references(model):
        if not table.startswith("raw."):
            assert table in BY_TABLE, f"{model.table} reads {table}, which no file makes"
            assert BY_TABLE[table].layer < model.layer, f"{model.table} reads {table}"


def aggregates(body: str) -> Iterator[tuple[str, str, str]]:
    """(name, argument, what follows) of every aggregate whose value may depend on the order of its rows."""
    for match in re.finditer(r"\b(sum|avg|stddev\w*|var_\w+|covar_\w+|corr|regr_slope)\(", body):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(body[end], 0)
            end += 1
        yield match[1], body[match.end() : end - 1], body[end:].lstrip()


@pytest.mark.parametrize("model", [model for model in MODELS if model.layer < 50], ids=model_id)
def test_a_sum_of_doubles_has_an_order(model: Model) -> None:
    """The last digits of a sum of DOUBLEs depend on its order, so on threads: sum DECIMALs, or a frame in order."""
    body = re.sub(r"--.*", "", model.body)
    doubles = {row["column"] for row in COLUMNS if row["type"] == "double"}
    if model.name == "article_theme":
        return  # sums scores of raw.sentence, which are DECIMAL there
    for name, argument, rest in aggregates(body):
        is_exact = name == "sum" and ("cast(" in argument or not doubles & set(re.findall(r"[a-z_]+", argument)))
        window = re.match(r"over (\w+|\([^()]*\))", rest)
        named = re.search(rf"\b{window[1]} as (\([^()]*\))", body) if window and window[1][0] != "(" else window
        assert is_exact or (named and "order by" in named[1]), f"{model.table}: {name}({argument})"


def test_the_migrations_hold_the_only_create_table() -> None:
    makers = [
        path.relative_to(SQL).as_posix()
        for path in SQL.rglob("*.sql")
        if re.search(r"\bcreate\b|\binsert\b|\bdelete\b|\bupdate\b|\bdrop\b", re.sub(r"--.*", "", path.read_text()))
        and path.parent != MIGRATIONS
    ]
    assert makers == []


def test_duckdb_reads_every_file() -> None:
    with duckdb.connect() as db:
        for path in SQL.rglob("*.sql"):
            assert len(db.extract_statements(path.read_text(encoding="utf-8"))) >= 1
