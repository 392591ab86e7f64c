import logging

import pytest

from tasks.storage.progress import Progress

LOG = logging.getLogger("test.progress")


def test_a_short_step_stays_silent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    progress = Progress(LOG, "scored", "articles", 100)
    for _ in range(100):
        progress.advance(1)
    assert caplog.messages == []


def test_a_long_step_tells_how_far_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    progress = Progress(LOG, "scored", "articles", 200_000, every=0.0)
    progress.advance(0)
    progress.advance(40_000)
    progress.advance(160_000)
    assert caplog.messages[0] == "scored 0 of 200,000 articles, 0 s left"
    assert caplog.messages[1].startswith("scored 40,000 of 200,000 articles, ")
    assert caplog.messages[2] == "scored 200,000 of 200,000 articles, 0 s left"


def test_a_step_that_does_not_know_its_end_tells_what_is_done(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Progress(LOG, "read", "articles", None, every=0.0).advance(1_500)
    assert caplog.messages == ["read 1,500 articles"]
