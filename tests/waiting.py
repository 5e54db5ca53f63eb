"""Somebody who waits for another person's transaction, over real connections."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections, transaction

from ground.errors import RuleBroken


def after(first: Callable[[], Any], then: Callable[[], Any], ready: Callable[[], Any] = lambda: None) -> Any:
    """What `then` gives, or the code of its refusal, when it has waited for the transaction of `first`, which commits.
    Before, who waits has done what makes it `ready`: its statements are prepared, which would wait as well."""

    def waiting() -> Any:
        try:
            return then()
        except RuleBroken as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(ready).result(timeout=30)
        with transaction.atomic():
            first()
            answer = pool.submit(waiting)
            until = time.monotonic() + 30
            while not _is_waited_for():
                assert not answer.done(), answer.result()
                assert time.monotonic() < until
                time.sleep(0.02)
        return answer.result(timeout=30)


def elsewhere(look: Callable[[], Any]) -> Any:
    """What `look` gives on a connection of its own, which sees what is committed."""

    def looked() -> Any:
        try:
            return look()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(looked).result(timeout=30)


def _is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
