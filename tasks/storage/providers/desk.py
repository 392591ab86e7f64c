"""The desk where live providers are asked: who is not asked any more, and what became of each ask.

One provider is asked one series after the other. The first HTTP 429 ends its asking for `REST`, over runs too: nothing
is gained by asking on. Two series in a row without an answer end it for this run. The others go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tasks.domain.price_asks import Ask, Pair, Stored, overlap
from tasks.storage.providers.contract import Answer, Provider, ProviderFault

REST = timedelta(hours=1)
SILENCES = 2


@dataclass(slots=True)
class Desk:
    """Puts questions, and knows who is not asked any more in this run.

    Args:
        providers: by name.
        resting: provider -> when it answered 429 last, if that is less than `REST` ago.
    """

    providers: Mapping[str, Provider]
    resting: Mapping[str, datetime]
    answered: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[tuple[Ask, ProviderFault]]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    _silent: Counter[str] = field(default_factory=Counter)
    _shut: set[str] = field(default_factory=set)

    def put(self, question: Ask, stored: Stored) -> Answer | ProviderFault | None:
        """The answer, what went wrong, or None when the provider is not asked any more."""
        name = question.provider
        if name in self._shut or name in self.resting or name not in self.providers:
            self.skipped[name] += 1
            return None
        try:
            answer = self._whole(question, stored)
        except ProviderFault as fault:
            self.faults.setdefault(name, []).append((question, fault))
            self._silent[name] = self._silent[name] + 1 if fault.outcome == "unreachable" else 0
            if fault.outcome in ("throttled", "no_key") or self._silent[name] >= SILENCES:
                self._shut.add(name)
            return fault
        self._silent[name] = 0
        self.answered[name] += 1
        return answer

    def _whole(self, question: Ask, stored: Stored) -> Answer:
        """The answer; of the whole stored span, if the days asked for over again do not say what became of the rest."""
        answer = self._asked(question)
        fetched = {cells.get("date"): cells for cells in answer.rows}
        pairs = [
            Pair(close, fetched_close, adj_close, _number(cells.get("adj_close")))
            for day, close, adj_close in stored.recent
            if (cells := fetched.get(day.isoformat())) and (fetched_close := _number(cells.get("close"))) is not None
        ]
        first = stored.first_date
        if first is None or first >= question.from_date or overlap(pairs, stored.tolerance).kind != "unclear":
            return answer
        return self._asked(replace(question, from_date=first))

    def _asked(self, question: Ask) -> Answer:
        provider = self.providers[question.provider]
        answer = provider.shape(question, provider.fetch(question))
        first, last = question.from_date.isoformat(), question.to_date.isoformat()
        # Some send their whole history. What is no date stays, to be set aside.
        rows = [cells for cells in answer.rows if not _is_day(cells["date"]) or first <= str(cells["date"]) <= last]
        if not rows and not answer.blanks:
            raise ProviderFault("empty", f"no price of {question.series} from {first} to {last}")
        return replace(answer, rows=rows)

    def lines(self) -> Iterator[tuple[str, bool]]:
        """A line for each provider that was to be asked, and whether it is a good one."""
        for name in sorted({*self.answered, *self.faults, *self.skipped}):
            faults = self.faults.get(name, [])
            told = Counter(fault.outcome for _, fault in faults)
            parts = [f"{self.answered[name]} series answered"]
            parts += [f"{count} {outcome.replace('_', ' ')}" for outcome, count in sorted(told.items())]
            if self.skipped[name]:
                parts.append(f"{self.skipped[name]} not asked")
            text = f"{name}: {', '.join(parts)}"
            if name in self.resting:
                until = self.resting[name] + REST
                text += f"; it answered 429 lately and rests until {until:%Y-%m-%dT%H:%MZ}"
            elif faults:
                question, fault = faults[0]
                text += f"; {question.symbol}: {fault.message}"
            yield text, not faults and not self.skipped[name]


def _is_day(text: str | None) -> bool:
    try:
        return bool(date.fromisoformat(text or ""))
    except ValueError:
        return False


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
