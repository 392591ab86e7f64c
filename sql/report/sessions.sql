-- Every session of a theme's window on its reference clock, oldest first.
select
    session_date,
    cutoff_at,
    status,
    is_provisional,
    article_count,
    story_count,
    new_story_count,
    source_count,
    cast(risk_score as double) as risk_score,
    escalation_score,
    vader_score,
    pressure_fast,
    pressure_slow,
    signal_z,
    signal_score,
    signal_change,
    risk_pct_rank_250,
    confidence,
    coverage_share,
    dispersion,
    novelty,
    backfilled_share,
    as_of_at,
    run_id,
    model_version,
    lexicon_version
from signal.theme_daily
where theme = $theme and session_date >= $first_date
order by session_date
