"""docs/sources.md says of every feed what it gives, and the entries of sources.yaml are what a user may rely on."""

import re

from tasks.storage.files import ROOT
from tasks.storage.live import READERS
from tasks.storage.seeds import load_taxonomy

PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
LIVE = [source for source in load_taxonomy(ROOT / "seeds").sources if source.kind == "live"]


def test_every_feed_stands_on_the_page_with_its_tier_and_terms() -> None:
    rows = {
        row[0]: row[1:] for row in re.findall(r"^\| `(\w+)` \| (\d) \| .* \| \[(.*)\]\((.*)\) \|$", PAGE, re.MULTILINE)
    }
    feeds = {one.source: (str(one.tier), one.publisher, one.terms) for one in LIVE if one.format == "rss"}
    assert rows == feeds
    assert len(feeds) >= 20


def test_a_feed_that_is_off_says_why() -> None:
    text = (ROOT / "seeds" / "sources.yaml").read_text(encoding="utf-8")
    for one in LIVE:
        if one.format == "rss" and not one.enabled:
            assert re.search(rf"^{one.source}:\n(  .*\n)*?  enabled: false # \w+", text, re.MULTILINE)
            assert re.search(rf"^\| `{one.source}` .* off: ", PAGE, re.MULTILINE)


def test_every_format_has_its_reader() -> None:
    assert {one.format for one in LIVE} == set(READERS)


def test_feeds_are_asked_encrypted_and_without_keys() -> None:
    assert [one.source for one in LIVE if not (one.feed or "").startswith("https://")] == []
    assert [one.source for one in LIVE if re.search(r"(?i)key=|token=|@", one.feed or "")] == []


def test_the_example_of_the_page_is_an_entry() -> None:
    from tasks.domain.taxonomy import Source

    block = PAGE.split("### Add one")[1].split("\n\n")[1]
    fields = dict(re.findall(r"^      (\w+): \"?(.*?)\"?\s*(?:#.*)?$", block, re.MULTILINE))
    entry = Source.model_validate({"source": "my_wire", **fields})
    assert (entry.strip_title_suffix, entry.zone, entry.enabled) == (" | Wire", "Europe/Berlin", True)
    assert set(fields) >= {"feed", "format", "tier", "cadence_minutes", "terms"}


def test_every_outcome_is_explained() -> None:
    import typing

    from tasks.domain.errors import FetchReason
    from tasks.storage.fetches import DISABLED
    from tasks.storage.live import GOOD

    for outcome in (*GOOD, DISABLED, "unreadable", *typing.get_args(FetchReason)):
        assert f"| `{outcome}` | " in PAGE
