"""Languages: whether a text is surely not English, by py3langid's model, offline.

The lexicon reads English only. Headlines are short and full of foreign names, so the question is not which language is
the likeliest but whether English can be ruled out (docs/sources.md has the figures).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from py3langid.langid import MODEL_FILE, LanguageIdentifier

ENGLISH_BELOW = 0.01
"""A text is set aside when English is less likely than this and another language is the likeliest."""

CHARACTERS = 1_000
"""Title and lead; more text costs time and changes no verdict."""

CANDIDATES = tuple(
    """en de fr es it pt nl pl cs sk sl hr bs sr ro hu bg mk el tr ru uk be sv da no nn fi et lv lt sq ca vi id ka hy
    az kk ar he fa ur ps ug hi bn mr ne pa gu or ta te kn ml si zh ja ko th lo km my am""".split()
)
"""Languages that English competes with: the large languages of the press, and all scripts that are not Latin.

The model knows 60 more, mostly small ones in Latin script, and takes English headlines full of names for them."""


class OtherLanguage(NamedTuple):
    """The likeliest language (ISO 639-1) of a text that is not English, and how likely English is, in [0, 1]."""

    language: str
    english: float


class Verdict(NamedTuple):
    """The language of a text (ISO 639-1 or as declared), and what is wrong with it; empty for English."""

    language: str
    fault: str


def other_language(text: str) -> OtherLanguage | None:
    """The language of a text that is surely not English; None when it is English or may be.

    Args:
        text: title and lead; only the first `CHARACTERS` count.
    """
    text = text[:CHARACTERS]
    likeliest, _ = _identifier().classify(text)
    if likeliest == "en":  # most texts are, and a ranking of all languages would take half as long again
        return None
    english = float(dict(_identifier().rank(text))["en"])
    return OtherLanguage(str(likeliest), english) if english < ENGLISH_BELOW else None


def judge_language(declared: str, text: str) -> Verdict:
    """Believe a declared language; rule a text without one English unless `other_language` says otherwise.

    Args:
        declared: as the item or its source says, like `en`, `en-GB`, `de`; empty for unknown.
        text: title and lead.
    """
    found = None if declared else other_language(text)
    if found:
        rule = f"the text reads as {found.language!r}, English is {found.english:.1%} likely"
        return Verdict(found.language, f"{rule}; the lexicon reads English only; if it is English declare language: en")
    if declared and declared.lower().split("-")[0] != "en":
        rule = f"language {declared[:20]!r}; the lexicon reads English only"
        return Verdict(declared, f"{rule}, give a translation or leave the item out")
    return Verdict(declared or "en", "")


@cache
def _identifier() -> LanguageIdentifier:
    """The model, read once a process (0.7 s), with probabilities that add up to 1 over the candidates."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(CANDIDATES)
    # The same numbers laid out row by row in the type they are multiplied in: a third of the time of a verdict.
    identifier.nb_ptc = identifier.nb_ptc.astype("float32", order="C")
    return identifier
