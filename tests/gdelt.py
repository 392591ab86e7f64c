"""Batches in GDELT's format, written for the tests: rows of 27 columns, zips, and the lists that name them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable

HOST = "http://data.gdeltproject.org/gdeltv2"


def gkg_row(
    label: str = "20250818161500",
    number: int = 0,
    *,
    url: str = "https://www.reuters.com/world/troops-cross-2025-08-18/",
    title: str | None = "Troops cross the border at dawn | Reuters",
    stamp: str | None = "20250818155000",
    tone: str = "-5.263157894736842,1.754386,7.017544,8.77193,22.8,0,57",
    collection: str = "1",
    translation: str = "",
    extras: str = "<PAGE_LINKS>https://example.org/?a=1&b=2</PAGE_LINKS>",
) -> str:
    """One row, without line break; title and stamp are left out where None."""
    cells = [""] * 27
    cells[0], cells[1], cells[2], cells[3], cells[4] = f"{label}-{number}", label, collection, "reuters.com", url
    cells[7], cells[15], cells[17], cells[25] = "MILITARY;ARMEDCONFLICT", tone, "wc:57,c2.1:5", translation
    cells[26] = extras
    cells[26] += f"<PAGE_PRECISEPUBTIMESTAMP>{stamp}</PAGE_PRECISEPUBTIMESTAMP>" if stamp is not None else ""
    cells[26] += f"<PAGE_TITLE>{title}</PAGE_TITLE>" if title is not None else ""
    return "\t".join(cells)


def gkg_zip(rows: Iterable[str | bytes], label: str = "20250818161500") -> bytes:
    """The rows as GDELT packs them: one deflated file."""
    lines = [row if isinstance(row, bytes) else row.encode("utf-8", "surrogateescape") for row in rows]
    return zipped({f"{label}.gkg.csv": b"".join(line + b"\n" for line in lines)})


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of these files, the same bytes every time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def listing(batches: dict[str, bytes], host: str = HOST) -> bytes:
    """`lastupdate.txt` or `masterfilelist.txt` over these batches (label -> zip): three lines each, as GDELT's."""
    lines = []
    for label, body in sorted(batches.items()):
        lines += [f"{'a' * 32} {host}/{label}.export.CSV.zip", f"{'b' * 32} {host}/{label}.mentions.CSV.zip"]
        lines.append(f"{hashlib.md5(body, usedforsecurity=False).hexdigest()} {host}/{label}.gkg.csv.zip")
        lines[-3:] = [f"{len(body)} {line}" for line in lines[-3:]]
    return "".join(f"{line}\n" for line in lines).encode()
