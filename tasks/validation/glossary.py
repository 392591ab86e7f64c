"""What the figures of the report mean: (term, unit, meaning), printed on the page itself."""

GLOSSARY = (
    (
        "Rank IC",
        "−1 to +1",
        "Spearman's rank correlation of what the signal said of an instrument before entry with what the instrument "
        "then earned. Plus = it pointed the right way. Daily news signals that are any good lie around 0.02.",
    ),
    (
        "Entry",
        "UTC",
        "The first price of the instrument struck later than 15 minutes after the cut-off of the news: never the "
        "fixing that the cut-off belongs to.",
    ),
    (
        "Return",
        "%",
        "The sum of the one-session returns after entry less those of the benchmark; points for volatility and yields.",
    ),
    (
        "95 % interval",
        "",
        "Stationary bootstrap over blocks of 30 sessions on average. On simulated data of 700 sessions it holds the "
        "truth in about 91 of 100 cases, so read it a little wider.",
    ),
    (
        "p",
        "",
        "The larger of two: Newey-West's t with 15 lags or more, and the distance from the circularly shifted series. "
        "Each of them alone finds too much in some case; together they err in about 5 of 100 cases.",
    ),
    (
        "q (BH), q (BY)",
        "",
        "p after Benjamini-Hochberg, and after Benjamini-Yekutieli under any dependence, over every cell of the grid, "
        "baselines included.",
    ),
    ("Holm's p", "", "The p of the fixed tests, adjusted for there being three of them."),
    (
        "Hit, naive, shifted",
        "%",
        "Share of right signs: the signal's; that of always calling the more frequent sign so far; the mean of the "
        "signal turned against the returns by 60 sessions or more.",
    ),
    (
        "Event",
        "session",
        "Pressure above the 99th percentile of its own past 60 to 250 sessions (or below the 1st), at least 5 sessions "
        "from the event before.",
    ),
    (
        "Placebo",
        "session",
        "A quiet session on the same weekday in the same third of volatility. One is drawn for each event, many times.",
    ),
    (
        "Placebo theme",
        "",
        "Sport, weather, food and shows through the same machine: what the machine finds where nothing is.",
    ),
    (
        "Baselines",
        "",
        "vader: plain mood, turned round. keyword_share: share of titles that concern the theme and name force. gpr: "
        "the published index as printed the day before. vix_change: last known change of the VIX. momentum: the "
        "instrument's own last 20 moves.",
    ),
    (
        "Known event, pass",
        "",
        "Written down before the first run. Pass = expected sign, and in the outer tenth of the past 250 sessions. "
        "Outage = under a quarter of the usual items, so the signal could not know.",
    ),
    (
        "Hindsight, backfilled, live",
        "sessions",
        "Hindsight: older than the lexicon. Backfilled: not published before the entry. Live: published before it.",
    ),
)
