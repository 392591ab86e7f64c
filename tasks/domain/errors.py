"""Every error that the project raises on purpose, one short tree.

    GeoriskError                a sentence for the person who runs it; exit code 1
    ├── ConfigError             a seed, an option or a file that the user must mend
    │   ├── SeedError           ... in seeds/: file, line, field, value, rule, remedy
    │   └── ClockError          the run's clock lies before what is published already
    ├── SourceError             an article source or price provider that cannot be read at all
    │   └── FetchError          ... over the network: one address, with a reason that code can tell apart
    ├── WarehouseError          the DuckDB file cannot be used as it is
    │   └── WriterBusyError     another run holds the writer lock
    └── CheckFailedError        a `-- fail:` check found rows; nothing was published
        └── LateError           what should be published by now is not

One bad *item* is never an exception: it becomes a `Rejected` (articles) and goes to quarantine.
"""

from __future__ import annotations

from typing import Literal


class GeoriskError(Exception):
    """Base of all errors raised on purpose; `str()` is the sentence to print."""


class ConfigError(GeoriskError):
    """An option, a file or a setting that the user has to mend before anything is written."""


class SeedError(ConfigError):
    """A row or an entry of the taxonomy that breaks a rule.

    Args:
        file: path of the seed file, as the user would open it.
        line: 1-based line, None when the fault is in no single line.
        rule: what is wrong, with the value.
        remedy: what to do about it.
    """

    def __init__(self, file: str, line: int | None, rule: str, remedy: str) -> None:
        """Join the parts into `file:line: rule; remedy`."""
        self.file, self.line, self.rule, self.remedy = file, line, rule, remedy
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {rule}; {remedy}")


class ClockError(ConfigError):
    """The run's clock lies before the newest publication: a run would unpublish what is known since."""


class SourceError(GeoriskError):
    """A whole source (folder, file, provider) that cannot be read."""


FetchReason = Literal[
    "timeout", "too_large", "refused_address", "too_many_redirects", "http_status", "network", "bad_encoding"
]


class FetchError(SourceError):
    """An address that gave no usable answer.

    Args:
        reason: what kind of fault, for code and tables.
        url: the address, without keys and tokens.
        rule: what is wrong.
        remedy: what to do about it.
        status: the HTTP status, where there was an answer.
        wait_seconds: how long the host asked us to wait, if it did.
    """

    def __init__(
        self,
        reason: FetchReason,
        url: str,
        rule: str,
        remedy: str,
        *,
        status: int | None = None,
        wait_seconds: float | None = None,
    ) -> None:
        """Join the parts into `url: rule; remedy`."""
        self.reason, self.url, self.status, self.wait_seconds = reason, url, status, wait_seconds
        super().__init__(f"{url}: {rule}; {remedy}")


class WarehouseError(GeoriskError):
    """The warehouse cannot be opened, migrated or written."""


class WriterBusyError(WarehouseError):
    """Another run holds the writer lock of this home."""


class CheckFailedError(GeoriskError):
    """At least one `-- fail:` check returned rows; the last good publication stays."""


class LateError(CheckFailedError):
    """A session that should have been published by now is not."""
