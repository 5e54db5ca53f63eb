"""An import of 50,000 lines whose worker, or whose database, is killed at every tenth of its way comes to the same table as
one that nobody disturbed. Of the long tests."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.e2e.conftest import Installation
from tests.e2e.test_faults import CONFIRM, IMPORT, PROGRAM, READ, STAGE, STORE, asked, database, kill
from tests.e2e.test_faults import frozen as frozen_process

pytestmark = pytest.mark.full

ROWS = 50_000
HEADINGS = (
    "주문번호", "주문일시", "거래구분", "판매자 상품코드", "마켓 상품번호", "상품명", "수량", "단가", "통화", "상품금액", "판매자 할인",
    "판매수수료", "환불금액",
)  # fmt: skip
PATIENCE = 180

# What the table says of a file's lines, but for when and by which file they came in and the beginning of their numbers.
TABLE = """
SELECT count(*), sum(sign), count(DISTINCT entered_at), count(DISTINCT participation_id), sum(net_amount),
       encode(sha256(string_agg(concat_ws('|', "row", right(order_reference, 6), right(line_key, 10), version, sign,
           business_day, ordered_at, units, gross_amount, fee_amount, refund_amount, net_amount, status_class, sku,
           participation_id), ';' ORDER BY "row")::bytea), 'hex')
FROM reports_sales_line WHERE batch_id = %s
"""


def written(folder: Path, place: int) -> Path:
    """The same 50,000 sales under other numbers: twenty days of 2,500 each, one in thirty-three refunded."""
    path = folder / f"{place}.csv"
    start = dt.datetime(2025, 10, 6, 9)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(HEADINGS)
        for number in range(ROWS):
            at = start + dt.timedelta(days=number // 2_500, seconds=number % 2_500)
            price = 1_000 + number % 977
            refund = price if number % 33 == 0 else ""
            order, when = f"{place:02}-{number:06}", f"{at:%Y-%m-%d %H:%M:%S}"
            rows.writerow(
                (order, when, "판매", "F01-A", "MLC-F01-A", "상품", 1, price, "CLP", price, "", 100, refund)
            )
    return path


class Work:
    """The newest event of a topic, seen from beside."""

    def __init__(self, installation: Installation, topic: str) -> None:
        self.installation = installation
        with database(installation) as rows:
            found = rows.execute(
                "SELECT max(id) FROM ground_outbox_event WHERE topic = %s", [topic]
            ).fetchone()
        assert found
        self.event = found[0]

    def is_done(self) -> bool:
        with database(self.installation) as rows:
            seen = rows.execute(
                "SELECT done_at IS NOT NULL, failed_at FROM ground_outbox_event WHERE id = %s", [self.event]
            ).fetchone()
        assert seen is not None
        assert seen[1] is None, "the event was given up"
        return bool(seen[0])

    def wait_for_begin(self) -> None:
        """Until a worker holds the event; the relay holds it, too, but for a moment only."""
        seen = 0
        until = time.monotonic() + PATIENCE
        with database(self.installation) as rows:
            while seen < 5:
                assert time.monotonic() < until, "nobody works"
                free = rows.execute(
                    "SELECT 1 FROM ground_outbox_event WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
                    [self.event],
                )
                seen = 0 if free.fetchone() else seen + 1
                time.sleep(0.01)

    def wait_for_end(self) -> None:
        """What was handed out and not reported is handed out again after a minute, which passes at once."""
        until = time.monotonic() + PATIENCE
        while True:
            with suppress(psycopg.OperationalError):
                if self.is_done():
                    return
                with database(self.installation) as rows:
                    rows.execute(
                        "UPDATE ground_outbox_event SET handed_at = handed_at - interval '1 minute'"
                        " WHERE id = %s AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE xact_start < now() - interval '1 s')",
                        [self.event],
                    )
            assert time.monotonic() < until, "the work does not end"
            time.sleep(0.5)


def kill_worker(installation: Installation) -> None:
    kill(installation, "worker")


def kill_database(installation: Installation) -> None:
    """One of its processes dies, the one that works: all others end with it, and it comes back from its log."""
    with database(installation) as rows:
        oldest = rows.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND xact_start < now()"
            " AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 1"
        ).fetchone()
    assert oldest, "nobody works in the database"
    os.kill(oldest[0], signal.SIGKILL)


def step(
    installation: Installation, topic: str, code: str, names: dict[str, str], after: float, kill: Callable[[Installation], None] | None
) -> tuple[str, float, bool]:  # fmt: skip
    """What the code made, how long the work took, and whether it was killed on its way: `after` seconds of it."""
    with frozen_process(installation, "relay"):  # so that nobody begins before we look
        made = asked(installation, code, **names)
        work = Work(installation, topic)
    work.wait_for_begin()
    began = time.monotonic()
    is_killed = False
    if kill is not None:
        time.sleep(after)
        if not work.is_done():
            kill(installation)
            is_killed = True
    work.wait_for_end()
    return made, time.monotonic() - began, is_killed


def table_of(installation: Installation, batch: str) -> tuple[object, ...]:
    with database(installation) as rows:
        found = rows.execute(TABLE, [batch]).fetchone()
    assert found is not None
    return found


def test_killed_at_every_tenth(installation: Installation, tmp_path: Path) -> None:
    names = {"program": PROGRAM, "store": STORE, "batch": ""}
    steps = ((READ, STAGE.replace("ventas.xlsx", "orders.csv")), (IMPORT, CONFIRM))
    took: dict[str, float] = {}
    for topic, code in steps:
        made, took[topic], _is_killed = step(
            installation, topic, code, {**names, "path": str(written(tmp_path, 0))}, 0, None
        )
        names["batch"] = names["batch"] or made
    expected = table_of(installation, names["batch"])
    assert expected[:4] == (ROWS, ROWS, 1, 1)
    killed = 0
    for kind, way in enumerate((kill_worker, kill_database)):
        for tenth in range(1, 10):
            path = str(written(tmp_path, 10 * (kind + 1) + tenth))
            names["batch"] = ""
            for topic, code in steps:
                made, _took, is_killed = step(
                    installation, topic, code, {**names, "path": path}, took[topic] * tenth / 10, way
                )
                killed += is_killed
                names["batch"] = names["batch"] or made
            assert table_of(installation, names["batch"]) == expected, (way.__name__, tenth)
    assert killed >= 18, "at least half of the 36 were to be killed on their way"
    assert json.loads(installation.command("verify", "--json").stdout)["differences"] == []
