from pathlib import Path

import pytest

from tasks.domain.scoring import Scorer
from tasks.storage.seeds import Taxonomy, load_taxonomy

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy(SEEDS)


@pytest.fixture(scope="session")
def scorer(taxonomy: Taxonomy) -> Scorer:
    return Scorer([theme.theme for theme in taxonomy.themes], taxonomy.lexicon, taxonomy.exposures)
