import pytest

from tests.pipeline import Pipeline, seeded
from tests.validation.made import researched_copy


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The embedded seeds, run once and published. Read it, or write to a copy of it."""
    pipeline = seeded(tmp_path_factory.mktemp("demo") / "home")
    pipeline.publish()
    return pipeline


@pytest.fixture(scope="session")
def researched(demo: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A copy of the demonstration's home with its research report. Read it, or write to a copy of it."""
    return researched_copy(demo, tmp_path_factory.mktemp("researched") / "home")
