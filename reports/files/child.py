"""The child of the sandbox: binds itself, reads one file, writes its copy and lines, or a refusal, ends.

Asked for facts, it prints sales as rows of COPY, and all else goes to the descriptor that it was given.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import IO

from ground.sandbox import Bounds, child, confine
from reports.files import wire
from reports.files.detect import account_of, begin, parse_file
from reports.files.lines import FileRefused, ParsedFile
from reports.files.mapping.model import ORDERS, Mapping


def main(request: dict[str, str], bounds: Bounds) -> None:
    own = _own(request["own"])
    confine(bounds)
    out = _text(sys.stdout.buffer)
    account = _text(os.fdopen(int(request["account"]), "wb")) if request["account"] else out
    try:
        reader = begin if request["account"] else parse_file
        found = reader(
            Path(request["path"]),
            request["profile"] or None,
            tz=request["tz"],
            currency=request["currency"],
            market_currency=request["market_currency"],
            own=own,
            copy=Path(request["copy"]) if request["copy"] else None,
        )
        if isinstance(found, ParsedFile):
            parsed = found
            if request["account"]:
                wire.pour((wire.fact_of(line) for line in parsed.sales), out)
                parsed.lines = [*parsed.payouts]
        elif found.mapping.measure == ORDERS:
            sys.stdout.buffer.writelines(found.rows())
            parsed = account_of(found)
        else:
            parsed = account_of(found, found.facts())  # type: ignore[arg-type]  # of payouts, none of sales
        out.flush()
        wire.write(parsed, account)
    except FileRefused as refused:
        wire.write_refusal(refused, account)
    except MemoryError:
        wire.write_refusal(FileRefused("too_hungry"), account)
    account.flush()


def _own(path: str) -> list[Mapping]:
    """The program's own mappings, which the parent wrote down."""
    if not path:
        return []
    return [Mapping.from_dict(each) for each in json.loads(Path(path).read_text("utf-8"))]


def _text(stream: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding="utf-8", errors="strict", write_through=False)


if __name__ == "__main__":
    sys.exit(child(lambda: main(json.loads(sys.argv[1]), Bounds(**json.loads(sys.argv[2])))))
