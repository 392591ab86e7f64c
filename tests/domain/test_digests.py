import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.articles import Article, Section
from tasks.domain.digests import parse_sections

DIGEST = """Guarantees discussed

News Summary
Allies spoke of guarantees. They agreed on little.

Background:
The war began in 2022.

In-Depth AI Insights
What does it mean? - Less risk. - More orders.
"""


def split(text: str, title: str | None = None) -> list[tuple[str, str]]:
    return [(section.name, section.text) for section in parse_sections(text, title)]


def test_a_digest_is_split_at_its_headings() -> None:
    assert split(DIGEST) == [
        ("title", "Guarantees discussed"),
        ("summary", "Allies spoke of guarantees. They agreed on little."),
        ("background", "The war began in 2022."),
        ("analysis", "What does it mean?\n- Less risk.\n- More orders."),
    ]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_make_no_difference(ends: str) -> None:
    assert split(DIGEST.replace("\n", ends)) == split(DIGEST)


@pytest.mark.parametrize(
    "heading",
    [
        "News Summary",
        "NEWS SUMMARY:",
        "## News Summary",
        "### news summary ##",
        "  Summary  ",
        "##Summary",
        "Summary :",
    ],
)
def test_a_heading_may_be_written_in_many_ways(heading: str) -> None:
    assert split(f"One.\n{heading}\nTwo.", "T") == [("title", "T"), ("body", "One."), ("summary", "Two.")]


@pytest.mark.parametrize(
    "line", ["Summary of the day", "The news summary", "Background: the war", "- Summary", "", "Summary:: x"]
)
def test_a_line_with_more_words_is_text(line: str) -> None:
    assert [name for name, _ in split(f"One.\n{line}\nTwo.", "T")] == ["title", "body"]


def test_text_goes_on_under_the_same_name_after_a_repeated_heading() -> None:
    text = "Summary\nOne.\nBackground\nTwo.\nSummary\nThree."
    assert split(text, "") == [("summary", "One."), ("background", "Two."), ("summary", "Three.")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A strike #\nText.", [("title", "A strike"), ("body", "Text.")]),
        ("\n\n   ## A strike\nText.", [("title", "A strike"), ("body", "Text.")]),
        ("A strike\n\nText.", [("title", "A strike"), ("body", "Text.")]),
        ("A strike\nSummary\nText.", [("title", "A strike"), ("summary", "Text.")]),
        ("A strike", [("title", "A strike")]),
        ("A first sentence.\nA second one.", [("body", "A first sentence.\nA second one.")]),
        ("Summary\nText.", [("summary", "Text.")]),
        ("# Summary\nText.", [("summary", "Text.")]),
        ("#hashtag\nText.", [("body", "#hashtag\nText.")]),
        ("    # code\nText.", [("body", "# code\nText.")]),
        ("####### seven\nText.", [("body", "####### seven\nText.")]),
        ("# #\nText.", [("body", "# #\nText.")]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_the_title_is_a_heading_or_a_first_line_that_stands_alone(text: str, expected: list[tuple[str, str]]) -> None:
    assert split(text) == expected


def test_a_given_title_is_trimmed_and_the_text_keeps_its_first_line() -> None:
    assert split("A line\n\nText.", "  Given ") == [("title", "Given"), ("body", "A line\n\nText.")]


def test_an_empty_given_title_makes_no_section() -> None:
    assert split("Text.", " ") == [("body", "Text.")]


def test_other_markdown_headings_lose_their_marks_and_stay_text() -> None:
    assert split("One.\n\n## What next? ##\nTwo.", "T")[1] == ("body", "One.\n\nWhat next?\nTwo.")


def test_bullets_are_parted_in_an_analysis_only() -> None:
    run_on = "Why? - “Because.” - So (yes.) - end. -not. a - b"
    assert split(f"Analysis\n{run_on}", "") == [("analysis", "Why?\n- “Because.”\n- So (yes.)\n- end. -not. a - b")]
    assert split(run_on, "") == [("body", run_on)]


@pytest.mark.parametrize("line", ["x{}y", "# a{}b", "#{}", "# x{}#{}y"])
def test_a_long_run_of_blanks_costs_no_time(line: str) -> None:
    # Patterns that end in optional blanks took minutes here.
    start = time.process_time()
    parse_sections(line.replace("{}", " \t" * 10_000), "")
    assert time.process_time() - start < 1.0


lines = st.lists(
    st.sampled_from(
        ["Summary", "## Background", "In-Depth AI Insights:", "", "  ", "A strike.", "# Next", "- no? - yes"]
    ),
    max_size=12,
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(lines, st.sampled_from([None, "", "A title"]))
def test_no_section_is_empty_and_no_word_is_lost(lines: list[str], title: str | None) -> None:
    sections = parse_sections("\n".join(lines), title)
    assert all(section.text.strip() == section.text != "" for section in sections)
    assert [section.name for section in sections[1:]].count("title") == 0
    told = " ".join(section.text for section in sections).split()
    assert told.count("strike.") == lines.count("A strike.")
    assert told.count("yes") == lines.count("- no? - yes")


def test_the_title_of_an_article_is_its_title_section() -> None:
    def article(*sections: Section) -> Article:
        return Article("a", "s", None, "en", sections, None, "day", None, None, "")

    assert article(Section("title", "T"), Section("body", "B")).title == "T"
    assert article(Section("body", "B")).title == ""
    assert article().title == ""
