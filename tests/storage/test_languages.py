"""What is set aside as not English: the figures on many titles are printed by benchmarks.languages."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tasks.domain.articles import Article, Rejected
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import RawItem
from tasks.storage.articles import Reading, shape
from tasks.storage.languages import CANDIDATES, CHARACTERS, ENGLISH_BELOW, Verdict, judge_language, other_language

TITLES = Path(__file__).resolve().parents[2] / "benchmarks" / "languages.csv"
FRENCH = "Le gouvernement chute après un vote de défiance"
NOW = datetime(2025, 9, 8, 6, tzinfo=UTC)


def source(language: str) -> Source:
    return Source(source="wire", kind="archive", publisher="W", language=language, terms="own")


def titles() -> list[tuple[str, str]]:
    with TITLES.open(encoding="utf-8", newline="") as file:
        return [(row["language"], row["title"]) for row in csv.DictReader(file)]


def test_hardly_an_english_headline_full_of_names_is_lost_and_most_others_are_found() -> None:
    english = [title for language, title in titles() if language == "en"]
    others = [title for language, title in titles() if language != "en"]
    assert len(english) == 40
    assert len({language for language, _ in titles()}) >= 11
    lost = [title for title in english if other_language(title)]
    assert lost == ["Bundestag backs Zeitenwende budget", "Chișinău votes"]
    assert sum(other_language(title) is not None for title in others) / len(others) > 0.95


@pytest.mark.parametrize(
    "title", [title for language, title in titles() if language in ("ru", "uk", "ar", "zh", "ja", "el")]
)
def test_another_script_is_never_taken_for_english(title: str) -> None:
    found = other_language(title)
    assert found is not None
    assert found.english < ENGLISH_BELOW


def test_the_verdict_is_that_of_the_package_itself() -> None:
    plain = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    plain.set_languages(CANDIDATES)
    for _, title in titles():
        ranked = plain.rank(title)
        likeliest, english = ranked[0][0], dict(ranked)["en"]
        is_other = likeliest != "en" and english < ENGLISH_BELOW
        assert other_language(title) == ((likeliest, pytest.approx(english)) if is_other else None)


@pytest.mark.parametrize("text", ["", " ", "123", "?!", "$4.2bn", "🙂", "\ud83d", "U.S.", "NATO"])
def test_a_text_that_says_nothing_about_its_language_may_be_english(text: str) -> None:
    assert other_language(text) is None


def test_only_the_beginning_counts() -> None:
    lead = "Troops cross the border at dawn. " * (CHARACTERS // 33 + 1)
    assert other_language(lead + FRENCH * 1_000) is None
    assert other_language(f"{FRENCH}. {lead}"[:80]) is not None


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=[]), max_size=80))
def test_any_text_gets_a_verdict(text: str) -> None:
    found = other_language(text)
    assert found is None or (0.0 <= found.english < ENGLISH_BELOW and found.language != "en")


@pytest.mark.parametrize("declared", ["en", "EN", "en-GB", "en-us"])
def test_declared_english_is_believed(declared: str) -> None:
    assert judge_language(declared, FRENCH) == Verdict(declared, "")


def test_another_declared_language_is_believed() -> None:
    language, fault = judge_language("de", "Troops cross the border")
    assert language == "de"
    assert fault == "language 'de'; the lexicon reads English only, give a translation or leave the item out"


@pytest.mark.parametrize(
    ("item_says", "source_says", "is_kept"),
    [("", "", False), ("", "en", True), ("en", "", True), ("en", "fr", True), ("fr", "en", False), ("", "fr", False)],
)
def test_the_item_is_believed_before_its_source(item_says: str, source_says: str, is_kept: bool) -> None:
    sources = {"wire": source(source_says)} if source_says else {}
    fields = {"title": FRENCH, "source": "wire", "language": item_says, "published_at": "2025-08-17"}
    item = shape(RawItem("x", fields, ""), Reading(NOW, sources))
    assert isinstance(item, Article) is is_kept
    if isinstance(item, Rejected):
        assert (item.reason, item.source, item.payload) == ("language", "wire", FRENCH)
