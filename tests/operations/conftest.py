"""The flow tests' Prefect server, for the tests that need one here."""

from tests.flows.conftest import server_url

__all__ = ["server_url"]
