from pathlib import Path

import pytest

from tests.sql.golden import case_name, cases, expected, found


@pytest.mark.parametrize("case", cases(), ids=case_name)
def test_model_gives_the_expected_rows(case: Path) -> None:
    why = (case / "why.txt").read_text(encoding="utf-8").strip()
    assert found(case) == expected(case), why


def test_every_case_says_why() -> None:
    assert all((case / "why.txt").read_text(encoding="utf-8").strip() for case in cases())
    folders = {path.parent for path in Path(__file__).parent.glob("*/*/*/expect.csv")}
    assert folders == set(cases())
