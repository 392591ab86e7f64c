"""What a price provider does: `fetch` touches the network and nothing else does, `shape` turns bytes into rows.

What to ask for is decided before, by `tasks.domain.price_asks.ask`. A fault of the whole answer is a `ProviderFault`;
a bad row is none: it goes on as text, and SQL sets it aside with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from tasks.domain.price_asks import Ask

Outcome = Literal["answered", "throttled", "unreachable", "refused", "unreadable", "empty", "no_key"]


class ProviderFault(Exception):  # noqa: N818 - a fault of the outside, told and counted, never an error of the run
    """An ask without a usable answer.

    Args:
        outcome: throttled: too many requests, do not ask again for a while. unreachable: no answer. refused: an answer
            of another status. unreadable: not the format. empty: no price of the series. no_key: a key is needed.
        message: what happened, on one line.
    """

    def __init__(self, outcome: Outcome, message: str) -> None:
        """Keep both."""
        self.outcome, self.message = outcome, message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says to an ask.

    Args:
        ask: the question.
        rows: field (`tasks.storage.prices.FIELDS`, without the symbol) -> text as the provider gives it.
        dividends: (ex-day, amount a share).
        blanks: days that the provider lists without a value: it says that there is none.
    """

    ask: Ask
    rows: Sequence[Mapping[str, str | None]]
    dividends: Sequence[tuple[date, float]] = ()
    blanks: Sequence[date] = ()


class Provider(Protocol):
    """One place that prices come from."""

    @property
    def name(self) -> str:
        """What `instruments.csv` and `series.csv` call it."""

    def fetch(self, ask: Ask) -> Any:
        """The provider's answer as it comes: the only line that touches the network.

        Raises:
            ProviderFault: there is none.
        """

    def shape(self, ask: Ask, payload: Any) -> Answer:
        """The rows of that answer; pure.

        Raises:
            ProviderFault: it is not what the provider is known to send.
        """
