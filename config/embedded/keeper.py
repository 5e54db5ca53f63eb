"""The process that stays behind: it waits until nobody uses a data folder and then stops its servers.

Started by `config.embedded.join()` with `keeper.lock` as an open file; as long as it lives, the lock is held.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from config import embedded

LINGER_SECONDS = 1.5
"""How long the servers outlive their last user, so that the next command finds them running."""


def main(data: Path, lock: int) -> None:
    """Ends when the servers are stopped. A user who arrives meanwhile is seen and waited for, or comes after:
    then the servers are stopped, this keeper has given up its lock, and the user starts all of them anew."""
    os.chdir("/")
    while True:
        try:
            embedded.wait_for_last_user(data)
            time.sleep(LINGER_SECONDS)
            if embedded.stop_unless_used(data, lock):
                return
        except FileNotFoundError:
            embedded.stop_removed(data)
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
