"""What the report asks of a published file: one query a table under `sql/report`, rows as dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.storage.models import SQL
from tasks.storage.warehouse import Connection

Row = dict[str, Any]


def ask(db: Connection, name: str, given: Mapping[str, Any]) -> list[Row]:
    """The rows of `sql/report/<name>.sql`, in its order; it binds those of the given parameters that it names.

    Raises:
        FileNotFoundError: there is no such query.
    """
    body = (SQL / "report" / f"{name}.sql").read_text(encoding="utf-8")
    result = db.execute(body, {key: value for key, value in given.items() if f"${key}" in body})
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
