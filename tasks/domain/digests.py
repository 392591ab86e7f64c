"""The layouts that article text comes in: plain text, Markdown, and news digests with named sections.

A digest names its sections on lines of their own: `News Summary`, `Background`, `In-Depth AI Insights`
(questions followed by ` - ` bullets). Markdown headings of the same names are read alike.
"""

from __future__ import annotations

import re

from tasks.domain.articles import Section, SectionName

_SECTION_OF: dict[str, SectionName] = {
    "news summary": "summary",
    "summary": "summary",
    "background": "background",
    "in-depth ai insights": "analysis",
    "analysis": "analysis",
}
_BULLET = re.compile(r"(?<=[.?!”\"'’)]) - (?=\S)")


def parse_sections(text: str, title: str | None) -> tuple[Section, ...]:
    """Split an article's text into sections, the title first.

    Args:
        text: the text without front matter, any line ends.
        title: the title where it is given apart; None takes it from a leading Markdown heading, or from a first
            line that stands alone.

    Returns:
        Sections with text, never empty ones; no section at all when there is no text and no title.
    """
    if not text.strip():  # a headline alone, as in most large files
        return (Section("title", title.strip()),) if title and title.strip() else ()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if title is None:
        title, lines = _take_title(lines)
    sections: list[Section] = [Section("title", title.strip())] if title.strip() else []
    name: SectionName = "body"
    block: list[str] = []
    for line in [*lines, None]:
        heading = _section_name(line) if line is not None else None
        if line is not None and heading is None:
            block.append(line)
            continue
        body = _tidy(block, bullets=name == "analysis")
        if body:
            sections.append(Section(name, body))
        block, name = [], heading or name
    return tuple(sections)


def _section_name(line: str) -> SectionName | None:
    name = line.strip().lstrip("#").rstrip("#").strip().removesuffix(":").strip()
    return _SECTION_OF.get(name.casefold())


def _heading_text(line: str) -> str | None:
    """The text of a Markdown heading, None for any other line.

    Plain steps instead of a pattern: a pattern with optional blanks and marks at its end tries every split of a long
    run of blanks, and one line of a foreign page could hold up a run for minutes.
    """
    bare = line.strip()
    text = bare.lstrip("#")
    is_heading = 1 <= len(bare) - len(text) <= 6 and text[:1].isspace() and not line.startswith("    ")
    return (text.strip().rstrip("#").rstrip() or None) if is_heading else None


def _take_title(lines: list[str]) -> tuple[str, list[str]]:
    """The first line with text (there is one) is the title if a heading, or alone before a gap or a section."""
    number = next(number for number, line in enumerate(lines) if line.strip())
    line, rest = lines[number], lines[number + 1 :]
    if _section_name(line) is None:
        heading = _heading_text(line)
        stands_alone = not rest or not rest[0].strip() or _section_name(rest[0]) is not None
        if heading or stands_alone:
            return heading or line.strip(), rest
    return "", lines[number:]


def _tidy(lines: list[str], *, bullets: bool) -> str:
    """Join a block; in an analysis, bullets that run on in one line (`...? - Text. - Text.`) get their own lines."""
    plain = [_heading_text(line) or line for line in lines]
    text = "\n".join(plain).strip()
    return _BULLET.sub("\n- ", text) if bullets else text
