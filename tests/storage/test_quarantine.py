from collections.abc import Sequence

import pytest

from tasks.domain.articles import Rejected
from tasks.domain.run import Run
from tasks.storage.quarantine import first_fault, quarantine
from tasks.storage.warehouse import Connection, open_warehouse


def stored(db: Connection) -> list[tuple[object, ...]]:
    columns = "kind, source, location, reason, message, article_id, payload, quarantined_at, run_id"
    return db.execute(f"select {columns} from raw.quarantine order by location, reason").fetchall()


def item(location: str = "a.md", reason: str = "undated", **others: str) -> Rejected:
    return Rejected(reason, location, others.pop("message", "no date"), others.pop("source", "files"), **others)


def put(run: Run, *batches: Sequence[Rejected]) -> list[tuple[object, ...]]:
    with open_warehouse(run) as db:
        for batch in batches:
            quarantine(db, run, "article", batch)
        return stored(db)


def test_an_item_is_stored_with_all_that_is_known(run: Run) -> None:
    rows = put(run, [item(article_id="n-1", payload="Text.")])
    now = run.now.replace(tzinfo=None)
    assert rows == [("article", "files", "a.md", "undated", "no date", "n-1", "Text.", now, "r1")]


def test_the_same_item_is_stored_once_however_often_it_is_read(run: Run) -> None:
    assert len(put(run, [item(), item()], [item()], [])) == 1


@pytest.mark.parametrize(
    "other",
    [
        item("b.md"),
        item(reason="future_date"),
        item(source="wire"),
        item(article_id="n-1"),
        item(payload="Other."),
    ],
    ids=["place", "reason", "source", "id", "text"],
)
def test_another_item_is_another_row(run: Run, other: Rejected) -> None:
    assert len(put(run, [item(), other])) == 2


def test_a_message_alone_makes_no_new_row(run: Run) -> None:
    # It may tell the time of the run.
    assert len(put(run, [item()], [item(message="no date, seen again")])) == 1


def test_names_and_texts_that_are_no_unicode_are_stored_readably(run: Run) -> None:
    half = "\udcff"  # how Python shows a byte of a file's name that is no UTF-8
    rows = put(run, [item(f"{half}.md", article_id=half, payload=half, message=half, source=half)])
    assert rows[0][:7] == ("article", "\\udcff", "\\udcff.md", "undated", "\\udcff", "\\udcff", "\\udcff")


def test_a_run_that_found_nothing_usable_tells_the_first_fault() -> None:
    assert first_fault([item(), item("b.md")]) == "the first one: a.md: no date"
    assert first_fault([]) == "the input is empty"
