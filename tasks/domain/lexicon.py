"""The lexicon and the exposures: what a phrase says (`LexiconRow`) and what it is about (`ExposureRow`).

Both are data (`seeds/lexicon.csv`, `seeds/exposures.csv`), read by `tasks.storage.seeds`. Columns beyond the
fields named here are axes: the themes, and in the lexicon `geo`, the theme-free escalation axis.
`docs/scoring.md` explains the kinds with examples.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tasks.domain.taxonomy import Frozen, Relevance, Valence

GEO = "geo"
"""The axis of escalation (plus) and de-escalation (minus), without any theme."""

LexiconKind = Literal[
    "event",  # says something by itself: "airstrike", "hostage release"
    "state",  # counts when it begins, grows, ends or shrinks: "war", "truce", "oil output", "defence budget"
    "price",  # like state, but its moves are market moves: "oil prices"
    "realise",  # makes a state true: "reach", "launch", "sign"
    "reverse",  # undoes what stands beside it: "reject", "collapse", "avert", "lift"
    "rise",  # like realise, of sizes and prices: "raise", "jump"
    "fall",  # like reverse, of sizes and prices: "cut", "slide", "ease"
    "lift",  # like reverse for a bad thing ("lifts sanctions"), like rise for any other ("lifts output")
    "negate",  # "not", "without", "denies"
    "damp",  # makes what follows less certain: "may", "hopes for", "risk of"
    "ask",  # wants what follows of somebody else: "urges", "must"
    "oppose",  # disapproves of what follows: "condemns", "criticises"
    "threat",  # announces what follows: "vows", "prepares to"
    "endanger",  # announces a bad thing, puts a good one in danger: "threatens"
    "link",  # opens a clause of less weight: "amid", "after", "despite"
    "mute",  # another subject altogether: sport, history, reviews
    "tone",  # one token whose VADER valence is replaced in `tone_score`
]
Level = Literal["act", "threat", "word"]
Scope = Literal["left", "right", "both", "near", "next"]
Gate = Literal["none", "place", "themes", "topic", "guard", "opponents"]
Phrase = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9~]+(?: [a-z0-9~]+)*$")]
Token = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9'.-]+$")]
ExposureKind = Literal[
    "topic", "asset", "place", "body", "context", "guarantor", "ally", "friend", "victim", "assailant"
]


class LexiconRow(Frozen):
    """One phrase of the lexicon, matched as whole words in lower case, hyphens and apostrophes read as spaces.

    `phrase`: `~` after a word stands for its regular inflections (`attack~`: attack, attacks, attacked, attacking).
    `scope`: where an operator finds what it acts on: `left`, `right`, `both` (right, else left; left in the
    passive), `near` (the nearer side), `next` (right behind it, as an adjective).
    `gate`: what the valences need: `place` a place whose exposure scales every axis; `themes` the same, the geo
    valence standing by itself; `topic` the sentence being about the theme; `guard` as `place`, but less of it is a
    plus where a guarantor and its ally are named; `opponents` as `place`, but little where only friends are named;
    `none` nothing.
    `factor`: state and price, the share that counts without an operator; operators, links and mutes, what they
    multiply by.
    `tone`: valence in `tone_score`, -4 ... 4, only of kind `tone` (0 neutralises).
    `valences`: axis -> -4 ... 4; plus is escalation on `geo` and more risk or demand on a theme.
    `rationale`: why the block is here and signed so; stated on the block's first row.
    """

    phrase: Phrase | Token
    kind: LexiconKind
    block: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    scope: Scope = "right"
    level: Level = "act"
    gate: Gate = "place"
    factor: float = Field(default=1.0, ge=-2.0, le=2.0)
    tone: Valence | None = None
    valences: dict[str, Valence]
    rationale: str = ""

    @model_validator(mode="after")
    def _tone_only_on_tone(self) -> Self:
        if (self.tone is None) == (self.kind == "tone"):
            raise ValueError("tone is given exactly when kind is tone")
        if self.kind != "tone" and re.search(r"[^a-z0-9~ ]", self.phrase):
            raise ValueError("write hyphens and apostrophes as words are matched: 'cease fire', 'isnt'")
        return self


class ExposureRow(Frozen):
    """One phrase that says what a sentence is about.

    `kind`: `topic` makes a sentence relevant by itself; `asset` too, and lets events count there ("refinery");
    `place` lets events count there and is relevant together with an event or a context; `body` does, too, but is no
    party ("security council", "army"); `context` makes a place
    relevant ("government"). A `guarantor` and an `ally` in one sentence turn the sign of the `guard` rows: its
    troops leaving are no peace. Where only places of the kind `friend` are named, `opponents` rows count little.
    What is done to an `assailant`, or by a `victim` of it, loses the share of each theme that the assailant's
    `relevances` give; the three kinds are looked up where a `place` stands, so their phrases are places, too.
    `geo`: the same strength on the geo axis, 0 ... 1. `relevances`: theme -> 0 ... 1.
    """

    phrase: Phrase
    kind: ExposureKind
    block: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    geo: Relevance = 0.0
    relevances: dict[str, Relevance]
    rationale: str = ""


def lexicon_hash(lexicon: Iterable[LexiconRow], exposures: Iterable[ExposureRow]) -> str:
    """Twelve hexadecimal digits that change when any row changes; the order of the rows does not matter."""
    lines = sorted(row.model_dump_json() for row in (*lexicon, *exposures))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def expand(phrase: str) -> list[tuple[str, ...]]:
    """All word sequences a phrase stands for: every `word~` in every regular form."""
    sequences: list[tuple[str, ...]] = [()]
    for word in phrase.split():
        forms = inflect(word[:-1]) if word.endswith("~") else [word]
        sequences = [(*sequence, form) for sequence in sequences for form in forms]
    return sequences


def inflect(word: str) -> list[str]:
    """Regular forms of an English verb or noun. Forms that do not exist ("cuting") are harmless in matching."""
    if re.search(r"[^aeiou]y$", word):
        return [word, word[:-1] + "ies", word[:-1] + "ied", word + "ing"]
    if word.endswith("e"):
        return [word, word + "s", word + "d", word[:-1] + "ing"]
    third = word + ("es" if re.search(r"(?:s|sh|ch|x|z)$", word) else "s")
    forms = [word, third, word + "ed", word + "ing"]
    if re.search(r"[^aeiou][aeiou][bdgklmnprt]$", word):
        forms += [word + word[-1] + "ed", word + word[-1] + "ing"]
    return forms
