"""`python -m config.embedded status|stop [--data DIR] [--force]`: a look at the embedded servers, and their
end."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from config import embedded


def main() -> int:
    """0: done, or they run; 1: refused, somebody uses them; 3: nothing runs."""
    parser = argparse.ArgumentParser(
        prog="python -m config.embedded", description="The servers of a data folder."
    )
    parser.add_argument("action", choices=("status", "stop"))
    parser.add_argument("--data", type=Path, help="the data folder (default: NARU_DATA, else .naru)")
    parser.add_argument("--force", action="store_true", help="stop them although somebody uses them")
    options = parser.parse_args()
    at = embedded.folder(options.data)
    found = embedded.state(at)
    if options.action == "stop":
        if found["in_use"] and not options.force:
            print(f"The servers of {at} are in use. End script/server, or add --force.", file=sys.stderr)  # noqa: T201
            return 1
        embedded.stop(at)
        found = embedded.state(at)
    lines = [f"data      {at}"]
    for name in ("postgres", "valkey", "keeper"):
        lines.append(
            f"{name:9} {'not running' if found[name] is None else f'running, process {found[name]}'}"
        )
    lines.append(f"in use    {'yes' if found['in_use'] else 'no'}")
    print("\n".join(lines))  # noqa: T201
    return 0 if options.action == "stop" or found["postgres"] or found["valkey"] else 3


if __name__ == "__main__":
    sys.exit(main())
