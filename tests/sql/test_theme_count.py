"""theme_count over years: the memory grows with the articles, not with the number of sessions times 2,048."""

from __future__ import annotations

import hashlib
from datetime import date

import duckdb

from tasks.storage.models import SQL, read_model

SESSIONS, ARTICLES = 6_000, 20
MADE = f"""
    create schema staging; create schema raw;
    create table staging.article_session as
    select
        date '2000-01-03' + cast(s as integer) as session_date, 'XNYS' as clock, 'a' || s || '-' || n as article_id,
        'a' || s || '-' || n as story_id, 'source' as source, false as is_repeated, false as is_backfilled,
        'h' || n as content_hash
    from range({SESSIONS}) as r(s), range({ARTICLES}) as t(n);
    create table staging.article_theme as
    select article_id, 'energy' as theme, 'm' as model_version, 'l' as lexicon_version from staging.article_session;
    create table raw.session as
    select distinct
        session_date, clock, session_date - interval 1 day as previous_cutoff_at, session_date as cutoff_at
    from staging.article_session;
"""


def test_many_sessions_at_once_stay_within_the_memory() -> None:
    with duckdb.connect(config={"threads": 2, "memory_limit": "200MB", "temp_directory": ""}) as db:
        db.execute(MADE)
        body = read_model(SQL / "22_measure" / "theme_count.sql").body
        given = {"from_date": date(2000, 1, 1), "to_date": date(2030, 1, 1)}
        db.execute(f"create table made as {body}", given)
        rows = db.execute("select count(*), min(article_count), max(article_count) from made").fetchone()
        found = db.execute("select article_hash from made where session_date = date '2000-01-03'").fetchone()
    assert rows == (SESSIONS, ARTICLES, ARTICLES)
    texts = sorted(f"a0-{n}" for n in range(ARTICLES))
    wanted = ",".join(f"{text}:h{text.split('-')[1]}:{text}" for text in texts)
    assert found == (hashlib.md5(wanted.encode(), usedforsecurity=False).hexdigest(),)
