"""The frame of every page: escaped, strict, and closed to the network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from tasks.pages.page import TEMPLATES, environment

BLOCKS = ("title", "kicker", "headline", "dateline", "nav", "colophon", "content")


def page(content: str, **values: object) -> str:
    """A page whose every block is `x`, but for the content."""
    blocks = "".join("{% block " + name + " %}x{% endblock %}" for name in BLOCKS if name != "content")
    source = '{% extends "base.html.j2" %}{% import "parts.html.j2" as parts %}' + blocks
    return environment().from_string(source + "{% block content %}" + content + "{% endblock %}").render(values)


def test_text_is_escaped_wherever_it_stands() -> None:
    hostile = "</style><script>alert(1)</script>\"' onload=x"
    made = page('<p title="{{ text }}">{{ text }}</p>{{ parts.fact(text, text, text, text) }}', text=hostile)
    assert "<script" not in made
    assert made.count("&lt;script&gt;") == 6


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        page("{{ forgotten }}")


def test_the_frame_asks_for_nothing() -> None:
    made = page("")
    assert "default-src 'none'" in made
    assert re.findall(r'(?:src|href)="([^"]*)"', made) == ["data:,", "#content"]
    assert not re.search(r"@import|url\((?!#)", made)


def test_a_figure_holds_both_drawings_and_its_numbers() -> None:
    made = page('{% call parts.figure("a", "WIDE", "NARROW", "Score, in points") %}NUMBERS{% endcall %}')
    assert re.search(r"WIDE.*NARROW.*Score, in points.*<details>.*NUMBERS.*</details>", made, re.DOTALL)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.j2")), ids=lambda path: path.name)
def test_no_template_marks_values_as_safe(path: Path) -> None:
    """`|safe`, `Markup` or an unescaped block would let a headline speak HTML."""
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", path.read_text(encoding="utf-8"))
