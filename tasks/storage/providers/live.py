"""The live price providers as a run asks them. Loaded by live runs alone: it brings HTTP clients."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tasks.domain.fetching import FetchPolicy
from tasks.storage.providers import cboe, ecb, eia, fred
from tasks.storage.providers.contract import Provider
from tasks.storage.providers.http import getter
from tasks.storage.providers.yahoo import Yahoo
from tasks.storage.web import Fetcher

MIRROR = "GEORISK_{}_URL"
"""Environment variable that names a mirror of a provider, like `GEORISK_FRED_URL`."""


def live_providers(cache: Path, policy: FetchPolicy, environment: Mapping[str, str]) -> dict[str, Provider]:
    """The providers as a run asks them.

    Args:
        cache: folder that yfinance may write to.
        policy: limits and manners of what is fetched.
        environment: where keys and mirrors are found.
    """
    get = getter(Fetcher(policy))

    def base(name: str, default: str) -> str:
        return environment.get(MIRROR.format(name.upper()), default).rstrip("/")

    made: list[Provider] = [
        Yahoo(cache, mirror=base("yahoo", "") or None),
        fred.Fred(get, base("fred", fred.BASE)),
        ecb.Ecb(get, base("ecb", ecb.BASE)),
        cboe.Cboe(get, base("cboe", cboe.BASE)),
        eia.Eia(get, environment.get(eia.KEY), base("eia", eia.BASE)),
    ]
    return {provider.name: provider for provider in made}
