"""Read `seeds/research/`: the fixed tests, the known events, and the seeds of the placebo theme."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from tasks.domain.errors import ConfigError, SeedError
from tasks.domain.research_plan import KnownEvent, ResearchPlan
from tasks.domain.taxonomy import Frozen
from tasks.storage.seeds import Taxonomy

PLAN, EVENTS, PLACEBO = "primary_tests.yaml", "known_events.csv", "placebo"
PLACEBO_THEME = "placebo"
OPERATORS = ("realise", "reverse", "rise", "fall", "lift", "negate", "damp", "ask", "link", "tone")
"""Kinds of lexicon rows that say nothing about a theme by themselves; the placebo is read with them."""

ModelT = TypeVar("ModelT", bound=Frozen)


def load_plan(folder: Path, taxonomy: Taxonomy) -> ResearchPlan:
    """The fixed tests, checked against the instruments.

    Raises:
        SeedError: a value is missing, unknown or out of range, or an instrument is not what the test was fixed on.
    """
    path = folder / PLAN
    try:
        values = yaml.safe_load(_text(path))
    except (yaml.YAMLError, ValueError) as fault:
        raise SeedError(str(path), None, f"not valid YAML ({fault})", "mend the indentation or the date") from None
    plan = _build(path, None, ResearchPlan, values)
    instruments = {instrument.symbol: instrument for instrument in taxonomy.instruments}
    for test in plan.primary:
        instrument = instruments.get(test.symbol)
        if instrument is None:
            raise SeedError(str(path), None, f"{test.symbol} is no instrument", "add it to instruments.csv")
        found = (instrument.benchmark_symbol, instrument.expected_signs.get(test.theme))
        if found != (test.benchmark_symbol, test.expected_sign):
            rule = f"the test of {test.theme} was fixed on {test.symbol} with benchmark and sign " + (
                f"{test.benchmark_symbol}, {test.expected_sign}, and instruments.csv says {found[0]}, {found[1]}"
            )
            raise SeedError(str(path), None, rule, "restore instruments.csv; a fixed test is not changed")
    return plan


def load_events(folder: Path, themes: Sequence[str]) -> list[KnownEvent]:
    """The known events, in the order of the file.

    Raises:
        SeedError: a cell breaks a rule, an event names an unknown theme, or it stands twice.
    """
    path = folder / EVENTS
    reader = csv.DictReader(_text(path).splitlines(), strict=True)
    events: list[KnownEvent] = []
    try:
        for row in reader:
            event = _build(path, reader.line_num, KnownEvent, _typed(row))
            if event.theme not in themes:
                remedy = f"use one of {', '.join(themes)}"
                raise SeedError(str(path), reader.line_num, f"theme {event.theme!r} is not defined", remedy)
            if any((event.event_id, event.theme) == (known.event_id, known.theme) for known in events):
                raise SeedError(str(path), reader.line_num, f"{event.event_id} stands twice", "keep one")
            events.append(event)
    except csv.Error as fault:
        raise SeedError(str(path), reader.line_num, f"not a CSV row ({fault})", "mend the quotes") from None
    return events


def write_placebo_seeds(seeds: Path, target: Path, taxonomy: Taxonomy) -> None:
    """Seeds with the placebo as the only theme: its own words, and of the lexicon the operators alone.

    Every instrument has the placebo's sign: what is compared with which instrument is decided later.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(seeds, target, ignore=shutil.ignore_patterns("articles", "prices", "research"))
    source = seeds / "research" / PLACEBO
    for name in ("themes.yaml", "exposures.csv"):
        (target / name).write_text(_text(source / name), encoding="utf-8")
    lexicon = _rows(source / "lexicon.csv")
    words = {row[0] for row in lexicon}
    for row in taxonomy.lexicon:
        if row.kind in OPERATORS and not row.valences and row.phrase not in words:
            tone = "" if row.tone is None else str(row.tone)
            cells = [row.phrase, row.kind, row.block, row.scope, row.level, row.gate, str(row.factor), tone]
            lexicon.append([*cells, "", "", ""])
    _write(target / "lexicon.csv", lexicon)
    head, *instruments = _rows(seeds / "instruments.csv")
    themes = {theme.theme for theme in taxonomy.themes}
    kept = [place for place, name in enumerate(head) if name not in themes]
    table = [[*(row[place] for place in kept), "1"] for row in instruments]
    _write(target / "instruments.csv", [[*(head[place] for place in kept), PLACEBO_THEME], *table])


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(_text(path).splitlines()))


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SeedError(str(path), None, "the file is missing", "restore it from the repository") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path} cannot be read ({fault}); restore it from the repository") from None


def _typed(row: Mapping[str | None, Any]) -> dict[str, Any]:
    """Cells as pydantic takes them: a sign is a number; a row with too many or few cells keeps its marks and fails."""
    cells = {str(name): cell for name, cell in row.items()}
    sign = cells.get("expected_sign")
    return {**cells, "expected_sign": int(sign) if sign in ("-1", "1") else sign}


def _build(path: Path, line: int | None, kind: type[ModelT], values: Any) -> ModelT:
    try:
        return kind.model_validate(values)
    except ValidationError as fault:
        # A misspelt key is missing under its right name, too; the misspelling says more.
        error = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
        field = ".".join(str(part) for part in error["loc"])
        message = error["msg"].removeprefix("Value error, ")
        raise SeedError(str(path), line, f"{field}: {message}" if field else message, f"mend {field}") from None
