"""WHEN: the flows and commands. Importing this package settles, before Prefect is imported, whose Prefect it is.

Prefect reads its home and its profile while it is imported. The defaults below keep the user's own profile out of a
run (it may point at another server) and his home untouched; whoever sets these variables himself keeps his values.
"""

import os
import warnings
from pathlib import Path

DEFAULT_HOME = Path(__file__).resolve().parents[1] / "data"


def georisk_home() -> Path:
    """The home of the warehouse and the publications: `GEORISK_HOME`, or `data/` in the checkout."""
    return Path(os.environ.get("GEORISK_HOME") or DEFAULT_HOME).absolute()


os.environ.setdefault("PREFECT_HOME", str(georisk_home() / "prefect"))
os.environ.setdefault("DO_NOT_TRACK", "1")
# Reading a command's help makes no folders: whoever runs a flow makes its home first.
warnings.filterwarnings("ignore", message="Failed to create the Prefect home directory", category=UserWarning)
