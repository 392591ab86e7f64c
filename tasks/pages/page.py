"""Render a page from its template: everything escaped, a missing name is an error, the same values give the same bytes.

`templates/base.html.j2` is the frame of every page (head, styles, masthead, glossary, footer) and
`templates/parts.html.j2` holds the macros for figures, tables and lights; a page extends the one and imports the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.pages.formats import FILTERS

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(folder: Path = TEMPLATES) -> Environment:
    """The templates' surroundings: autoescape whatever the file is called, strict names, our formats as filters.

    Kept, because compiling the templates takes longer than filling them.
    """
    found = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(FILTERS)
    return found


def render(template: str, values: Mapping[str, Any]) -> str:
    """The page as text.

    Args:
        template: a file of `templates/`.
        values: what it names. Text is escaped; `markupsafe.Markup` (charts) is taken as it is.

    Raises:
        jinja2.UndefinedError: the template names something that `values` does not hold.
    """
    return environment().get_template(template).render(values)
