"""Where rejected input goes: one row an item, stored once however often it is read again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tasks.domain.articles import Rejected
from tasks.domain.run import Run
from tasks.storage.warehouse import Connection, insert_rows, naive_utc

_COLUMNS = (
    "quarantine_id", "kind", "source", "location", "reason", "message", "article_id", "payload", "published_at",
    "quarantined_at", "run_id",
)  # fmt: skip


def quarantine(db: Connection, run: Run, kind: str, rejected: Sequence[Rejected]) -> None:
    """Store the rejected items (`kind` article or price) that are not stored yet."""
    rows = []
    for item in rejected:
        identity = "\n".join((kind, item.source, item.location, item.reason, item.article_id or "", item.payload))
        digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        rows.append(
            (digest, kind, storable(item.source), storable(item.location), item.reason, storable(item.message),
             item.article_id and storable(item.article_id), storable(item.payload),
             naive_utc(item.published_at) if item.published_at else None, naive_utc(run.now), run.run_id)
        )  # fmt: skip
    db.execute("create or replace temp table rejected as from raw.quarantine limit 0")
    insert_rows(db, "rejected", _COLUMNS, rows)
    db.execute(
        "insert into raw.quarantine by name select distinct on (quarantine_id) * from rejected "
        "where quarantine_id not in (select quarantine_id from raw.quarantine) order by quarantine_id, message"
    )
    db.execute("drop table rejected")


def first_fault(rejected: Sequence[Rejected]) -> str:
    """For the sentence of a run that found nothing usable: where and why, or that there was nothing at all."""
    return f"the first one: {rejected[0].location}: {rejected[0].message}" if rejected else "the input is empty"


def storable(text: str) -> str:
    """The text as UTF-8 can hold it: a file's name may carry bytes that are none."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
