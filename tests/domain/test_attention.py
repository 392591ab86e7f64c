from datetime import date

import pytest

from tasks.domain.attention import correlation, means_by, names_force, without_weekdays


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Missiles over the delta", True),
        ("Sanctions bite", True),
        ("Truce holds by the lake", True),
        ("Nuclear test under the ice", True),
        ("Nuclear plant to be built by the lake", False),
        ("Air strikes at dawn", True),
        ("Air fares at a record", False),
        ("A warm welcome for troupes", False),
        ("", False),
    ],
)
def test_names_force(title: str, expected: bool) -> None:
    assert names_force(title) is expected


def test_means_by_leaves_thin_periods_out() -> None:
    values = [(date(2020, 1, 1), 1.0), (date(2020, 1, 31), 0.0), (date(2020, 2, 1), 1.0)]
    assert means_by(values, 7, at_least=2) == {"2020-01": 0.5}
    assert means_by(values, 10, at_least=1) == {"2020-01-01": 1.0, "2020-01-31": 0.0, "2020-02-01": 1.0}


def test_correlation_over_common_periods() -> None:
    r, count = correlation({"a": 1.0, "b": 2.0, "c": 9.0}, {"a": 2.0, "b": 4.0, "d": 1.0})
    assert (r, count) == (pytest.approx(1.0), 2)


def test_weekday_means_are_taken_out() -> None:
    # 6 and 13 January 2020 are Mondays, the 7th is a Tuesday.
    assert without_weekdays({"2020-01-06": 1.0, "2020-01-13": 3.0, "2020-01-07": 5.0}) == {
        "2020-01-06": -1.0,
        "2020-01-13": 1.0,
        "2020-01-07": 0.0,
    }
