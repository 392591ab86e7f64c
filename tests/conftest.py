import pytest

from tests.pipeline import Pipeline, seeded


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The embedded seeds, run once and published. Read it, or write to a copy of it."""
    pipeline = seeded(tmp_path_factory.mktemp("demo") / "home")
    pipeline.publish()
    return pipeline
