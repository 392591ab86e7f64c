"""What the scorer has to beat: three simple readings of a headline as -1, 0, 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tasks.domain.lexicon import GEO, ExposureRow
from tasks.domain.sentences import clean_text
from tasks.domain.vader import Vader, package_emojis, package_lexicon
from tasks.domain.words import PhraseTable, word_set, words_of

Baseline = Callable[[str, str], int]
"""(headline, axis) -> direction."""

NEUTRAL_BELOW = 0.05
"""VADER's customary cut between neutral and directed (Hutto & Gilbert 2014)."""
_RISES = word_set(
    """attack attacks strike strikes missile missiles war invasion killed kills threatens threat sanctions tariffs
    escalation troops drone drones blockade bombs"""
)
_FALLS = word_set("ceasefire truce peace talks deal agreement agree agreed release withdraw eases progress")


def baselines(exposures: Sequence[ExposureRow]) -> Mapping[str, Baseline]:
    """Name -> baseline. Bad mood counts as plus, because plus is risk.

    `vader_sign` ignores the axis, `vader_on_theme` is 0 off theme, `keywords` counts some thirty words on theme.
    """
    vader = Vader(package_lexicon(), package_emojis())
    table = PhraseTable((row.phrase, row) for row in exposures)

    def is_about(text: str, axis: str) -> bool:
        rows = [row for _, _, row in table.find(words_of(clean_text(text)))]
        return axis == GEO or any(row.relevances.get(axis, 0.0) >= 0.5 for row in rows)

    def vader_sign(text: str, axis: str) -> int:
        score = vader.compound(clean_text(text))
        return 0 if abs(score) < NEUTRAL_BELOW else -1 if score > 0 else 1

    def vader_on_theme(text: str, axis: str) -> int:
        return vader_sign(text, axis) if is_about(text, axis) else 0

    def keywords(text: str, axis: str) -> int:
        words = words_of(clean_text(text))
        balance = sum(word in _RISES for word in words) - sum(word in _FALLS for word in words)
        return (balance > 0) - (balance < 0) if is_about(text, axis) else 0

    return {"vader_sign": vader_sign, "vader_on_theme": vader_on_theme, "keywords": keywords}
