"""Read `seeds/alerts.yaml`."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from tasks.domain.alerts import AlertRules
from tasks.domain.errors import SeedError


def load_alert_rules(path: Path) -> AlertRules:
    """The rules of the file.

    Raises:
        SeedError: it is missing, no YAML, holds an unknown key or a value out of range.
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        return AlertRules.model_validate(given)
    except (OSError, UnicodeDecodeError) as fault:
        raise SeedError(str(path), None, f"cannot be read ({fault})", "restore it from the repository") from None
    except yaml.YAMLError:
        raise SeedError(str(path), None, "is no YAML", "mend its indentation or restore it") from None
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SeedError(str(path), None, f"{where}: {first['msg']}", "mend the value") from None
