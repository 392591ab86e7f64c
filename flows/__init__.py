"""WHEN: the flows and commands. Importing this package settles, before Prefect is imported, whose Prefect it is.

Prefect reads its home and its profile while it is imported. The defaults below keep the user's own profile out of a
run (it may point at another server) and his home untouched; whoever sets these variables himself keeps his values.
"""

import os
import sys
import warnings
from pathlib import Path
from types import TracebackType

DEFAULT_HOME = Path(__file__).resolve().parents[1] / "data"
LOOKING = {"-h", "--help", "--dry-run"}
"""Options of a command that writes nothing."""


def georisk_home() -> Path:
    """The home of the warehouse and the publications: `GEORISK_HOME`, or `data/` in the checkout."""
    return Path(os.environ.get("GEORISK_HOME") or DEFAULT_HOME).absolute()


def prefect_home(arguments: list[str]) -> Path:
    """Where Prefect is told to live. It makes that folder while it is imported, unless the folder above is missing."""
    place = georisk_home() / "prefect"
    return place / "none" if LOOKING & set(arguments) and not place.exists() else place


def _end_early(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Ctrl-C while the modules are still being imported, before the command can end itself."""
    if issubclass(kind, KeyboardInterrupt):
        print("error: interrupted before anything was done", file=sys.stderr, flush=True)
        os._exit(130)
    sys.__excepthook__(kind, fault, trace)


os.environ.setdefault("PREFECT_HOME", str(prefect_home(sys.argv)))
os.environ.setdefault("DO_NOT_TRACK", "1")
if os.environ.get("NO_COLOR"):
    os.environ.setdefault("PREFECT_LOGGING_COLORS", "false")
if sys.argv[:1] == ["-m"]:  # `python -m flows.…`, which is still being looked for
    sys.excepthook = _end_early
# Reading a command's help makes no folders: whoever runs a flow makes its home first.
warnings.filterwarnings("ignore", message="Failed to create the Prefect home directory", category=UserWarning)
