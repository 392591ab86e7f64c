"""Homes with live prices: one that has asked nobody yet, and one that was published once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.live_home import make_home, make_market, make_seeds
from tests.markets import Market
from tests.pipeline import Pipeline


@pytest.fixture(scope="session")
def live_seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_seeds(tmp_path_factory.mktemp("live") / "seeds")


@pytest.fixture
def market(httpserver: HTTPServer) -> Market:
    return make_market(httpserver)


@pytest.fixture
def live(market: Market, live_seeds: Path, tmp_path: Path) -> Pipeline:
    """A home that has asked nobody yet."""
    pipeline = make_home(tmp_path, live_seeds)
    pipeline.providers = market.providers(tmp_path / "cache")
    return pipeline


@pytest.fixture(scope="session")
def published_once(live_seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A home that was published on the Friday, with servers that are gone."""
    root = tmp_path_factory.mktemp("published")
    pipeline = make_home(root, live_seeds)
    with HTTPServer() as server:
        pipeline.providers = make_market(server).providers(root / "cache")
        pipeline.publish()
    return pipeline


@pytest.fixture
def begun(published_once: Pipeline, market: Market, tmp_path: Path) -> Pipeline:
    """A copy of the published home that asks the test's own servers, where nothing has changed yet."""
    pipeline = published_once.copy(tmp_path / "home")
    pipeline.providers = market.providers(tmp_path / "cache")
    return pipeline


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the run says of its providers."""
    caplog.set_level(logging.INFO, logger="tasks")
    return lambda: [record.message for record in caplog.records if record.name == "tasks.storage.price_rounds"]
