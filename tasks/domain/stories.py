"""Stories: items that tell the same event once more. Looks only backwards, so a later copy changes nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MEMORY = timedelta(days=7)
"""A text that comes back after a longer silence is a new story (METHOD §3: novelty looks back 7 days)."""

_NOT_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Telling:
    """What decides an item's story: its identity, when it was available, and the fingerprint of its text."""

    article_id: str
    available_at: datetime
    fingerprint: str


def fingerprint(text: str) -> str:
    """A hash of the words alone, so that case, spacing, quotes and punctuation do not part two copies."""
    words = _NOT_WORD.sub(" ", text.casefold()).strip()
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def story_ids(tellings: Iterable[Telling]) -> dict[str, str]:
    """Map `article_id` to `story_id`, the article_id of the story's first telling.

    An item joins the story of the last item with the same fingerprint if that was available at most `MEMORY`
    before it. Ties in time go by article_id, so the input's order never matters.
    """
    last_told: dict[str, tuple[datetime, str]] = {}
    stories: dict[str, str] = {}
    for telling in sorted(tellings, key=lambda item: (item.available_at, item.article_id)):
        before = last_told.get(telling.fingerprint)
        known = before is not None and telling.available_at - before[0] <= MEMORY
        story_id = before[1] if before is not None and known else telling.article_id
        last_told[telling.fingerprint] = (telling.available_at, story_id)
        stories[telling.article_id] = story_id
    return stories
