"""Starts or joins the tests' own embedded servers before Django reads its settings (`-p tests.servers`)."""

import os
from pathlib import Path

from config import embedded

DATA = Path(__file__).resolve().parent.parent / ".naru" / "test"
os.environ.setdefault("NARU_DATA", str(DATA))
embedded.join()
os.environ["NARU_DB_ROLE"] = "owner"
os.environ.setdefault("NARU_TEST_DB", "test_naru")

# The browser keeps an event loop in this process; our own code has none.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
