"""Embedded articles read as a person would read them: the sign, and roughly the size, with the reason beside it."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from tasks.domain.digests import parse_sections
from tasks.domain.scoring import ArticleScore, Scorer
from tasks.storage.articles import split_front_matter
from tasks.storage.files import ROOT
from tasks.storage.score_chunks import make_scorer
from tasks.storage.seeds import load_taxonomy

READINGS = list(csv.DictReader((Path(__file__).parent / "readings.csv").read_text(encoding="utf-8").splitlines()))


@cache
def scored(article_id: str) -> ArticleScore:
    text = (ROOT / "seeds" / "articles" / f"{article_id}.md").read_text(encoding="utf-8")
    fields, body = split_front_matter(text)
    return scorer().score(parse_sections(body, fields["title"]))


@cache
def scorer() -> Scorer:
    return make_scorer(load_taxonomy(ROOT / "seeds"))


@pytest.mark.parametrize("reading", READINGS, ids=[f"{row['article_id']}-{row['theme']}" for row in READINGS])
def test_an_article_is_read_as_a_person_reads_it(reading: dict[str, str]) -> None:
    """Never the other sign, and inside the band."""
    axis = scored(reading["article_id"]).axes[reading["theme"]]
    assert axis.direction * int(reading["direction"]) >= 0, (axis.risk_score, reading["reason"])
    assert float(reading["low"]) <= axis.risk_score <= float(reading["high"]), reading["reason"]
