"""Reading a sales file in the sandbox of the ground, with bounds that grow with the size of the file.

So a small file can never ask for much: 10 s of processor time and 442 MB for a few kilobytes, 126 s and 1.7 GB for
30 MB (100,000 rows of the seller panel, with their copy, need about a third of that). A large plain text is read by two
processes, each in these bounds (`turns`).
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO

from ground.sandbox import MEGABYTE, OUT_OF_MEMORY, OUT_OF_TIME, Bounds, run
from reports.files import wire
from reports.files.door import check_size
from reports.files.lines import FileRefused, ParsedFile
from reports.files.mapping.model import Mapping

BLOCK = 256 * 1024
LONGEST = 600  # seconds: what takes longer is refused before the worker's own limit

logger = logging.getLogger(__name__)


def bounds_for(size: int) -> Bounds:
    """The bounds for a file of `size` bytes."""
    megabytes = -(-size // MEGABYTE)
    processor = min(6 + 4 * megabytes, LONGEST)
    memory = min(400 + 42 * megabytes, 2600) * MEGABYTE
    return Bounds(memory, processor, min(1.5 * processor + 3, LONGEST), (64 + 20 * megabytes) * MEGABYTE)


def read(
    path: Path,
    profile: str | None,
    tz: str,
    currency: str,
    copy: Path | None = None,
    into: Callable[[bytes], object] | None = None,
    market_currency: str = "",
    own: Sequence[Mapping] = (),
) -> ParsedFile:
    """Read the file in a child, by the program's `own` mappings or Naru's; it writes the `copy`; `FileRefused` with the child's reason, or `too_slow`,
    `too_hungry`, `unreadable`.

    With `into` the sales are handed to it as they are read, as blocks of rows of COPY in the order of `SaleFact`, and are
    not among the lines of the answer.
    """
    bounds = bounds_for(check_size(path))
    request: dict[str, str | None] = {
        "path": str(path.resolve()),
        "profile": profile,
        "tz": tz,
        "currency": currency,
    }
    request |= {"copy": str(copy.resolve()) if copy else "", "market_currency": market_currency}
    with tempfile.TemporaryFile() as out, tempfile.NamedTemporaryFile("w", suffix=".json") as told:
        json.dump([each.as_dict() for each in own], told)
        told.flush()
        request["own"] = told.name if own else ""
        request["account"] = "" if into is None else str(out.fileno())

        def pour(stream: IO[bytes]) -> None:
            assert into is not None
            left = bounds.output
            while block := stream.read(BLOCK):
                left -= len(block)
                if left < 0:
                    raise FileRefused("too_hungry")
                into(block)

        ended = run(
            ["-m", "reports.files.child", json.dumps(request), json.dumps(asdict(bounds))],
            bounds,
            out,
            None if into is None else pour,
        )
        if ended in OUT_OF_TIME:
            raise FileRefused("too_slow")
        if ended in OUT_OF_MEMORY:
            raise FileRefused("too_hungry")
        out.seek(0)
        try:
            return wire.read((row.decode() for row in out), tz)
        except wire.Garbled:
            logger.warning("the reader of an uploaded file ended with %s and no answer", ended)
            raise FileRefused("unreadable") from None
