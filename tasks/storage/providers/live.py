"""The live price providers as a run asks them. Loaded by live runs alone: it brings HTTP clients."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tasks.domain.fetching import FetchPolicy
from tasks.storage.providers.cboe import Cboe
from tasks.storage.providers.contract import Provider
from tasks.storage.providers.ecb import Ecb
from tasks.storage.providers.eia import KEY, Eia
from tasks.storage.providers.fred import Fred
from tasks.storage.providers.http import getter
from tasks.storage.providers.yahoo import Yahoo
from tasks.storage.web import Fetcher


def live_providers(cache: Path, policy: FetchPolicy, environment: Mapping[str, str]) -> dict[str, Provider]:
    """The providers as a run asks them.

    Args:
        cache: folder that yfinance may write to.
        policy: limits and manners of what is fetched.
        environment: where keys are found.
    """
    get = getter(Fetcher(policy))
    made: list[Provider] = [Yahoo(cache), Fred(get), Ecb(get), Cboe(get), Eia(get, environment.get(KEY))]
    return {provider.name: provider for provider in made}
