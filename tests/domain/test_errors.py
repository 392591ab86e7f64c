import pytest

from tasks.domain.availability import StampError
from tasks.domain.errors import (
    CheckFailedError,
    ConfigError,
    GeoriskError,
    SeedError,
    SourceError,
    WarehouseError,
    WriterBusyError,
)


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (ConfigError, GeoriskError),
        (SeedError, ConfigError),
        (SourceError, GeoriskError),
        (WarehouseError, GeoriskError),
        (WriterBusyError, WarehouseError),
        (CheckFailedError, GeoriskError),
    ],
)
def test_one_short_tree(error: type[Exception], base: type[Exception]) -> None:
    assert error.__bases__ == (base,)


@pytest.mark.parametrize(("line", "where"), [(7, "seeds/lexicon.csv:7"), (None, "seeds/lexicon.csv")])
def test_a_seed_error_says_where_what_and_what_to_do(line: int | None, where: str) -> None:
    error = SeedError("seeds/lexicon.csv", line, "tone = '9': too large", "mend tone")
    assert str(error) == f"{where}: tone = '9': too large; mend tone"
    assert (error.file, error.line, error.rule, error.remedy) == (
        "seeds/lexicon.csv",
        line,
        "tone = '9': too large",
        "mend tone",
    )


def test_a_bad_stamp_is_a_fault_of_an_item_not_of_the_run() -> None:
    assert not issubclass(StampError, GeoriskError)
    assert (StampError("undated", "no date").reason, str(StampError("undated", "no date"))) == ("undated", "no date")
