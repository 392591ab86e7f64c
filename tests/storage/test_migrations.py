"""Applied migrations are history: a home made by an older version must still open."""

from __future__ import annotations

import hashlib

import pytest

from tasks.storage.warehouse import MIGRATIONS

COMMITTED = {
    "0001_initial.sql": "8cccaadbe65c05a4989fa631265af9ed2acfbc69e8f0df920fc306053dbaba6d",
    "0002_incoming_location.sql": "5d60dafba28cf45f6f61664fe4d47dd60e763951dcfda6f3c29bda9ea8e820f9",
    "0003_declared_sources.sql": "063a0834ea78d0fa7639e364fc3377ebed13fb15c19d44858811b426ded57f89",
    "0004_fetches.sql": "0dd9947e1fd3f09bf1ae513544bd935d6e0c6d43ef9507cae170ee5aa5b0f103",
    "0005_price_providers.sql": "0a43429ede04c2fe6aa03ce9ddd91dbc6574057f8f763b76c0d488e212f18135",
    "0006_gdelt_tone.sql": "1c06ac03c4fcb0fb8325ca2d89b1d60a58b062c4e8f568eef8a60f3766cbc5f6",
    "0007_published_input.sql": "e5182292ca345a669daaeed49aca4ec405cb54069caf332474d2ab5519520ea4",
    "0008_backfill_parts.sql": "a648b0208e4d4bfd55955b22a578b8310a5ecbede171737b315ffaf8b1524e6f",
    "0050_research.sql": "c0ac0c2306ebfe444e749f9c7e7a98199cce21ca489de95f503ad13d72df2068",
    "0060_theme_assets.sql": "b525d5a8eaaca32294d1f02eb119b49077977017752edee221a51dc207e3f3dd",
}


@pytest.mark.parametrize("name", COMMITTED)
def test_a_committed_migration_is_never_edited(name: str) -> None:
    """Add a new file instead; a new file gets its line here."""
    assert hashlib.sha256((MIGRATIONS / name).read_bytes()).hexdigest() == COMMITTED[name]


def test_every_migration_has_its_line() -> None:
    assert sorted(path.name for path in MIGRATIONS.glob("[0-9]*.sql")) == sorted(COMMITTED)
