"""The picture in the README: a theme's daily risk score under the price of its asset.

python docs/picture.py data/published docs/images/energy.png
"""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import shorten

import matplotlib as mpl
import pandas as pd

mpl.use("Agg")

import matplotlib.dates as mdates
import matplotlib.pyplot as plt

LABELLED = 3
PLUS, MINUS, INK = "#b3392f", "#2f6fb3", "#333333"


def draw(published: Path, out: Path) -> None:
    """Draw Brent and the energy score of each session, and name the sessions that moved most each way."""
    frame = pd.read_csv(published / "exports" / "asset_daily.csv", parse_dates=["session_date"])
    frame = frame[(frame["theme"] == "energy") & (frame["symbol"] == "BRENT")].set_index("session_date")
    daily = pd.read_csv(published / "exports" / "theme_daily.csv", parse_dates=["session_date"])
    daily = daily[daily["theme"] == "energy"].set_index("session_date")
    figure, (above, below) = plt.subplots(2, 1, figsize=(10, 5.2), sharex=True, height_ratios=[3, 2])
    above.plot(frame.index, frame["close"], color=INK, linewidth=1.3)
    above.set_ylabel("Brent spot, USD a barrel")
    above.set_title("Energy supply risk, embedded seeds 2025 (a demonstration)", loc="left", fontsize=11)
    score = daily["risk_score"].dropna()
    below.bar(score.index, score, width=1.6, color=[PLUS if value > 0 else MINUS for value in score])
    below.axhline(0, color=INK, linewidth=0.6)
    below.set_ylabel("risk_score")
    extremes = [*score.nlargest(LABELLED).index, *score.nsmallest(LABELLED).index]
    for rank, day in enumerate(sorted(extremes)):
        story = str(daily.loc[day, "top_story_id"])[11:].replace("-", " ")
        place = score[day]
        offset = 3 + 9 * (rank % 2) if place > 0 else -9 - 9 * (rank % 2)  # neighbours on two heights
        below.annotate(
            shorten(story, 30, placeholder=""),
            (day, place),
            xytext=(0, offset),
            textcoords="offset points",
            fontsize=7,
            ha="center",
            color=INK,
        )
    below.set_ylim(score.min() - 0.14, score.max() + 0.12)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", linewidth=0.3)
    below.xaxis.set_major_formatter(mdates.DateFormatter("%b"))
    figure.tight_layout()
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
