"""The child of the sandbox: binds itself, reads one file, writes its copy and lines, or a refusal, ends."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

from ground.sandbox import Bounds, child, confine
from reports.files import wire
from reports.files.detect import parse_file
from reports.files.lines import FileRefused


def main(request: dict[str, str], bounds: Bounds) -> None:
    confine(bounds)
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="strict", write_through=False)
    try:
        parsed = parse_file(
            Path(request["path"]),
            request["profile"] or None,
            tz=request["tz"],
            currency=request["currency"],
            copy=Path(request["copy"]) if request["copy"] else None,
        )
        wire.write(parsed, out)
    except FileRefused as refused:
        wire.write_refusal(refused, out)
    except MemoryError:
        wire.write_refusal(FileRefused("too_hungry"), out)
    out.flush()


if __name__ == "__main__":
    sys.exit(child(lambda: main(json.loads(sys.argv[1]), Bounds(**json.loads(sys.argv[2])))))
