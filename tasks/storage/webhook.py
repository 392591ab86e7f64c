"""Send one JSON document to one address. The address may hold a token, so it is never said."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import httpx

TIMEOUT_SECONDS = 10.0
ACCEPTED = range(200, 300)

# These write every address that they call, tokens and all.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def post_json(url: str, payload: Mapping[str, Any], timeout: float = TIMEOUT_SECONDS) -> str | None:
    """Post the payload; return what went wrong, without the address, or None.

    No redirect is followed: the document goes to the address that was chosen, or nowhere.
    """
    try:
        answer = httpx.post(url, json=dict(payload), timeout=timeout, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        return type(fault).__name__
    return None if answer.status_code in ACCEPTED else f"status {answer.status_code}"
