"""What the figures of the daily report mean: (term, unit, meaning), printed on the page itself."""

GLOSSARY = (
    (
        "Risk score",
        "−1 to +1",
        "What the session's news says about the theme: the sum of the contributions of all its sentences. Plus = more "
        "risk or demand. Balanced is below 0.02 in size, slightly below 0.10, clearly below 0.30, strongly from there.",
    ),
    (
        "Contribution",
        "score points",
        "A sentence's part of the risk score: its weight times its own score. The contributions of a session sum to "
        "the risk score exactly.",
    ),
    ("News pressure", "score", "The sum of past sessions' news, fading: fast halves in 2 sessions, slow in 15."),
    (
        "z",
        "standard deviations",
        "Fast pressure against the 250 sessions before (at least 60 of them); 0 is usual. Near the usual level is "
        "below 0.5 in size, above or below it from there, well from 1.5, far from 3.",
    ),
    ("Signal", "−1 to +1", "z squeezed into −1 to +1: tanh(z / 2). Plus points to more risk or demand than usual."),
    ("Percentile", "%", "Share of the past 250 sessions with a fast pressure at or below this one."),
    (
        "Confidence",
        "0 to 1",
        "Coverage times number of stories times agreement of their signs. 0 without news; a lone story has 0.25 at "
        "most.",
    ),
    (
        "Plain VADER",
        "−1 to +1",
        "The baseline: everyday sentiment of the same sentences. Plus = friendly words, which is not less risk; the "
        "two need not agree.",
    ),
    (
        "Escalation",
        "−1 to +1",
        "The same sentences on an axis without a theme: threats and deeds raise it, talks and truces lower it.",
    ),
    (
        "Coverage",
        "%",
        "Share of the expected sources that covered the session. Items set aside could not be used; see "
        "raw.quarantine.",
    ),
    (
        "Story, outlet",
        "count",
        "Items that tell one event are a story; an outlet is a source with a relevant item.",
    ),
    (
        "Quiet, blind",
        "status",
        "Quiet: the sources were live and brought nothing relevant. Blind: no source covered the session, so its "
        "score is unknown, not zero.",
    ),
    (
        "Move",
        "% or points",
        "The close against the close of the session before; points for volatility indices and yields. Partly made "
        "before the news was out: an outcome beside the score, not a result of it.",
    ),
    (
        "Abnormal move",
        "%",
        "The move less beta times the benchmark's move; beta from 60 to 250 past sessions. Only for assets with a "
        "benchmark.",
    ),
    (
        "Priced in",
        "standard deviations",
        "The last five abnormal moves (plain moves where there is no benchmark) in the expected direction: plus = the "
        "asset has already moved the way that a higher score points to.",
    ),
    (
        "Signal for the asset",
        "−1 to +1",
        "The theme's signal at the asset's own clock times the expected sign: plus points to a higher price.",
    ),
    (
        "Next tradable",
        "UTC",
        "The first price that is struck after the news could be read: what can still be earned starts there.",
    ),
    (
        "Cut-off",
        "UTC",
        "The last instant whose news a session may know; it lies before the price beside it is struck.",
    ),
    (
        "Vintage",
        "UTC",
        "A state of the tables as it was published. Nothing published is overwritten: a changed row gets a new "
        "version, and the old one stays readable.",
    ),
    ("–", "", "Not known, or not defined for this row. Never zero."),
)
