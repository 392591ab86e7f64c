"""What a news item is: sections of text, where it came from, and when it was available."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

SectionName = Literal["title", "summary", "body", "background", "analysis"]
Precision = Literal["second", "minute", "day"]
SourceKind = Literal["live", "archive"]


@dataclass(frozen=True, slots=True)
class Section:
    """One run of text of an article under the name that decides its weight."""

    name: SectionName
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """A readable item. `sections` starts with the title; all instants are UTC and aware.

    `published_at` is None only outside the warehouse (`score_articles` scores undated text). `location`, where it was
    read, is no part of what it is. `gdelt_tone` is GDELT's tone of the page, in per cent of its words, -100 ... 100.
    """

    article_id: str
    source: str
    url: str | None
    language: str
    sections: tuple[Section, ...]
    published_at: datetime | None
    precision: Precision
    first_seen_at: datetime | None
    available_at: datetime | None
    content_hash: str
    location: str = field(default="", compare=False)
    gdelt_tone: Decimal | None = None

    @property
    def title(self) -> str:
        """The text of the title section, empty when there is none."""
        return self.sections[0].text if self.sections and self.sections[0].name == "title" else ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item that cannot become an `Article`: what, where, which rule, what to do."""

    reason: str
    location: str
    message: str
    source: str
    article_id: str | None = None
    payload: str = ""
    published_at: datetime | None = None
