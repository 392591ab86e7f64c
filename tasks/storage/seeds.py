"""Read `seeds/` into the frozen types of the domain; every rule broken names file, line, rule and remedy."""

from __future__ import annotations

import csv
import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from tasks.domain.errors import SeedError
from tasks.domain.lexicon import ExposureRow, LexiconRow
from tasks.domain.taxonomy import Clock, Frozen, Instrument, Series, Source, Theme
from tasks.storage.series_seeds import check_series

AXIS_WITHOUT_THEME = "geo"
RowT = TypeVar("RowT", bound=Frozen)
_RESERVED = {AXIS_WITHOUT_THEME, *LexiconRow.model_fields, *ExposureRow.model_fields, *Instrument.model_fields}


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Everything under `seeds/` that decides what the numbers mean."""

    themes: tuple[Theme, ...]
    lexicon: tuple[LexiconRow, ...]
    exposures: tuple[ExposureRow, ...]
    instruments: tuple[Instrument, ...]
    clocks: tuple[Clock, ...]
    sources: tuple[Source, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Wide:
    """CSV columns that spread one mapping field: one column a theme (or axis)."""

    field: str
    columns: tuple[str, ...]


def load_taxonomy(root: Path) -> Taxonomy:
    """Read and cross-check the whole taxonomy below `root`.

    Raises:
        SeedError: a file is missing or unreadable, a key is unknown, a value is out of range, a name is
            used twice or points at nothing.
    """
    themes = tuple(_read_yaml(root / "themes.yaml", "theme", Theme))
    names = tuple(theme.theme for theme in themes)
    if not names:
        raise SeedError(str(root / "themes.yaml"), None, "holds no theme", "restore it from the repository")
    for name in sorted(_RESERVED.intersection(names)):
        rule = f"theme {name!r} has the name of a column of lexicon.csv, exposures.csv or instruments.csv"
        raise SeedError(str(root / "themes.yaml"), None, rule, "give the theme another name")
    taxonomy = Taxonomy(
        themes=themes,
        lexicon=tuple(_read_csv(root / "lexicon.csv", LexiconRow, Wide("valences", (AXIS_WITHOUT_THEME, *names)))),
        exposures=tuple(_read_csv(root / "exposures.csv", ExposureRow, Wide("relevances", names))),
        instruments=tuple(_read_csv(root / "instruments.csv", Instrument, Wide("expected_signs", names))),
        clocks=tuple(_read_csv(root / "clocks.csv", Clock)),
        sources=tuple(_read_yaml(root / "sources.yaml", "source", Source)),
        series=tuple(_read_csv(root / "series.csv", Series)),
    )
    _check_references(root, taxonomy)
    check_series(root, taxonomy.instruments, taxonomy.series)
    return taxonomy


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SeedError(str(path), None, "the file is missing", "restore it from the repository") from None
    except OSError as fault:
        rule = f"cannot be read ({fault.strerror})"
        raise SeedError(str(path), None, rule, "give a folder of seeds that may be read") from None
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise SeedError(str(path), line, "not valid UTF-8", "save the file as UTF-8") from None


def _read_csv(path: Path, row_type: type[RowT], wide: Wide | None = None) -> Iterator[RowT]:
    reader = csv.DictReader(_read_text(path).splitlines(keepends=True), strict=True)
    spread = wide.columns if wide else ()
    plain = [name for name in row_type.model_fields if wide is None or name != wide.field]
    try:
        _check_keys(path, 1, reader.fieldnames or (), [*plain, *spread], required=spread)
        for cells in reader:
            line = reader.line_num
            if None in cells or None in cells.values():
                raise SeedError(
                    str(path), line, f"{len(reader.fieldnames or ())} cells expected", "mend the commas or quotes"
                )
            filled = {name: cell for name, cell in cells.items() if cell != ""}
            values: dict[str, Any] = {name: filled[name] for name in plain if name in filled}
            if wide:
                values[wide.field] = {name: filled[name] for name in spread if name in filled}
            yield _build(path, line, row_type, values)
    except csv.Error as fault:
        raise SeedError(str(path), reader.reader.line_num, f"not a CSV row ({fault})", "mend the quotes") from None


def _read_yaml(path: Path, key_field: str, entry_type: type[RowT]) -> Iterator[RowT]:
    text = _read_text(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise SeedError(str(path), line, "not valid YAML", "mend the indentation or the quotes") from None
    except ValueError as fault:  # a date like 2025-02-30
        raise SeedError(str(path), None, f"not a value of YAML ({fault})", "mend the date") from None
    if not isinstance(root, yaml.MappingNode):
        raise SeedError(
            str(path), None, "one mapping of entries expected", f"write `name:` and its fields per {key_field}"
        )
    known = [field for field in entry_type.model_fields if field != key_field]
    names = _unique_keys(path, root, key_field)
    for (name, line), (_, node) in zip(names, root.value, strict=True):
        entry = values.get(name)
        if not isinstance(entry, dict):
            remedy = "write a name of letters, its fields indented below it"
            raise SeedError(str(path), line, f"{name!r} has no fields", remedy)
        for field, at in _unique_keys(path, node, "key"):
            _check_keys(path, at, [field], known)
        yield _build(path, line, entry_type, {key_field: name, **entry})


def _unique_keys(path: Path, node: yaml.MappingNode, what: str) -> list[tuple[str, int]]:
    """The keys of a mapping with their lines; YAML itself would silently take the last of two."""
    lines: dict[str, int] = {}
    for key, _ in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in lines:
            raise SeedError(str(path), line, f"{what} {name!r} stands twice", "remove one of the two")
        lines[name] = line
    return list(lines.items())


def _check_keys(
    path: Path, line: int, given: Iterable[str], known: Sequence[str], required: Sequence[str] = ()
) -> None:
    given = list(given)
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
            raise SeedError(str(path), line, f"unknown key {key!r}", hint)
        if given.count(key) > 1:
            raise SeedError(str(path), line, f"key {key!r} stands twice", "remove one of the two")
    for key in required:
        if key not in given:
            raise SeedError(str(path), line, f"column {key!r} is missing", f"add a column {key!r} for the theme")


def _build(path: Path, line: int, row_type: type[RowT], values: Mapping[str, Any]) -> RowT:
    if "providers" in values and isinstance(values["providers"], str):
        values = {**values, "providers": tuple(values["providers"].split(";"))}
    if "benchmark_symbol" in row_type.model_fields:
        values = {"benchmark_symbol": None, **values}
    try:
        return row_type.model_validate(values)
    except ValidationError as fault:
        error = fault.errors()[0]
        field = ".".join(str(part) for part in error["loc"])
        given = error["input"] if error["type"] != "missing" else "nothing"
        message = error["msg"].removeprefix("Value error, ")
        rule = f"{field} = {given!r}: {message}" if field else message
        raise SeedError(str(path), line, rule, f"mend {field or 'this entry'}") from None


def _check_references(root: Path, taxonomy: Taxonomy) -> None:
    """Names are unique and point at something; every theme has at least one instrument."""
    clocks = [clock.clock for clock in taxonomy.clocks]
    symbols = [instrument.symbol for instrument in taxonomy.instruments]
    _unique(root / "clocks.csv", "clock", clocks)
    _unique(root / "instruments.csv", "symbol", symbols)
    _unique(root / "sources.yaml", "feed", [source.feed for source in taxonomy.sources if source.feed])
    for name, rows in {"lexicon.csv": taxonomy.lexicon, "exposures.csv": taxonomy.exposures}.items():
        if not rows:  # every day would look calm
            raise SeedError(str(root / name), None, "holds no row", "restore it from the repository")
    _unique(root / "lexicon.csv", "phrase and kind", [f"{row.phrase}, {row.kind}" for row in taxonomy.lexicon])
    _unique(root / "exposures.csv", "phrase and kind", [f"{row.phrase}, {row.kind}" for row in taxonomy.exposures])
    for theme in taxonomy.themes:
        _known(root / "themes.yaml", f"clock of theme {theme.theme}", theme.clock, clocks)
        if not any(instrument.expected_signs.get(theme.theme) for instrument in taxonomy.instruments):
            rule = f"theme {theme.theme!r} has no instrument"
            raise SeedError(str(root / "instruments.csv"), None, rule, f"give one a sign in column {theme.theme!r}")
        signed = [item.symbol for item in taxonomy.instruments if item.expected_signs.get(theme.theme)]
        for symbol in theme.reference_assets:
            _known(root / "themes.yaml", f"reference asset of theme {theme.theme}", symbol, signed)
    for instrument in taxonomy.instruments:
        file = root / "instruments.csv"
        _known(file, f"clock of {instrument.symbol}", instrument.clock, clocks)
        if instrument.benchmark_symbol is not None:
            _known(file, f"benchmark of {instrument.symbol}", instrument.benchmark_symbol, symbols)
        if instrument.benchmark_symbol == instrument.symbol:
            rule = f"benchmark of {instrument.symbol} is {instrument.symbol} itself"
            raise SeedError(str(file), None, rule, "name another or leave it empty")


def _unique(path: Path, field: str, values: Sequence[str]) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise SeedError(str(path), None, f"{field} {value!r} stands {count} times", "keep one")


def _known(path: Path, what: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise SeedError(str(path), None, f"{what} is {value!r}, which is not defined", f"use one of {', '.join(known)}")
